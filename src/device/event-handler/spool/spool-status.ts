// Spool and EventHandler as the one Status document shows them.
import type { EventHandlerStatus, SpoolStatus } from '../../../wire/status.ts'
import type { EventHandlerConfiguration } from '../configuration.ts'
import { inputOf } from '../source-config.ts'
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

/** @returns the status of an EventHandler whose spool folder cannot be used: every source waits */
export function waitingStatus(
  { sources, spool }: EventHandlerConfiguration,
  socket: string,
  startedAt: number,
  reason: string,
): EventHandlerStatus {
  return {
    v: 1,
    pid: process.pid,
    startedAt,
    socket,
    sources: sources.map((source) => ({
      name: source.name,
      format: source.format,
      input: inputOf(source),
      state: 'spool-full',
      reason,
      stream: '',
      behindBytes: 0,
      events: 0,
      ignored: 0,
      notSelected: 0,
      lost: {},
      lastEventAt: 0,
    })),
    spool: {
      bytes: 0,
      bytesMax: spool.bytesMax,
      segments: 0,
      outstandingEvents: 0,
      outstandingBytes: 0,
      oldestOutstandingAt: 0,
      state: 'unwritable',
      given: {},
    },
    drained: false,
  }
}
