// Asks the journal for every seed: how many events hold it, and the newest of them. What one answer costs is bounded for
// the whole investigation, so that a report of a thousand addresses is as safe to ask as one.
import type { OrganisationId } from '../../core/ids.ts'
import type { Coverage, EventRecord } from '../../wire/api/events.ts'
import type { EventsPort } from './events-port.ts'
import type { Seed } from './seeds.ts'
import { type EventBody, eventBody } from './event-body.ts'
import { mergeCoverage, noCoverage } from './merge-coverage.ts'

export type Limits = {
  /** Newest events read for one seed, and for all. */
  readonly perSeed: number
  readonly inAll: number
}

/** An event that holds a seed, with what its line says. */
export type Sighted = { readonly event: EventRecord; readonly body: EventBody }

export type Gathered = {
  /** Events that hold each seed, by key: exact, whatever was read. */
  readonly seen: Readonly<Record<string, number>>
  /** Distinct, newest arrival first. */
  readonly events: readonly Sighted[]
  /** Whether `events` are all that hold a seed. */
  readonly complete: boolean
  readonly coverage: Coverage
}

/** Small enough that one answer does not hold the search worker for long. */
const pageSize = 500

/** @param signal ends it between two questions, with the signal's reason */
export async function gatherEvents(
  events: EventsPort,
  organisation: OrganisationId,
  seeds: readonly Seed[],
  { limits, signal }: { readonly limits: Limits; readonly signal: AbortSignal },
): Promise<Gathered> {
  const seen: Record<string, number> = {}
  const read = new Map<string, EventRecord>()
  let coverage = noCoverage
  let complete = true
  for (const seed of seeds) {
    signal.throwIfAborted()
    const answer = await events.count(organisation, { q: seed.query }, { signal })
    seen[seed.key] = answer.count
    coverage = mergeCoverage(coverage, answer.coverage)
  }
  // Those seen least first: a rare value tells more, and a common one must not use up what may be read.
  const asked = seeds.filter(({ key }) => (seen[key] ?? 0) > 0).sort((a, b) => (seen[a.key] ?? 0) - (seen[b.key] ?? 0))
  for (const seed of asked) {
    const wanted = Math.min(limits.perSeed, limits.inAll - read.size)
    let cursor: string | undefined
    let got = 0
    while (got < wanted) {
      signal.throwIfAborted()
      const limit = Math.min(pageSize, wanted - got)
      const question = { q: seed.query, limit, ...(cursor === undefined ? {} : { cursor }) }
      const page = await events.search(organisation, question, { signal })
      coverage = mergeCoverage(coverage, page.coverage)
      for (const event of page.events) read.set(event.id, event)
      got += page.events.length
      if (page.next === null || page.events.length === 0) break
      cursor = page.next
    }
    if (got < (seen[seed.key] ?? 0)) complete = false
  }
  const sighted = [...read.values()].sort(newestFirst).flatMap((event) => {
    const body = eventBody(event)
    return body === undefined ? [] : [{ event, body }]
  })
  return { seen, events: sighted, complete, coverage }
}

/** Newest arrival first; of equal ones by identity, so that the same store gives the same order. */
function newestFirst(a: EventRecord, b: EventRecord): number {
  return b.arrivedAt - a.arrivedAt || (a.id < b.id ? 1 : -1)
}
