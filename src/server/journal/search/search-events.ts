// Answers questions about events: a query and times in, pages, counts, histograms and top lists out.
import { Fault } from '../../../core/fault.ts'
import type {
  EventCount,
  EventHistogram,
  EventPage,
  EventQuestion,
  EventTop,
  InputTotals,
} from '../../../wire/api/events.ts'
import type { BlockStore } from '../blocks/block-store.ts'
import { coverageOf, indexedEnd, unindexedIn } from './coverage.ts'
import { decodeCursor, encodeCursor, encodeTailCursor, type TailCursor } from './cursor.ts'
import type { EventIndex, Tally } from '../index/event-index.ts'
import { severityNames } from '../index/event-index.ts'
import { placedRecordsAt, recordsAt } from './event-record.ts'
import { facetTerms, facetValue, needsEvent } from './facets.ts'
import { lossesOnPage, newestHole } from './loss-rows.ts'
import { parseQuery } from '../query/parse-query.ts'
import { anyTime, bothTimes, type Plan } from '../query/plan.ts'
import type { FormatNamed } from '../index/read-block.ts'
import { lostByCause } from '../blocks/stream-record.ts'

export type SearchParts = { readonly store: BlockStore; readonly index: EventIndex; readonly formatNamed: FormatNamed }

/** What one answer holds at most. */
const pageMax = 1_000
const bucketsMax = 500
const valuesMax = 1_000

/** @returns what is asked, its query and the times beside it taken together. */
export function planOf(question: EventQuestion, now: number): Plan {
  const plan = parseQuery(question.q, now)
  const beside = {
    since: question.since ?? null,
    until: question.until ?? null,
    arrivedSince: question.arrivedSince ?? null,
    arrivedUntil: question.arrivedUntil ?? null,
  }
  return { where: plan.where, times: bothTimes(plan.times, beside) }
}

export type SearchAsk = {
  readonly organisation: string
  /** Identity of the journal. */
  readonly journal: string
  readonly question: EventQuestion
  readonly limit: number
  readonly cursor: string | null
  readonly now: number
}

export async function searchEvents(parts: SearchParts, ask: SearchAsk, signal: AbortSignal): Promise<EventPage> {
  const { organisation, question } = ask
  const cursor = ask.cursor === null ? null : decodeCursor(ask.cursor, organisation, question)
  const now = cursor?.now ?? ask.now
  const limit = inBounds('limit', ask.limit, pageMax)
  const plan = planOf(question, now)
  // Before it is searched: what is indexed meanwhile comes in both, and is known by its identity.
  const live = cursor === null ? await endOfTail(parts, organisation, now) : null
  // One more than asked tells whether there is a next page.
  const options = { before: cursor?.position ?? null, limit: limit + 1, signal }
  const found = await parts.index.search(organisation, plan, options)
  const positions = found.slice(0, limit)
  const last = positions.at(-1)
  const placed = await placedRecordsAt(parts.store, organisation, positions, parts.formatNamed)
  const page = { above: cursor?.position ?? null, events: placed, last: found.length <= limit }
  return {
    v: 1,
    events: placed.map(({ record }) => record),
    losses: await lossesOnPage(parts, organisation, plan, page),
    next:
      found.length <= limit || last === undefined
        ? null
        : encodeCursor({ position: last, now }, organisation, question),
    live: live === null ? null : encodeTailCursor(live, organisation, ask.journal),
    coverage: await coverageOf(parts, organisation, plan),
  }
}

/** @returns where a tail goes on behind all that can be had now. */
async function endOfTail(parts: SearchParts, organisation: string, now: number): Promise<TailCursor> {
  const declared = await newestHole(parts.store, organisation)
  return { position: await indexedEnd(parts, organisation), now, declared }
}

export async function countEvents(
  parts: SearchParts,
  ask: { readonly organisation: string; readonly question: EventQuestion; readonly now: number },
  signal: AbortSignal,
): Promise<EventCount> {
  const plan = planOf(ask.question, ask.now)
  const count = await parts.index.count(ask.organisation, plan, signal)
  return { v: 1, count, coverage: await coverageOf(parts, ask.organisation, plan) }
}

