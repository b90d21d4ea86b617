// Adapter of the event index over SQLite's FTS5: one file per organisation and day beside the day's block file
// (DESIGN "Storage").
import type {
  DayPart,
  EventIndex,
  EventPosition,
  IndexedBlock,
  IndexedLoss,
  IndexedSpan,
  Quarantined,
  Recovered,
  SearchOptions,
  Tally,
  TopTerm,
} from './event-index.ts'
import { addBlocks, recoverEvents } from './index-add.ts'
import { IndexFiles, type IndexFilesOptions } from './index-files.ts'
import { eventOfRow, eventRow } from './index-layout.ts'
import { matchOf } from './index-match.ts'
import { countAll, scan, whole } from './index-scan.ts'
import { topTerms } from './index-top.ts'
import { readLosses, readTotals } from './index-totals.ts'
import { Pace } from './pace.ts'
import type { Plan } from '../query/plan.ts'

export type SqliteEventIndex = EventIndex & {
  /** Looks a day's file through and drops it where it is damaged, to be made anew. @returns whether it was */
  check(organisation: string, day: string): boolean
}

/** Opens the index. One thread may write; any number may have it open to read. */
export function openSqliteEventIndex(options: IndexFilesOptions): Promise<SqliteEventIndex> {
  const files = new IndexFiles(options)
  return Promise.resolve({
    cursors: (organisation) => files.asked(organisation, async () => cursorsOf(files, organisation)),
    add: async (organisation, day, blocks: readonly IndexedBlock[]) =>
      files.write(organisation, day, (file) => addBlocks(file, blocks)),
    search: (organisation, plan, ask) => files.asked(organisation, () => search(files, organisation, plan, ask)),
    count: (organisation, plan, signal, each) =>
      files.asked(organisation, () => count(files, organisation, plan, signal, each)),
    top: (organisation, plan, { facet, limit, signal }): Promise<readonly TopTerm[]> =>
      files.asked(organisation, async () => {
        const open = files.days(organisation).map(([, file]) => file)
        return await topTerms(open, plan, facet, limit, new Pace(signal))
      }),
    totals: (organisation) =>
      files.asked(organisation, async () => files.days(organisation).flatMap(([, file]) => readTotals(file))),
    span: (organisation, plan, part) => files.asked(organisation, async () => span(files, organisation, plan, part)),
    quarantine: {
      list: (organisation, after, limit) =>
        files.asked(organisation, async () => quarantined(files, organisation, after, limit)),
      recover: async (organisation, day, recovered: readonly Recovered[]) =>
        files.write(organisation, day, (file) => recoverEvents(file, recovered)),
    },
    check: (organisation, day) => files.check(organisation, day),
    [Symbol.asyncDispose]: async () => files[Symbol.dispose](),
  })
}

function cursorsOf(files: IndexFiles, organisation: string): ReadonlyMap<string, number> {
  const cursors = new Map<string, number>()
  for (const [day, file] of files.days(organisation))
    cursors.set(day, Number(file.statement('select ordinal from cursor').get()?.['ordinal'] ?? 0))
  return cursors
}

async function search(
  files: IndexFiles,
  organisation: string,
  plan: Plan,
  ask: SearchOptions,
): Promise<readonly EventPosition[]> {
  const pace = new Pace(ask.signal)
  const found: EventPosition[] = []
  const { before, behind, limit } = ask
  const days = files.days(organisation)
  for (const [day, file] of behind === undefined ? days.reverse() : days) {
    if (before !== null && day > before.day) continue
    if (behind !== undefined && day < behind.day) continue
    const below = day === before?.day ? eventRow(before.ordinal, before.index) : Number.MAX_SAFE_INTEGER
    const above = day === behind?.day ? eventRow(behind.ordinal, behind.index) : -1
    const part = { below, above, oldestFirst: behind !== undefined, wantTimes: false, pace }
    await scan(file, matchOf(plan.where, file), plan.times, part, (event) => {
      found.push({ day, ...event })
      return found.length < limit
    })
    if (found.length >= limit) break
  }
  return found
}

async function count(
  files: IndexFiles,
  organisation: string,
  plan: Plan,
  signal: AbortSignal,
  each: ((tally: Tally) => void) | undefined,
): Promise<number> {
  const pace = new Pace(signal)
  let counted = 0
  for (const [, file] of files.days(organisation)) {
    const match = matchOf(plan.where, file)
    if (each === undefined) {
      counted += await countAll(file, match, plan.times, pace)
      if (pace.due()) await pace.turn()
      continue
    }
    const ask = { ...whole, wantTimes: true, pace }
    await scan(file, match, plan.times, ask, (_event, at, severity) => {
      counted++
      each({ at, severity })
      return true
    })
  }
  return counted
}

/** First and last block by their order: they arrived in it, as far as the clock went forward. */
function span(files: IndexFiles, organisation: string, plan: Plan, part: DayPart | undefined): IndexedSpan {
  const arrivals: number[] = []
  const losses: IndexedLoss[] = []
  const end = (order: 'asc' | 'desc') =>
    `select arrived_at from blocks where ordinal > ? and ordinal <= ? order by ordinal ${order} limit 1`
  for (const [day, file] of files.days(organisation)) {
    if (part !== undefined && part.day !== day) continue
    for (const order of ['asc', 'desc'] as const) {
      const row = file.statement(end(order)).get(part?.after ?? 0, part?.through ?? Number.MAX_SAFE_INTEGER)
      if (row !== undefined) arrivals.push(Number(row['arrived_at']))
    }
    losses.push(...readLosses(day, file, plan.times, part))
  }
  if (arrivals.length === 0) return { from: null, to: null, losses }
  return { from: Math.min(...arrivals), to: Math.max(...arrivals), losses }
}

function quarantined(
  files: IndexFiles,
  organisation: string,
  after: EventPosition | null,
  limit: number,
): Quarantined[] {
  const events: Quarantined[] = []
  for (const [day, file] of files.days(organisation)) {
    if (after !== null && day < after.day) continue
    const behind = after?.day === day ? eventRow(after.ordinal, after.index) : -1
    const rows = file
      .statement(
        `select q.event, q.reason, s.device, s.source from quarantine q join streams s on s.id = q.stream
         where q.event > ? order by q.event limit ?`,
      )
      .all(behind, limit - events.length)
    for (const row of rows)
      events.push({
        day,
        ...eventOfRow(Number(row['event'])),
        reason: String(row['reason']),
        device: String(row['device']),
        source: String(row['source']),
      })
    if (events.length >= limit) break
  }
  return events
}
