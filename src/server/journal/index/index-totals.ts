// What a day's index has counted of each stream and input while it was filled: read without looking at any event.
import type { OpenFile } from '../database-cache.ts'
import type { DayPart, IndexedLoss, Input, TotalsRow } from './event-index.ts'
import type { Times } from '../query/plan.ts'

type Counts = {
  events: number
  quarantined: number
  ignored: number
  notSelected: number
  readonly byType: Record<string, number>
  readonly lost: Record<string, number | null>
}

/** @returns one row for each stream and generation of its source's files. */
export function readTotals(file: OpenFile): TotalsRow[] {
  const rows = new Map<string, TotalsRow & Counts & { readonly inputs: Input[] }>()
  const inputs = file.statement(
    `select i.stream as number, i.generation, i.length, i.sha256, s.stream, s.device, s.source
     from inputs i join streams s on s.id = i.stream`,
  )
  for (const row of inputs.iterate()) {
    const key = `${Number(row['number'])} ${Number(row['generation'])}`
    const input: Input = {
      generation: Number(row['generation']),
      length: Number(row['length']),
      sha256: String(row['sha256']),
    }
    const known = rows.get(key)
    if (known !== undefined) known.inputs.push(input)
    else
      rows.set(key, {
        stream: String(row['stream']),
        device: String(row['device']),
        source: String(row['source']),
        inputs: [input],
        events: 0,
        quarantined: 0,
        ignored: 0,
        notSelected: 0,
        byType: {},
        lost: {},
      })
  }
  for (const row of file.statement('select * from totals').iterate()) {
    const counts = rows.get(`${Number(row['stream'])} ${Number(row['generation'])}`)
    if (counts !== undefined) addCount(counts, String(row['kind']), String(row['word']), Number(row['count']))
  }
  const losses = file.statement(
    `select stream, generation, cause, sum(count) as count, sum(count is null) as unknown
     from losses group by stream, generation, cause`,
  )
  for (const row of losses.iterate()) {
    const counts = rows.get(`${Number(row['stream'])} ${Number(row['generation'])}`)
    if (counts !== undefined)
      counts.lost[String(row['cause'])] = Number(row['unknown']) > 0 ? null : Number(row['count'])
  }
  return [...rows.values()]
}

function addCount(counts: Counts, kind: string, word: string, count: number): void {
  switch (kind) {
    case 'type':
      counts.events += count
      counts.byType[word] = (counts.byType[word] ?? 0) + count
      return
    case 'quarantined':
      counts.events += count
      counts.quarantined += count
      return
    case 'ignored':
      counts.ignored += count
      return
    case 'not-selected':
      counts.notSelected += count
      return
    default:
      return
  }
}

/** @returns losses declared before the spool whose time meets these, in order of arrival. */
export function readLosses(day: string, file: OpenFile, times: Times, part?: DayPart): IndexedLoss[] {
  const since = Math.max(times.since ?? Number.NEGATIVE_INFINITY, times.arrivedSince ?? Number.NEGATIVE_INFINITY)
  const until = Math.min(times.until ?? Number.POSITIVE_INFINITY, times.arrivedUntil ?? Number.POSITIVE_INFINITY)
  const rows = file
    .statement(
      `select l.ordinal, s.stream, s.device, s.source, b.first, l.cause, l.count, l.from_at, l.to_at
       from losses l join streams s on s.id = l.stream join blocks b on b.ordinal = l.ordinal
       where l.ordinal > ? and l.ordinal <= ? order by l.ordinal`,
    )
    .all(part?.after ?? 0, part?.through ?? Number.MAX_SAFE_INTEGER)
  return rows
    .map((row) => ({
      day,
      ordinal: Number(row['ordinal']),
      stream: String(row['stream']),
      sequence: Number(row['first']),
      device: String(row['device']),
      source: String(row['source']),
      cause: String(row['cause']),
      count: typeof row['count'] === 'number' ? row['count'] : null,
      from: Number(row['from_at']),
      to: Number(row['to_at']),
    }))
    .filter((loss) => loss.to >= since && loss.from <= until)
}
