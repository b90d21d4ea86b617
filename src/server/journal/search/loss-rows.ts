// Declared losses as rows among the events: which of them a question means, and where they stand (delivery L4).
import type { LossRow } from '../../../wire/api/events.ts'
import type { EventIndex, EventPosition, IndexedLoss } from '../index/event-index.ts'
import type { BlockStore } from '../blocks/block-store.ts'
import type { PlacedRecord } from './event-record.ts'
import { lostTerm } from '../query/fields.ts'
import type { Expression, Plan } from '../query/plan.ts'
import type { Hole } from '../blocks/stream-record.ts'
import { blockTerms, termSeparator } from '../index/terms.ts'

/** Rows of losses beside one page: a page of events is no larger. */
const lossesMax = 1_000

/** Longer than the block behind a hole takes to follow where there is one. */
const openHoleMs = 60_000

/** @returns whether a question means the losses of this source: they have a device and a source, and no content. */
export function isLossAsked(where: Expression, device: string, source: string): boolean {
  const terms = new Set([lostTerm, ...blockTerms(device, source).split(termSeparator)])
  return holds(where, terms)
}

/** @returns a loss that stands in a block of its own, as a row. */
export function lossRow(loss: IndexedLoss): LossRow {
  const { device, source, stream, sequence, cause, count, from, to } = loss
  return { id: `${stream}:${sequence}:loss:${loss.ordinal}`, device, source, stream, sequence, cause, count, from, to }
}

/** A page's place in the whole: behind the page before it, up to its last event. */
export type PagePlace = {
  /** Last event of the page before; null = this is the first. */
  readonly above: EventPosition | null
  readonly events: readonly PlacedRecord[]
  readonly last: boolean
}

type Parts = { readonly store: BlockStore; readonly index: EventIndex }
type Row = { readonly above: number; readonly loss: LossRow }

/** @returns the losses that stand on a page, each above one of its events. */
export async function lossesOnPage(
  parts: Parts,
  organisation: string,
  plan: Plan,
  page: PagePlace,
): Promise<readonly Row[]> {
  const below = page.last ? undefined : page.events.at(-1)?.position
  const rows: Row[] = []
  for (const loss of (await parts.index.span(organisation, plan)).losses) {
    if (!isLossAsked(plan.where, loss.device, loss.source)) continue
    // Its block has no line: it stands below everything of the blocks behind it.
    const place: EventPosition = { day: loss.day, ordinal: loss.ordinal, index: 0 }
    if (page.above !== null && comparePositions(place, page.above) >= 0) continue
    if (below !== undefined && comparePositions(place, below) < 0) continue
    rows.push(rowAt(page, lossRow(loss), ({ position }) => comparePositions(place, position) > 0))
  }
  rows.push(...(await holesOnPage(parts, organisation, plan, page)))
  rows.sort((a, b) => a.above - b.above || b.loss.to - a.loss.to)
  return rows.slice(0, lossesMax)
}

/** Holes were declared without a block: they stand by the time of it, among blocks that arrived then. */
async function holesOnPage(
  { store }: Parts,
  organisation: string,
  { where, times }: Plan,
  page: PagePlace,
): Promise<Row[]> {
  const [above] = page.above === null ? [] : await store.at(organisation, [page.above])
  const newest = above?.arrivedAt ?? Number.POSITIVE_INFINITY
  const oldest = page.last ? Number.NEGATIVE_INFINITY : (page.events.at(-1)?.storedAt ?? Number.POSITIVE_INFINITY)
  const holes = await askedHoles(store, organisation, { where, times })
  return holes
    .filter(({ loss }) => loss.to < newest && loss.to >= oldest)
    .map(({ loss }) => rowAt(page, loss, ({ storedAt }) => storedAt <= loss.to))
}

/** @returns the holes a question means that lack any event, as rows */
async function askedHoles(store: BlockStore, organisation: string, { where, times }: Plan): Promise<HoleRow[]> {
  const low = Math.max(times.since ?? Number.NEGATIVE_INFINITY, times.arrivedSince ?? Number.NEGATIVE_INFINITY)
  const high = Math.min(times.until ?? Number.POSITIVE_INFINITY, times.arrivedUntil ?? Number.POSITIVE_INFINITY)
  const { streams } = await store.ledger(organisation, 'holes')
  const asked = streams.filter(({ record }) => isLossAsked(where, record.device, record.source))
  return asked.flatMap(({ record }) =>
    record.holes
      .filter((hole) => hole.toAt >= low && hole.fromAt <= high)
      .filter(({ first, last }) => last === null || last >= first)
      .map((hole) => ({ loss: holeRow(record, hole), open: hole.last === null })),
  )
}

type HoleRow = {
  readonly loss: LossRow
  /** How many events it lacks is told by the block behind it, which has not come. */
  readonly open: boolean
}

/**
 * For a tail, the holes declared since the last one that it told, in the order they were. One whose block behind it is
 * still to come holds back those behind it, for a minute at most: then its count is unknown.
 * @param declared when the last one told was declared, Unix ms
 */
export async function holesBehind(
  store: BlockStore,
  organisation: string,
  plan: Plan,
  { declared, now }: { readonly declared: number; readonly now: number },
): Promise<readonly LossRow[]> {
  const behind = (await askedHoles(store, organisation, plan)).filter(({ loss }) => loss.to > declared)
  behind.sort((one, other) => one.loss.to - other.loss.to)
  const waiting = behind.findIndex(({ loss, open }) => open && now - loss.to < openHoleMs)
  return behind.slice(0, waiting < 0 ? lossesMax : Math.min(waiting, lossesMax)).map(({ loss }) => loss)
}

/** @returns when the newest hole of an organisation was declared, Unix ms; 0 where there is none */
export async function newestHole(store: BlockStore, organisation: string): Promise<number> {
  const { streams } = await store.ledger(organisation, 'holes')
  return streams.reduce((newest, { record }) => Math.max(newest, ...record.holes.map(({ toAt }) => toAt)), 0)
}

/** @param below whether the loss arrived behind this event */
function rowAt({ events }: PagePlace, loss: LossRow, below: (event: PlacedRecord) => boolean): Row {
  const above = events.findIndex(below)
  return { above: above < 0 ? events.length : above, loss }
}

function holeRow(stream: { readonly stream: string; readonly device: string; readonly source: string }, hole: Hole) {
  const { first, last, cause, fromAt, toAt } = hole
  return {
    id: `${stream.stream}:${first}:hole:${hole.from}`,
    device: stream.device,
    source: stream.source,
    stream: stream.stream,
    sequence: first,
    cause,
    count: last === null ? null : last - first + 1,
    from: fromAt,
    to: toAt,
  }
}

/** @returns below 0 where `a` arrived before `b`. */
export function comparePositions(a: EventPosition, b: EventPosition): number {
  if (a.day !== b.day) return a.day < b.day ? -1 : 1
  return a.ordinal - b.ordinal || a.index - b.index
}

function holds(expression: Expression, terms: ReadonlySet<string>): boolean {
  switch (expression.kind) {
    case 'all':
      return true
    case 'term':
      return terms.has(expression.term)
    case 'prefix':
      return [...terms].some((each) => each.startsWith(expression.prefix))
    case 'signature':
      return false
    case 'and':
      return expression.parts.every((part) => holds(part, terms))
    case 'or':
      return expression.parts.some((part) => holds(part, terms))
    case 'not':
      return !holds(expression.part, terms)
    default:
      return expression satisfies never
  }
}
