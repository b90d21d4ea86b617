// Reads which events of a day's index match: rowids out of FTS5 in order of arrival, newest or oldest first, cut by
// event time and arrival with the packed times of their blocks.
import type { OpenFile } from '../database-cache.ts'
import { unpackTimes } from './event-times.ts'
import { eventOfRow, eventRow, linesPerBlock } from './index-layout.ts'
import type { Match } from './index-match.ts'
import type { Pace } from './pace.ts'
import { isAnyTime, type Times } from '../query/plan.ts'

export type Found = { readonly ordinal: number; readonly index: number }

/** The rows to look at: between two, both exclusive; newest arrival first unless said otherwise. */
export type Rows = { readonly below: number; readonly above: number; readonly oldestFirst: boolean }

export const whole: Rows = { below: Number.MAX_SAFE_INTEGER, above: -1, oldestFirst: false }

/** Rows between two looks at the clock. */
const rowsPerLook = 256

/** Blocks of a day that can hold events of these times. */
type Window = {
  readonly times: Times
  readonly low: number
  readonly high: number
  /** Ordinals in the window; true = all of the block's events are. */
  readonly blocks: ReadonlyMap<number, boolean> | null
}

/**
 * Hears every event found among the rows, until it has heard enough.
 * @param found returns whether it wants more; `at`, `severity` only where `wantTimes`
 */
export async function scan(
  file: OpenFile,
  match: Match,
  times: Times,
  options: Rows & { readonly wantTimes: boolean; readonly pace: Pace },
  found: (event: Found, at: number, severity: number) => boolean,
): Promise<void> {
  if (match.kind === 'none') return
  const window = windowOf(file, times, options)
  if (window.low > window.high) return
  const rows =
    match.kind === 'all' ? rowsOfBlocks(file, window, options) : rowsOfMatch(file, match.text, window, options)
  const blockTimes = new BlockTimes(file)
  let looked = 0
  for (const row of rows) {
    if (++looked % rowsPerLook === 0 && options.pace.due()) await options.pace.turn()
    if (row >= options.below || row <= options.above) continue
    const event = eventOfRow(row)
    const allOfIt = window.blocks === null ? true : window.blocks.get(event.ordinal)
    if (allOfIt === undefined) continue
    let at = 0
    let severity = 0
    if (!allOfIt || options.wantTimes) {
      const block = blockTimes.of(event.ordinal)
      at = block.times[event.index] ?? 0
      severity = block.severities[event.index] ?? 0
      if (!allOfIt && !isIn(at, times)) continue
    }
    if (!found(event, at, severity)) return
  }
}

/** @returns how many events match, without looking at each where no time cuts. */
export async function countAll(file: OpenFile, match: Match, times: Times, pace: Pace): Promise<number> {
  if (match.kind === 'none') return 0
  if (isAnyTime(times)) {
    const row =
      match.kind === 'all'
        ? file.statement('select sum(count) as n from blocks').get()
        : file.statement('select count(*) as n from events where events match ?').get(match.text)
    return Number(row?.['n'] ?? 0)
  }
  let count = 0
  await scan(file, match, times, { ...whole, wantTimes: false, pace }, () => {
    count++
    return true
  })
  return count
}

function windowOf(file: OpenFile, times: Times, { below, above }: Rows): Window {
  const newest = Number(file.statement('select max(ordinal) as n from blocks').get()?.['n'] ?? 0)
  const high = Math.min(newest, Math.floor((below - 1) / linesPerBlock))
  const least = Math.max(0, Math.floor(above / linesPerBlock))
  if (isAnyTime(times)) return { times, low: least, high, blocks: null }
  const blocks = new Map<number, boolean>()
  const { since, until, arrivedSince, arrivedUntil } = times
  const dawn = -8.64e15
  const dusk = 8.64e15
  const rows = file
    .statement(
      `select ordinal, min_at >= ? and max_at <= ? as whole from blocks
       where max_at >= ? and min_at <= ? and from_at >= ? and from_at <= ? and ordinal <= ? and ordinal >= ?
       and count > 0`,
    )
    .iterate(
      since ?? dawn,
      until ?? dusk,
      since ?? dawn,
      until ?? dusk,
      arrivedSince ?? dawn,
      arrivedUntil ?? dusk,
      high,
      least,
    )
  let low = Number.POSITIVE_INFINITY
  let top = 0
  for (const row of rows) {
    const ordinal = Number(row['ordinal'])
    if (ordinal < low) low = ordinal
    if (ordinal > top) top = ordinal
    blocks.set(ordinal, row['whole'] === 1)
  }
  return { times, low, high: top, blocks }
}

function* rowsOfMatch(file: OpenFile, text: string, window: Window, rows: Rows): Generator<number> {
  const order = rows.oldestFirst ? 'asc' : 'desc'
  // A statement of its own: another question may ask the same while this one waits its turn.
  const statement = file.db.prepare(
    `select rowid from events where events match ? and rowid >= ? and rowid < ? order by rowid ${order}`,
  )
  statement.setReturnArrays(true)
  const begin = Math.max(rows.above + 1, eventRow(window.low, 0))
  const end = Math.min(rows.below, eventRow(window.high + 1, 0))
  for (const row of statement.iterate(text, begin, end)) yield Number(Object.values(row)[0])
}

function* rowsOfBlocks(file: OpenFile, window: Window, { oldestFirst }: Rows): Generator<number> {
  const statement = file.db.prepare(
    `select ordinal, count from blocks where ordinal <= ? and ordinal >= ? order by ordinal ${oldestFirst ? 'asc' : 'desc'}`,
  )
  for (const row of statement.iterate(window.high, window.low)) {
    const ordinal = Number(row['ordinal'])
    const count = Number(row['count'])
    for (let index = 0; index < count; index++) yield eventRow(ordinal, oldestFirst ? index : count - 1 - index)
  }
}

function isIn(at: number, times: Times): boolean {
  return (times.since === null || at >= times.since) && (times.until === null || at <= times.until)
}

/** Times of the block looked at last: rows of one block come together. */
class BlockTimes {
  readonly #file: OpenFile
  #ordinal = -1
  #block: ReturnType<typeof unpackTimes> = { times: [], severities: [] }

  constructor(file: OpenFile) {
    this.#file = file
  }

  of(ordinal: number): ReturnType<typeof unpackTimes> {
    if (ordinal === this.#ordinal) return this.#block
    const row = this.#file.statement('select from_at, times from blocks where ordinal = ?').get(ordinal)
    this.#ordinal = ordinal
    this.#block =
      row?.['times'] instanceof Uint8Array
        ? unpackTimes(row['times'], Number(row['from_at']))
        : { times: [], severities: [] }
    return this.#block
  }
}
