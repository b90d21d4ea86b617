// What the modules have answered so far, put together: one graph, one verdict an observable, every sighting and link.
import type { Investigation, ModuleRun, ReferLink, Verdict } from '../../wire/api/investigations.ts'
import type { ModuleVerb } from '../../wire/api/modules.ts'
import type { JournalAnswer } from '../enrich/journal-answer.ts'
import { noCoverage } from '../enrich/merge-coverage.ts'
import { networkKey, type Seeds, seedKey } from '../enrich/seeds.ts'
import { buildGraph, type Graph, type ModuleName } from '../graph/build-graph.ts'
import { documentGraph } from '../graph/document-graph.ts'
import { mergeGraphs } from '../graph/merge-graphs.ts'
import type { CtimDocument, Documents, Healthy, Link, Links } from '../modules/module.ts'
import { judge } from '../verdict/judge.ts'
import { type Judged, readJudgements, unsaid } from '../verdict/read-judgements.ts'

/** All answers of one module to one investigation. */
export type Collected = {
  readonly module: ModuleName
  readonly documents: Documents
  /** Verdicts of `deliberate`; those that `observe` does not repeat stand in `documents`. */
  readonly quick: readonly CtimDocument[]
  /** What the documents say, read once: every later answer of another module is put beside it. */
  readonly judged: readonly Judged[]
  readonly graph: Graph
  readonly journal: JournalAnswer | undefined
  readonly links: readonly Link[]
}

export function nothingCollected(module: ModuleName): Collected {
  const documents = { kind: 'documents', docs: {}, errors: [] } as const
  return { module, documents, quick: [], judged: [], graph: { nodes: [], edges: [] }, journal: undefined, links: [] }
}

export function collect(
  before: Collected,
  verb: ModuleVerb,
  answer: Documents | JournalAnswer | Links | Healthy,
  seedKeys: ReadonlySet<string>,
): Collected {
  switch (answer.kind) {
    case 'documents': {
      const quick = verb === 'deliberate' ? (answer.docs['verdicts'] ?? []) : before.quick
      const documents = withQuick(verb === 'deliberate' ? before.documents : answer, quick)
      const judged = readJudgements(documents, before.module)
      return { ...before, quick, documents, judged, graph: documentGraph(documents, before.module, seedKeys) }
    }
    case 'journal':
      return { ...before, journal: answer }
    case 'links':
      return { ...before, links: [...before.links, ...answer.links] }
    case 'healthy':
      return before
    default:
      return answer satisfies never
  }
}

/** @returns what tells a node that was asked about */
export function seedKeysOf({ observables, networks }: Seeds): ReadonlySet<string> {
  return new Set([...observables.map(seedKey), ...networks.map(networkKey)])
}

/** @returns how much there is, by kind */
export function countsOf({ documents, journal, links }: Collected): ModuleRun['counts'] {
  const counts = Object.entries(documents.docs).map(([kind, docs]) => [kind, docs.length] as const)
  const sightings = journal?.sightings.length ?? 0
  return {
    ...Object.fromEntries(counts),
    ...(sightings > 0 && { sightings }),
    ...(links.length > 0 && { links: links.length }),
  }
}

export type Found = Pick<Investigation, 'seen' | 'sightings' | 'events' | 'coverage' | 'verdicts' | 'links'> & {
  readonly graph: Graph
}

export function compose(seeds: Seeds, seedKeys: ReadonlySet<string>, all: readonly Collected[], now: number): Found {
  const journal = all.find((one) => one.journal !== undefined)?.journal
  const judged = all.flatMap((one) => one.judged)
  const verdicts = judge(judged, now).toSorted((a, b) => rank(a, seedKeys) - rank(b, seedKeys))
  // The seeds are there before anybody has answered.
  const asked = buildGraph(seeds, [], { seen: {}, module: { module: '', name: '' } })
  const graphs = all.flatMap(({ journal: own, graph }) => (own === undefined ? [graph] : [own.graph, graph]))
  return {
    seen: journal?.seen ?? {},
    sightings: journal?.sightings ?? [],
    events: journal?.events ?? [],
    coverage: journal?.coverage ?? noCoverage,
    verdicts,
    links: all.flatMap(linksOf),
    graph: mergeGraphs([asked, ...graphs], verdicts),
  }
}

const worstFirst: readonly Verdict['disposition'][] = [2, 3, 1, 4, 5]

function rank({ observable, disposition }: Verdict, seedKeys: ReadonlySet<string>): number {
  const seed = seedKeys.has(`${observable.type}:${observable.value}`)
  return worstFirst.indexOf(disposition) + (seed ? 0 : worstFirst.length)
}

function linksOf({ links, module }: Collected): readonly ReferLink[] {
  return links.map(({ title, description, url }) => ({
    module: module.module,
    moduleName: module.name,
    title,
    description,
    url,
  }))
}

/** The same verdict comes from `deliberate` and from `observe`; that of `observe` has its reasons beside it. */
function withQuick(observed: Documents, quick: readonly CtimDocument[]): Documents {
  const verdicts = observed.docs['verdicts'] ?? []
  const more = unsaid(quick, verdicts)
  return more.length === 0 ? observed : { ...observed, docs: { ...observed.docs, verdicts: [...verdicts, ...more] } }
}
