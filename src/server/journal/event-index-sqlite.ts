// Adapter of the event index over SQLite's FTS5: one file per organisation and day beside the day's block file. Damaged
// or missing files are made anew by the reader that fills them (delivery D31).
import type { Gap } from '../../wire/api/events.ts'
import { databaseFault, isDamaged } from './database.ts'
import { DatabaseCache, type OpenFile } from './database-cache.ts'
import { dayFile, listDays, removeDatabase } from './day-files.ts'
import type {
  EventIndex,
  EventPosition,
  IndexedBlock,
  IndexedSpan,
  Quarantined,
  Recovered,
  Tally,
} from './event-index.ts'
import { addBlocks, recoverEvents } from './index-add.ts'
import { eventOfRow, eventRow, indexLayout, openIndexFile } from './index-layout.ts'
import { matchOf } from './index-match.ts'
import { countAll, scan } from './index-scan.ts'
import { topValues } from './index-top.ts'
import { readTotals } from './index-totals.ts'
import { Pace } from './pace.ts'
import type { Plan, Times } from './query/plan.ts'

export type SqliteEventIndexOptions = {
  readonly folder: string
  readonly readOnly: boolean
  /** Told when a damaged file was dropped, to be made anew. */
  readonly dropped?: (path: string, reason: string) => void
}

/** Opens the index. One thread may write; any number may have it open to read. */
export function openSqliteEventIndex(options: SqliteEventIndexOptions): Promise<EventIndex> {
  return Promise.resolve(new SqliteEventIndex(options))
}

class SqliteEventIndex implements EventIndex {
  readonly #folder: string
  readonly #options: SqliteEventIndexOptions
  readonly #readers = new DatabaseCache(indexLayout)
  /** Files open to write: the days that still receive blocks. */
  readonly #writers = new Map<string, OpenFile>()

  constructor(options: SqliteEventIndexOptions) {
    this.#folder = options.folder
    this.#options = options
  }

