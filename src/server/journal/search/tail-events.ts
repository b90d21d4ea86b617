// One step of a tail: what arrived behind a cursor, in order of arrival, with the cursor behind each (delivery J5). It
// never goes past what is not indexed yet, so nothing that is found later can have been passed by.
import { parseEventId } from '../../../core/ids.ts'
import type { EventQuestion, EventRecord, TailLine } from '../../../wire/api/events.ts'
import type { BlockStore } from '../blocks/block-store.ts'
import { decodeTailCursor, encodeTailCursor, type TailCursor } from './cursor.ts'
import type { DayPart, EventIndex, EventPosition } from '../index/event-index.ts'
import { placedRecordsAt } from './event-record.ts'
import { lastLine } from '../index/index-layout.ts'
import { comparePositions, holesBehind, isLossAsked, lossRow, newestHole } from './loss-rows.ts'
import type { Plan } from '../query/plan.ts'
import { planOf, type SearchParts } from './search-events.ts'

export type TailAsk = {
  readonly organisation: string
  /** Identity of the journal: a cursor of another is none here. */
  readonly journal: string
  readonly question: EventQuestion
  /** `start`, `now`, or the cursor of a line. */
  readonly from: string
  readonly now: number
}

export type TailStep = {
  readonly lines: readonly TailLine[]
  readonly cursor: string
  /** Whether this is all that can be had now: nothing more is stored, or it is not indexed yet (`behind`). */
  readonly end: boolean
  readonly behind: boolean
}

type Line = Extract<TailLine, { kind: 'event' | 'loss' }>
/** @property storedAt arrival of an event at the exchange, Unix ms */
type Placed = {
  readonly position: EventPosition
  readonly storedAt?: number
  readonly line: (cursor: string) => Line
}

/** Events of one step, and the bytes of their lines above which it ends: what one answer holds in memory. */
const eventsPerStep = 256
const bytesPerStep = 8 * 1024 * 1024

const dawn: EventPosition = { day: '', ordinal: 0, index: 0 }

/** @throws Fault query.cursor, query.malformed */
export async function tailEvents(parts: SearchParts, ask: TailAsk, signal: AbortSignal): Promise<TailStep> {
  const begin = await beginning(parts.store, ask)
  const { position, now } = begin
  const plan = planOf(ask.question, now)
  let declared = begin.declared
  const cursorAt = (at: EventPosition) =>
    encodeTailCursor({ position: at, now, declared }, ask.organisation, ask.journal)
  // Cursors of the index first: what is indexed in between is then not passed by.
  const indexed = await parts.index.cursors(ask.organisation)
  const days = await parts.store.days(ask.organisation)
  const lines: TailLine[] = []
  let at = position
  // Holes stand in no block: each comes before the first event stored after it was declared, or once all are told.
  const holes = [...(await holesBehind(parts.store, ask.organisation, plan, { declared, now: ask.now }))]
  const tellHoles = (before: number) => {
    for (let hole = holes[0]; hole !== undefined && hole.to < before; hole = holes[0]) {
      holes.shift()
      declared = hole.to
      lines.push({ kind: 'loss', cursor: cursorAt(at), ...hole })
    }
  }
  const first = days[0]?.day
  if (first !== undefined && position.day !== '' && position.day < first)
    lines.push({ kind: 'expired', cursor: cursorAt({ ...dawn, day: first }), before: first })
  for (const { day, blocks } of days) {
    if (day < position.day) continue
    const behind = day === at.day ? at : { ...dawn, day, index: lastLine }
    const through = indexed.get(day) ?? 0
    const found = await placedIn(parts, ask.organisation, plan, { day, behind, through }, signal)
    for (const each of found.placed) {
      tellHoles(each.storedAt ?? 0)
      at = each.position
      lines.push(each.line(cursorAt(at)))
    }
    at = found.to
    if (!found.whole) return { lines, cursor: cursorAt(at), end: false, behind: false }
    if (through < blocks) return { lines, cursor: cursorAt(at), end: true, behind: true }
  }
  tellHoles(Infinity)
  return { lines, cursor: cursorAt(at), end: true, behind: false }
}

/** @returns where to begin, and the time that relative ages of the question mean. */
async function beginning(store: BlockStore, { organisation, journal, from, now }: TailAsk): Promise<TailCursor> {
  if (from === 'start') return { position: dawn, now, declared: 0 }
  if (from !== 'now') return decodeTailCursor(from, organisation, journal)
  const declared = await newestHole(store, organisation)
  const newest = (await store.days(organisation)).at(-1)
  if (newest === undefined) return { position: dawn, now, declared }
  return { position: { day: newest.day, ordinal: newest.blocks, index: lastLine }, now, declared }
}

/** What one step finds in a day: events and losses in order, and how far that is. */
async function placedIn(
  parts: SearchParts,
  organisation: string,
  plan: Plan,
  { day, behind, through }: { day: string; behind: EventPosition; through: number },
  signal: AbortSignal,
): Promise<{ placed: readonly Placed[]; to: EventPosition; whole: boolean }> {
  const end: EventPosition = { day, ordinal: through, index: lastLine }
  if (comparePositions(behind, end) >= 0) return { placed: [], to: behind, whole: true }
  const before: EventPosition = { day, ordinal: through + 1, index: 0 }
  const positions = await parts.index.search(organisation, plan, { before, behind, limit: eventsPerStep, signal })
  const read = await readSome(parts, organisation, positions)
  const whole = positions.length < eventsPerStep && read.through === positions.length
  const to = whole ? end : (positions[read.through - 1] ?? end)
  const part: DayPart = { day, after: behind.ordinal, through: to.ordinal }
  const losses = await lossesIn(parts.index, organisation, plan, part)
  const placed = [...read.events, ...losses].sort((a, b) => comparePositions(a.position, b.position))
  return { placed, to, whole }
}

/** Reads lines until they are enough; one that has expired meanwhile is passed by. */
async function readSome(parts: SearchParts, organisation: string, positions: readonly EventPosition[]) {
  const events: Placed[] = []
  let through = 0
  let bytes = 0
  while (through < positions.length && bytes < bytesPerStep) {
    const first = positions[through]
    const end = positions.findIndex(({ ordinal }, index) => index > through && ordinal !== first?.ordinal)
    // Block by block: each is opened once, and holds no more than one answer may.
    const slice = positions.slice(through, end < 0 ? positions.length : end)
    for (const { position, record, storedAt } of await placedRecordsAt(
      parts.store,
      organisation,
      slice,
      parts.formatNamed,
    )) {
      bytes += record.raw.length
      events.push({ position, storedAt, line: eventLine(record) })
    }
    through += slice.length
  }
  return { events, through }
}

async function lossesIn(index: EventIndex, organisation: string, plan: Plan, part: DayPart): Promise<Placed[]> {
  const { losses } = await index.span(organisation, plan, part)
  return losses
    .filter(({ device, source }) => isLossAsked(plan.where, device, source))
    .map((loss) => ({
      position: { day: loss.day, ordinal: loss.ordinal, index: 0 },
      line: (cursor) => ({ kind: 'loss', cursor, ...lossRow(loss) }),
    }))
}

function eventLine(record: EventRecord): (cursor: string) => Line {
  const { stream, sequence } = parseEventId(record.id)
  return (cursor) => ({ kind: 'event', cursor, stream, sequence, ...record })
}
