// The ledger (delivery L1, L2): what each stream was given, and where each event of it is. Made of the records of the
// streams, the counts of the blocks, and what the index counted beside the equation.
import type { Ledger, LedgerRow } from '../../wire/api/ledger.ts'
import type { BlockStore, StreamCounts } from './blocks/block-store.ts'
import type { EventIndex, TotalsRow } from './index/event-index.ts'
import { lostByCause, type StreamRecord } from './blocks/stream-record.ts'

/** @returns one row a stream, oldest first. */
export async function readLedger(
  parts: { readonly store: BlockStore; readonly index: EventIndex },
  organisation: string,
): Promise<Ledger> {
  const { streams } = await parts.store.ledger(organisation, 'counts')
  const totals = Map.groupBy(await parts.index.totals(organisation), (row) => row.stream)
  const records = new Map(streams.map(({ record }) => [record.stream, record]))
  const vouched = vouchedSequences([...records.values()])
  const rows = streams
    .map((counts) => rowOf(counts, totals.get(counts.record.stream) ?? [], records, vouched.get(counts.record.stream)))
    .sort((a, b) => a.day.localeCompare(b.day) || a.device.localeCompare(b.device) || a.source.localeCompare(b.source))
  return { v: 1, rows, holds: rows.every(holds) }
}

/** given = stored + lost + outstanding + withdrawn + expired (delivery L1). */
export function holds(row: LedgerRow): boolean {
  return row.given === row.stored + row.lost + row.outstanding + row.withdrawn + row.expired
}

function rowOf(
  { record, stored, expired }: StreamCounts,
  totals: readonly TotalsRow[],
  records: ReadonlyMap<string, StreamRecord>,
  vouched: number | undefined,
): LedgerRow {
  const holes = lostByCause(record)
  let lost = Object.values(holes).reduce((sum, count) => sum + count, 0)
  const reached = stored + lost + expired
  const given = Math.max(record.given, reached)
  const missing = given - reached
  let outstanding = record.end === null ? missing : Math.max(0, Math.min(missing, record.end.sequence - reached))
  let withdrawn = missing - outstanding
  // What a socket gave and the device no longer vouches for cannot be read again: it is lost.
  if (record.socket && withdrawn > 0) {
    holes['withdrawn'] = withdrawn
    lost += withdrawn
    withdrawn = 0
  }
  if (outstanding < 0) outstanding = 0
  const beforeSpool: Record<string, number | null> = {}
  const sums = { notSelected: 0, ignored: 0, quarantined: 0 }
  for (const row of totals) {
    sums.notSelected += row.notSelected
    sums.ignored += row.ignored
    sums.quarantined += row.quarantined
    for (const [cause, count] of Object.entries(row.lost)) {
      const known = beforeSpool[cause]
      beforeSpool[cause] = known === null || count === null ? null : (known ?? 0) + count
    }
  }
  return {
    device: record.device,
    source: record.source,
    stream: record.stream,
    day: record.opened,
    given,
    stored,
    lost,
    outstanding,
    withdrawn,
    expired,
    heardAt: record.heardAt,
    holes,
    beforeSpool,
    ...sums,
    duplicates: record.duplicates,
    // Looked for only where an `open` names less than is held (delivery J4); hiding comes with that.
    repeated: 0,
    disputed: vouched === undefined ? 0 : Math.max(0, record.sequence - vouched),
    missingPredecessor:
      record.previous !== null && !records.has(record.previous.stream) ? record.previous.stream : null,
  }
}

/**
 * How far each stream is vouched for by those that descend from it; a stream that begins in a disputed part of its
 * predecessor is disputed whole (delivery J4). @returns only streams of which something is disputed
 */
function vouchedSequences(records: readonly StreamRecord[]): Map<string, number> {
  const vouched = new Map<string, number>()
  const successors = Map.groupBy(
    records.filter((record) => record.previous !== null),
    (record) => record.previous?.stream ?? '',
  )
  const held = new Map(records.map((record) => [record.stream, record.sequence]))
  const queue: string[] = []
  for (const [stream, all] of successors) {
    const least = Math.min(...all.map((record) => record.previous?.sequence ?? 0))
    if (least >= (held.get(stream) ?? 0)) continue
    vouched.set(stream, least)
    queue.push(stream)
  }
  for (let stream = queue.pop(); stream !== undefined; stream = queue.pop())
    for (const record of successors.get(stream) ?? [])
      if ((record.previous?.sequence ?? 0) > (vouched.get(stream) ?? 0) && vouched.get(record.stream) !== 0) {
        vouched.set(record.stream, 0)
        queue.push(record.stream)
      }
  return vouched
}