  async cursors(organisation: string): Promise<ReadonlyMap<string, number>> {
    const cursors = new Map<string, number>()
    for (const [day, file] of this.#days(organisation))
      cursors.set(day, Number(file.statement('select ordinal from cursor').get()?.['ordinal'] ?? 0))
    return cursors
  }

  async add(organisation: string, day: string, blocks: readonly IndexedBlock[]): Promise<void> {
    this.#write(organisation, day, (file) => addBlocks(file, blocks))
  }

  async search(
    organisation: string,
    plan: Plan,
    options: { readonly before: EventPosition | null; readonly limit: number; readonly signal: AbortSignal },
  ): Promise<readonly EventPosition[]> {
    using _hold = this.#readers.hold()
    const pace = new Pace(options.signal)
    const found: EventPosition[] = []
    const { before, limit } = options
    for (const [day, file] of this.#days(organisation).reverse()) {
      if (before !== null && day > before.day) continue
      const below = day === before?.day ? eventRow(before.ordinal, before.index) : Number.MAX_SAFE_INTEGER
      await scan(file, matchOf(plan.where, file), plan.times, { below, wantTimes: false, pace }, (event) => {
        found.push({ day, ...event })
        return found.length < limit
      })
      if (found.length >= limit) break
    }
    return found
  }

  async count(organisation: string, plan: Plan, signal: AbortSignal, each?: (tally: Tally) => void): Promise<number> {
    using _hold = this.#readers.hold()
    const pace = new Pace(signal)
    let count = 0
    for (const [, file] of this.#days(organisation)) {
      const match = matchOf(plan.where, file)
      if (each === undefined) {
        count += await countAll(file, match, plan.times, pace)
        if (pace.due()) await pace.turn()
        continue
      }
      const options = { below: Number.MAX_SAFE_INTEGER, wantTimes: true, pace }
      await scan(file, match, plan.times, options, (_event, at, severity) => {
        count++
        each({ at, severity })
        return true
      })
    }
    return count
  }

  async top(
    organisation: string,
    plan: Plan,
    options: { readonly facet: string; readonly limit: number; readonly signal: AbortSignal },
  ) {
    using _hold = this.#readers.hold()
    const files = this.#days(organisation).map(([, file]) => file)
    return await topValues(files, plan, options.facet, options.limit, new Pace(options.signal))
  }

  async totals(organisation: string) {
    return this.#days(organisation).flatMap(([, file]) => readTotals(file))
  }

  async span(organisation: string, plan: Plan): Promise<IndexedSpan> {
    let from: number | null = null
    let to: number | null = null
    const gaps: Gap[] = []
    for (const [, file] of this.#days(organisation)) {
      const row = file.statement('select min(arrived_at) as low, max(arrived_at) as high from blocks').get()
      if (typeof row?.['low'] === 'number') from = Math.min(from ?? row['low'], row['low'])
      if (typeof row?.['high'] === 'number') to = Math.max(to ?? row['high'], row['high'])
      gaps.push(...lossesIn(file, plan.times))
    }
    return { from, to, gaps }
  }

  readonly quarantine = {
    list: async (organisation: string, after: EventPosition | null, limit: number): Promise<readonly Quarantined[]> => {
      const events: Quarantined[] = []
      for (const [day, file] of this.#days(organisation)) {
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
    },
    recover: async (organisation: string, day: string, recovered: readonly Recovered[]): Promise<void> => {
      this.#write(organisation, day, (file) => recoverEvents(file, recovered))
    },
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const file of this.#writers.values()) file.db.close()
    this.#writers.clear()
    this.#readers[Symbol.dispose]()
  }

  /** Days that have an index file, oldest first. A damaged one counts as none: all its blocks are unindexed. */
  #days(organisation: string): [day: string, file: OpenFile][] {
    const days: [string, OpenFile][] = []
    for (const day of listDays(this.#folder, organisation)) {
      const path = dayFile(this.#folder, organisation, day, 'index')
      try {
        const file = this.#readers.open(path)
        if (file !== undefined) days.push([day, file])
      } catch (error) {
        if (!isDamaged(error)) throw databaseFault(error, `${path} cannot be opened`)
        if (!this.#options.readOnly) this.#drop(path, error)
      }
    }
    return days
  }

  #write(organisation: string, day: string, work: (file: OpenFile) => void): void {
    const path = dayFile(this.#folder, organisation, day, 'index')
    try {
      work(this.#writer(path))
    } catch (error) {
      if (isDamaged(error)) this.#drop(path, error)
      throw databaseFault(error, `${path} cannot be written`)
    }
  }

  #writer(path: string): OpenFile {
    const known = this.#writers.get(path)
    if (known !== undefined) return known
    const made = openIndexFile(path)
    for (const [oldest, file] of this.#writers) {
      if (this.#writers.size < writersMax) break
      this.#writers.delete(oldest)
      // What performance 8.1 found: one merge when a day closes makes its lookups cheapest.
      file.db.close()
    }
    this.#writers.set(path, made)
    return made
  }

  #drop(path: string, error: unknown): void {
    const writer = this.#writers.get(path)
    this.#writers.delete(path)
    if (writer?.db.isOpen) writer.db.close()
    removeDatabase(path)
    this.#options.dropped?.(path, error instanceof Error ? error.message : String(error))
  }
}

const writersMax = 16

function lossesIn(file: OpenFile, times: Times): Gap[] {
  const since = Math.max(times.since ?? Number.NEGATIVE_INFINITY, times.arrivedSince ?? Number.NEGATIVE_INFINITY)
  const until = Math.min(times.until ?? Number.POSITIVE_INFINITY, times.arrivedUntil ?? Number.POSITIVE_INFINITY)
  const rows = file
    .statement(
      'select s.device, s.source, l.cause, l.count, l.from_at, l.to_at from losses l join streams s on s.id = l.stream',
    )
    .all()
  return rows
    .map((row) => ({
      device: String(row['device']),
      source: String(row['source']),
      cause: String(row['cause']),
      count: typeof row['count'] === 'number' ? row['count'] : null,
      from: Number(row['from_at']),
      to: Number(row['to_at']),
    }))
    .filter((gap) => gap.to >= since && gap.from <= until)
}
