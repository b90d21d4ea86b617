// One investigation: every module asked at once with every verb it has, each answer joined to what is there as it comes;
// one that is slow or fails is named and holds up nobody (console-and-cli 1.6, 4).
import { randomUUID } from 'node:crypto'
import type { Clock } from '../../platform/clock.ts'
import type { Investigation, ModuleRun, Verdict } from '../../wire/api/investigations.ts'
import type { ModuleVerb } from '../../wire/api/modules.ts'
import type { JournalAnswer } from '../enrich/journal-answer.ts'
import { noCoverage } from '../enrich/merge-coverage.ts'
import type { Seeds, SeedsOfText } from '../enrich/seeds.ts'
import { foldLookAlikes } from '../graph/fold-look-alikes.ts'
import { graphDelta } from '../graph/merge-graphs.ts'
import type { OpenModule } from '../modules/live-module.ts'
import type { Documents, Failed, Links } from '../modules/module.ts'
import { type Collected, collect, compose, countsOf, nothingCollected, seedKeysOf } from './collected.ts'
import { RunLog } from './run-log.ts'

/** A third of what still pans without a GPU (console-and-cli 6), so that expanding has room. */
const nodesMax = 500

/** Of the time that putting answers together takes, so much is left to others: a thousand observables take a while. */
const restShare = 4
/** No longer, or a large investigation on a slow machine looks as if nobody answered. */
const restMsMax = 1_000

const askedVerbs = ['deliberate', 'observe', 'refer'] as const satisfies readonly ModuleVerb[]
type Answer = Documents | JournalAnswer | Links

/** The state of one investigation and the log of how it came about. */
export class InvestigationRun {
  readonly log = new RunLog()
  readonly seeds: Seeds
  readonly #clock: Clock
  readonly #startedAt: number
  readonly #seedKeys: ReadonlySet<string>
  readonly #collected = new Map<string, Collected>()
  /** Answers that are not shown yet, by module. */
  readonly #unshown = new Map<string, ModuleRun>()
  #resting = false
  #characters = 0
  #state: Investigation

  constructor(seeds: SeedsOfText, clock: Clock) {
    this.seeds = seeds
    this.#clock = clock
    this.#seedKeys = seedKeysOf(seeds)
    this.#startedAt = clock.monotonic()
    this.#state = begun(seeds, clock.now())
  }

  get state(): Investigation {
    return this.#state
  }

  /** What is kept of it once it has ended, as JSON; 0 before. */
  get characters(): number {
    return this.#characters
  }

  /** Resolves when every module has answered or failed. */
  async ask(modules: readonly OpenModule[], signal: AbortSignal): Promise<void> {
    for (const module of modules) this.#start(module)
    await Promise.all(modules.map((module) => this.#askOne(module, signal)))
    signal.throwIfAborted()
    this.#show()
    const { modules: runs } = this.#state
    const [first] = runs.every(({ state }) => state === 'failed') ? runs.flatMap(({ errors }) => errors) : []
    if (first === undefined) this.#end({ state: 'done', failure: null })
    else this.fail({ code: first.code, detail: first.message })
  }

  fail(failure: NonNullable<Investigation['failure']>): void {
    // What was answered stays; nothing is put together behind the end.
    this.#show()
    this.#end({ state: 'failed', failure })
  }

  #end(how: Pick<Investigation, 'state' | 'failure'>): void {
    if (this.#state.state !== 'running') return
    const { graph, verdicts } = this.#state
    const state = how.state === 'failed' ? 'failed' : 'done'
    this.log.add({ event: 'investigation.done', data: { state, nodes: graph.nodes.length, verdicts: verdicts.length } })
    this.#state = { ...this.#state, ...how, finishedAt: this.#clock.now(), asOf: this.log.last }
    this.log.end()
    // The answers are in the state; they can be many times its size.
    this.#collected.clear()
    this.#characters = this.log.characters + JSON.stringify(this.#state).length
  }

  #start({ id, name, type, verbs, deadlineMs }: OpenModule): void {
    const run: ModuleRun = {
      id,
      name,
      type,
      state: 'running',
      deadline: this.#clock.now() + deadlineMs,
      ms: 0,
      asked: askedVerbs.filter((verb) => verbs.includes(verb)),
      answered: [],
      counts: {},
      count: 0,
      errors: [],
    }
    this.#collected.set(id, nothingCollected({ module: id, name }))
    this.log.add({ event: 'module.started', data: run })
    this.#state = { ...this.#state, modules: [...this.#state.modules, run], asOf: this.log.last }
  }

  async #askOne(module: OpenModule, signal: AbortSignal): Promise<void> {
    const verbs = askedVerbs.filter((verb) => module.verbs.includes(verb))
    await Promise.all(
      verbs.map(async (verb) => {
        const { answer } = await module.ask<Answer>(verb, signal, (one, ask) => one[verb](this.seeds, ask))
        if (!signal.aborted) this.#take(module.id, verb, answer)
      }),
    )
  }