export async function histogramOfEvents(
  parts: SearchParts,
  ask: {
    readonly organisation: string
    readonly question: EventQuestion
    readonly buckets: number
    readonly now: number
  },
  signal: AbortSignal,
): Promise<EventHistogram> {
  const plan = planOf(ask.question, ask.now)
  const buckets = inBounds('buckets', ask.buckets, bucketsMax)
  const seconds = new Map<number, [number, number, number, number]>()
  let from = Number.POSITIVE_INFINITY
  let to = Number.NEGATIVE_INFINITY
  // The range is known only behind the last event, so seconds are counted first and folded then.
  await parts.index.count(ask.organisation, plan, signal, ({ at, severity }: Tally) => {
    if (at < from) from = at
    if (at > to) to = at
    const second = Math.floor(at / 1_000)
    const counts = seconds.get(second)
    if (counts !== undefined) counts[severity] = (counts[severity] ?? 0) + 1
    else {
      const first: [number, number, number, number] = [0, 0, 0, 0]
      first[severity] = 1
      seconds.set(second, first)
    }
  })
  const coverage = await coverageOf(parts, ask.organisation, plan)
  if (seconds.size === 0) return { v: 1, from: plan.times.since ?? 0, widthMs: 1_000, buckets: [], coverage }
  const begin = Math.floor((plan.times.since ?? from) / 1_000) * 1_000
  const end = Math.max(plan.times.until ?? to, to)
  const widthMs = roundWidth((end - begin + 1) / buckets)
  const rows = Array.from({ length: Math.floor((end - begin) / widthMs) + 1 }, () => ({
    high: 0,
    medium: 0,
    low: 0,
    unknown: 0,
  }))
  for (const [second, counts] of seconds) {
    const row = rows[Math.max(0, Math.floor((second * 1_000 - begin) / widthMs))]
    for (const [severity, name] of severityNames.entries()) if (row !== undefined) row[name] += counts[severity] ?? 0
  }
  return { v: 1, from: begin, widthMs, buckets: rows, coverage }
}

export async function topOfEvents(
  parts: SearchParts,
  ask: {
    readonly organisation: string
    readonly question: EventQuestion
    readonly facet: string
    readonly limit: number
    readonly now: number
  },
  signal: AbortSignal,
): Promise<EventTop> {
  const plan = planOf(ask.question, ask.now)
  const limit = inBounds('limit', ask.limit, valuesMax)
  const values: { value: string; count: number }[] = []
  for (const name of facetTerms(ask.facet)) {
    const found = await parts.index.top(ask.organisation, plan, { facet: name, limit, signal })
    for (const { term, count } of found) {
      const example = needsEvent(ask.facet, term) ? await exampleOf(parts, ask.organisation, term, signal) : undefined
      values.push({ value: facetValue(ask.facet, name, term, example), count })
    }
  }
  values.sort((a, b) => b.count - a.count)
  const coverage = await coverageOf(parts, ask.organisation, plan)
  return { v: 1, facet: ask.facet, values: values.slice(0, limit), coverage }
}

async function exampleOf(parts: SearchParts, organisation: string, term: string, signal: AbortSignal) {
  const plan: Plan = { where: { kind: 'term', term }, times: anyTime }
  const positions = await parts.index.search(organisation, plan, { before: null, limit: 1, signal })
  return (await recordsAt(parts.store, organisation, positions, parts.formatNamed))[0]
}

/** What the journal holds of one input: the file with this fingerprint, or all that a source has given. */
export async function totalsOfInput(
  parts: SearchParts,
  ask: {
    readonly organisation: string
    readonly device: string
    readonly source: string
    readonly fingerprint: string | null
  },
): Promise<InputTotals> {
  const unindexedBlocks = await unindexedIn(parts, ask.organisation)
  const totals = { events: 0, quarantined: 0, ignored: 0, notSelected: 0 }
  const byType: Record<string, number> = {}
  const lost: Record<string, number | null> = {}
  const add = (cause: string, count: number | null) => {
    const known = lost[cause]
    lost[cause] = known === null || count === null ? null : (known ?? 0) + count
  }
  const ofSource = (await parts.index.totals(ask.organisation)).filter(
    (row) => row.device === ask.device && row.source === ask.source,
  )
  for (const row of ofSource) {
    if (ask.fingerprint !== null && !row.inputs.some((input) => input.sha256 === ask.fingerprint)) continue
    totals.events += row.events
    totals.quarantined += row.quarantined
    totals.ignored += row.ignored
    totals.notSelected += row.notSelected
    for (const [type, count] of Object.entries(row.byType)) byType[type] = (byType[type] ?? 0) + count
    for (const [cause, count] of Object.entries(row.lost)) add(cause, count)
  }
  const { streams } = await parts.store.ledger(ask.organisation, 'holes')
  for (const { record } of streams)
    if (record.device === ask.device && record.source === ask.source)
      for (const [cause, count] of Object.entries(lostByCause(record))) if (count > 0) add(cause, count)
  return { v: 1, ...totals, byType, lost, unindexedBlocks }
}

/** Widths that people read: 1, 2, 5, 10, 15, 30 seconds, minutes, hours, days. */
function roundWidth(ms: number): number {
  const widths = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200]
  const seconds = widths.find((width) => width * 1_000 >= ms)
  return seconds === undefined ? Math.ceil(ms / 86_400_000) * 86_400_000 : seconds * 1_000
}

function inBounds(what: string, value: number, max: number): number {
  if (Number.isSafeInteger(value) && value >= 1 && value <= max) return value
  throw new Fault('input.malformed', { what: `${what} is ${value}`, remedy: `Give a whole number from 1 to ${max}.` })
}
