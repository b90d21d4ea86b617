// What our own journal knows of the seeds: exact counts, sightings by signature and device, the graph of the events
// read, the newest lines, and what all that covers.
import type { OrganisationId } from '../../core/ids.ts'
import type { Investigation } from '../../wire/api/investigations.ts'
import { buildGraph, type Graph, type ModuleName } from '../graph/build-graph.ts'
import type { EventsPort } from './events-port.ts'
import { gatherEvents, type Limits } from './gather-events.ts'
import { countGroups, groupSightings } from './group-sightings.ts'
import { questionsOf, type Seeds } from './seeds.ts'

export type JournalAnswer = Pick<Investigation, 'seen' | 'sightings' | 'events' | 'coverage'> & {
  readonly kind: 'journal'
  readonly graph: Graph
  readonly errors: readonly []
}

/** 20,000 events are read in about a second (performance 3); beyond that counts say more than lines. */
const limits: Limits = { perSeed: 2_000, inAll: 20_000 }
const eventsShown = 200

/** The same seeds on the same store give the same answer. */
export async function askJournal(
  events: EventsPort,
  organisation: OrganisationId,
  seeds: Seeds,
  { module, signal }: { readonly module: ModuleName; readonly signal: AbortSignal },
): Promise<JournalAnswer> {
  const questions = questionsOf(seeds)
  const gathered = await gatherEvents(events, organisation, questions, { limits, signal })
  const groups = groupSightings(gathered.events, new Set(questions.map(({ key }) => key)))
  const sightings = await countGroups(events, organisation, groups, { gathered, seeds: questions, signal })
  return {
    kind: 'journal',
    seen: seenOfAll(seeds, gathered.seen),
    sightings,
    graph: buildGraph(seeds, gathered.events, { seen: gathered.seen, module }),
    events: gathered.events.slice(0, eventsShown).map(({ event }) => event),
    coverage: gathered.coverage,
    errors: [],
  }
}

/** What could not be asked was seen in no event. */
function seenOfAll(seeds: Seeds, seen: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return { ...Object.fromEntries(seeds.observables.map(({ type, value }) => [`${type}:${value}`, 0])), ...seen }
}
