// What an answer covers, said beside it: how far the store reaches, what is not indexed yet, what is declared missing
// in the range asked (delivery L4).
import type { Coverage, Gap } from '../../../wire/api/events.ts'
import type { BlockStore } from '../blocks/block-store.ts'
import type { EventIndex, EventPosition } from '../index/event-index.ts'
import { lastLine } from '../index/index-layout.ts'
import type { Plan } from '../query/plan.ts'
import type { Hole } from '../blocks/stream-record.ts'

type Parts = { readonly store: BlockStore; readonly index: EventIndex }

/** @returns the coverage of a question. */
export async function coverageOf(parts: Parts, organisation: string, plan: Plan): Promise<Coverage> {
  const unindexedBlocks = await unindexedIn(parts, organisation)
  const { from, to, losses } = await parts.index.span(organisation, plan)
  const { streams } = await parts.store.ledger(organisation, 'holes')
  const holes = streams.flatMap(({ record }) =>
    record.holes.filter((hole) => isIn(hole, plan)).map((hole) => gapOf(record.device, record.source, hole)),
  )
  return { from, to, unindexedBlocks, gaps: merged([...losses.map(gapAlone), ...holes]) }
}

/** @returns blocks committed and not indexed yet. */
export async function unindexedIn(parts: Parts, organisation: string): Promise<number> {
  // Cursors first: a block that comes in between is then counted, never a number below zero.
  const cursors = await parts.index.cursors(organisation)
  let unindexed = 0
  for (const { day, blocks } of await parts.store.days(organisation))
    unindexed += Math.max(0, blocks - (cursors.get(day) ?? 0))
  return unindexed
}

/** @returns the place up to which everything is indexed: behind its last event. */
export async function indexedEnd(parts: Parts, organisation: string): Promise<EventPosition> {
  // Cursors first, as above.
  const cursors = await parts.index.cursors(organisation)
  let end: EventPosition = { day: '', ordinal: 0, index: lastLine }
  for (const { day, blocks } of await parts.store.days(organisation)) {
    const ordinal = cursors.get(day) ?? 0
    end = { day, ordinal, index: lastLine }
    if (ordinal < blocks) return end
  }
  return end
}

function isIn(hole: Hole, plan: Plan): boolean {
  const { since, until, arrivedSince, arrivedUntil } = plan.times
  const low = Math.max(since ?? Number.NEGATIVE_INFINITY, arrivedSince ?? Number.NEGATIVE_INFINITY)
  const high = Math.min(until ?? Number.POSITIVE_INFINITY, arrivedUntil ?? Number.POSITIVE_INFINITY)
  return hole.toAt >= low && hole.fromAt <= high && (hole.last === null || hole.last >= hole.first)
}

function gapAlone({ device, source, cause, count, from, to }: Gap): Gap {
  return { device, source, cause, count, from, to }
}

function gapOf(device: string, source: string, hole: Hole): Gap {
  const count = hole.last === null ? null : hole.last - hole.first + 1
  return { device, source, cause: hole.cause, count, from: hole.fromAt, to: hole.toAt }
}

/** Each device, source and cause once. */
function merged(gaps: readonly Gap[]): Gap[] {
  const merged = new Map<string, Gap>()
  for (const gap of gaps) {
    const key = JSON.stringify([gap.device, gap.source, gap.cause])
    const known = merged.get(key)
    merged.set(
      key,
      known === undefined
        ? gap
        : {
            ...known,
            count: known.count === null || gap.count === null ? null : known.count + gap.count,
            from: Math.min(known.from, gap.from),
            to: Math.max(known.to, gap.to),
          },
    )
  }
  return [...merged.values()]
}
