// The spool as the one Status document shows it.
import type { SpoolStatus } from '../../wire/status.ts'
import type { SpoolLog } from './spool-log.ts'

/** @returns size, what waits for an ack, and how far each stream goes that is not drained */
export function spoolStatus(spool: SpoolLog, bytesMax: number): SpoolStatus {
  let outstandingEvents = 0
  let outstandingBytes = 0
  let oldestOutstandingAt = 0
  const given: Record<string, SpoolStatus['given'][string]> = {}
  for (const stream of spool.streams.active()) {
    const { source, head, acknowledged, blocks } = stream
    if (head.block < 0) continue
    given[stream.stream] = { source, sequence: head.sequence, block: head.block, acknowledged }
    outstandingEvents += head.sequence - stream.acknowledgedSequence
    outstandingBytes += stream.outstandingBytes
    const at =
      blocks.place(acknowledged + 1)?.arrivedAt || blocks.place(acknowledged + 2)?.arrivedAt || oldestOutstandingAt
    if (acknowledged < head.block && (oldestOutstandingAt === 0 || at < oldestOutstandingAt)) oldestOutstandingAt = at
  }
  return {
    ...spool.size,
    bytesMax,
    outstandingEvents,
    outstandingBytes,
    oldestOutstandingAt,
    state: spool.state,
    given,
  }
}

/** @returns whether everything appended is synced and acknowledged */
export function isDrained(spool: SpoolLog): boolean {
  if (!spool.idle) return false
  for (const stream of spool.streams.active()) if (stream.acknowledged < stream.head.block) return false
  return true
}
