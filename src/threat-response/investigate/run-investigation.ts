// One investigation from its seeds to its answer: the journal asked, sightings grouped, the graph drawn and folded.
import type { OrganisationId } from '../../core/ids.ts'
import type { Investigation } from '../../wire/api/investigations.ts'
import { type Limits, gatherEvents } from '../enrich/gather-events.ts'
import { countGroups, groupSightings } from '../enrich/group-sightings.ts'
import { buildGraph } from '../graph/build-graph.ts'
import { foldLookAlikes } from '../graph/fold-look-alikes.ts'
import type { EventsPort } from '../enrich/events-port.ts'
import { questionsOf, type Seeds } from '../enrich/seeds.ts'

export type Answer = Pick<Investigation, 'seen' | 'sightings' | 'graph' | 'events' | 'coverage'>

/** 20,000 events are read in about a second (performance 3); beyond that counts say more than lines. */
const limits: Limits = { perSeed: 2_000, inAll: 20_000 }
const eventsShown = 200
/** A third of what still pans without a GPU (console-and-cli 6), so that expanding has room. */
const nodesMax = 500

/** The same seeds on the same store give the same answer. */
export async function runInvestigation(
  events: EventsPort,
  organisation: OrganisationId,
  seeds: Seeds,
  signal: AbortSignal,
): Promise<Answer> {
  const questions = questionsOf(seeds)
  const gathered = await gatherEvents(events, organisation, questions, { limits, signal })
  const groups = groupSightings(gathered.events, new Set(questions.map(({ key }) => key)))
  const sightings = await countGroups(events, organisation, groups, { gathered, seeds: questions, signal })
  return {
    seen: seenOfAll(seeds, gathered.seen),
    sightings,
    graph: foldLookAlikes(buildGraph(seeds, gathered.events, gathered.seen), nodesMax),
    events: gathered.events.slice(0, eventsShown).map(({ event }) => event),
    coverage: gathered.coverage,
  }
}

/** What could not be asked was seen in no event. */
function seenOfAll(seeds: Seeds, seen: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return { ...Object.fromEntries(seeds.observables.map(({ type, value }) => [`${type}:${value}`, 0])), ...seen }
}