  #take(id: string, verb: ModuleVerb, answer: Answer | Failed): void {
    const before = this.#collected.get(id)
    const known = this.#unshown.get(id) ?? this.#state.modules.find((run) => run.id === id)
    if (before === undefined || known === undefined) return
    const collected = answer.kind === 'failed' ? before : collect(before, verb, answer, this.#seedKeys)
    this.#collected.set(id, collected)
    const counts = countsOf(collected)
    const answered = [...known.answered, verb]
    const errors = [...known.errors, ...answer.errors].filter(firstOfItsKind)
    const whole = answered.length === known.asked.length
    const count = Object.values(counts).reduce((sum, one) => sum + one, 0)
    const failed = answer.kind === 'failed' && count === 0 && errors.length > 0
    const run: ModuleRun = {
      ...known,
      state: whole ? (failed || (known.state === 'failed' && count === 0) ? 'failed' : 'done') : 'running',
      ms: Math.round(this.#clock.monotonic() - this.#startedAt),
      answered,
      counts,
      count,
      errors,
    }
    this.#unshown.set(id, run)
    this.#showSoon()
  }

  /** At once, but for what comes while it rests from the last time: that is shown together. */
  #showSoon(): void {
    if (this.#resting || this.#unshown.size === 0) return
    const begun = this.#clock.monotonic()
    this.#show()
    this.#resting = true
    void this.#clock.sleep(Math.min(restMsMax, restShare * (this.#clock.monotonic() - begun))).then(() => {
      this.#resting = false
      this.#showSoon()
    })
  }

  #show(): void {
    const runs = [...this.#unshown.values()]
    if (runs.length === 0) return
    this.#unshown.clear()
    const before = this.#state
    const found = compose(this.seeds, this.#seedKeys, [...this.#collected.values()], this.#clock.now())
    const graph = foldLookAlikes(found.graph, nodesMax)
    const modules = before.modules.map((one) => runs.find(({ id }) => id === one.id) ?? one)
    const delta = graphDelta(before.graph, graph)
    if (delta !== undefined) this.log.add({ event: 'graph.delta', data: delta })
    for (const verdict of changedVerdicts(before.verdicts, found.verdicts))
      this.log.add({ event: 'verdict.changed', data: verdict })
    // Last: who fetches the whole at this event finds all of it.
    for (const run of runs)
      this.log.add({ event: run.state === 'running' ? 'module.partial' : `module.${run.state}`, data: run })
    this.#state = { ...before, ...found, graph, modules, asOf: this.log.last }
  }
}

function firstOfItsKind<T extends { readonly code: string; readonly message: string }>(
  one: T,
  index: number,
  all: readonly T[],
): boolean {
  return all.findIndex(({ code, message }) => code === one.code && message === one.message) === index
}

/** Of a report with a thousand verdicts the stream tells the first; the whole stands in the snapshot. */
const verdictsTold = 100

function changedVerdicts(before: readonly Verdict[], after: readonly Verdict[]): readonly Verdict[] {
  const known = new Set(before.map((verdict) => JSON.stringify(verdict)))
  return after.filter((verdict) => !known.has(JSON.stringify(verdict))).slice(0, verdictsTold)
}

function begun({ observables, networks, notAsked }: SeedsOfText, createdAt: number): Investigation {
  return {
    v: 1,
    id: randomUUID(),
    state: 'running',
    createdAt,
    finishedAt: null,
    observables,
    networks,
    notAsked,
    seen: {},
    sightings: [],
    graph: { nodes: [], edges: [], folded: 0 },
    events: [],
    coverage: noCoverage,
    failure: null,
    asOf: 0,
    modules: [],
    verdicts: [],
    links: [],
  }
}
