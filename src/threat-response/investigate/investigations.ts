// Investigations: begun, run a few at a time, and kept so that asking again gives the same answer. They are kept in
// memory until cases come: the newest, up to a bound, each only for its organisation.
import { randomUUID } from 'node:crypto'
import { Fault } from '../../core/fault.ts'
import type { OrganisationId } from '../../core/ids.ts'
import type { Investigation, InvestigationRequest } from '../../wire/api/investigations.ts'
import type { Clock } from '../../platform/clock.ts'
import type { EventsPort } from '../enrich/events-port.ts'
import { askJournal } from '../enrich/journal-answer.ts'
import { foldLookAlikes } from '../graph/fold-look-alikes.ts'
import { type Seeds, seedsOf } from '../enrich/seeds.ts'
import { noCoverage } from '../enrich/merge-coverage.ts'

export type Investigations = AsyncDisposable & {
  /**
   * Begins one. @returns it as it stands now, with its id
   * @throws Fault input.large (too many observables), investigation.busy (too many wait their turn)
   */
  create(organisation: OrganisationId, request: InvestigationRequest): Promise<Investigation>
  /** @returns undefined where there is none, it was the oldest of too many, or it is another organisation's */
  get(organisation: OrganisationId, id: string): Promise<Investigation | undefined>
  /** Resolves when it is done or failed, or `timeoutMs` have passed, or at abort: as it stands then. */
  wait(organisation: OrganisationId, id: string, limit: WaitLimit): Promise<Investigation | undefined>
}

export type WaitLimit = { readonly timeoutMs: number; readonly signal?: AbortSignal }

export type InvestigationsNeeds = {
  readonly events: EventsPort
  readonly clock: Clock
  /** Told of what nobody foresaw; the asker sees only the code `internal`. */
  readonly report?: (error: unknown) => void
}

/** The search worker is one thread: more at once would only make all of them slow. */
const runningMax = 2
const waitingMax = 64
/** An answer is some 100 kB, at most a few MB. */
const keptMax = 200

export function startInvestigations(needs: InvestigationsNeeds): Investigations {
  return new Runs(needs)
}

type Run = {
  readonly organisation: OrganisationId
  readonly seeds: Seeds
  readonly finished: Promise<void>
  readonly finish: () => void
  state: Investigation
}

/** Runs in the order they were created. */
class Runs implements Investigations {
  readonly #needs: InvestigationsNeeds
  readonly #runs = new Map<string, Run>()
  readonly #waiting: Run[] = []
  readonly #ending = new AbortController()
  readonly #active = new Set<Promise<void>>()

  constructor(needs: InvestigationsNeeds) {
    this.#needs = needs
  }

  async create(organisation: OrganisationId, request: InvestigationRequest): Promise<Investigation> {
    if (this.#waiting.length >= waitingMax)
      throw new Fault('investigation.busy', { what: `${waitingMax} investigations wait for their turn` })
    const seeds = seedsOf(request)
    const { promise: finished, resolve: finish } = Promise.withResolvers<void>()
    const run = { organisation, seeds, finished, finish, state: begun(seeds, this.#needs.clock.now()) }
    this.#keep(run)
    this.#waiting.push(run)
    this.#startNext()
    return run.state
  }

  async get(organisation: OrganisationId, id: string): Promise<Investigation | undefined> {
    return this.#find(organisation, id)?.state
  }

  async wait(organisation: OrganisationId, id: string, limit: WaitLimit): Promise<Investigation | undefined> {
    const run = this.#find(organisation, id)
    if (run === undefined) return undefined
    if (run.state.state !== 'running') return run.state
    const done = new AbortController()
    const signal = limit.signal === undefined ? done.signal : AbortSignal.any([done.signal, limit.signal])
    await Promise.race([run.finished, this.#needs.clock.sleep(limit.timeoutMs, signal)])
    done.abort()
    return run.state
  }

  /** Ends what runs between two questions; those fail as `internal`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    this.#waiting.length = 0
    await Promise.all(this.#active)
    this.#runs.clear()
  }

  #find(organisation: OrganisationId, id: string): Run | undefined {
    const run = this.#runs.get(id)
    return run?.organisation === organisation ? run : undefined
  }

  #keep(run: Run): void {
    this.#runs.set(run.state.id, run)
    for (const [id, { state }] of this.#runs) {
      if (this.#runs.size <= keptMax) break
      if (state.state !== 'running') this.#runs.delete(id)
    }
  }

  #startNext(): void {
    while (this.#active.size < runningMax) {
      const run = this.#waiting.shift()
      if (run === undefined) return
      const active = this.#run(run).finally(() => {
        this.#active.delete(active)
        this.#startNext()
      })
      this.#active.add(active)
    }
  }

  async #run(run: Run): Promise<void> {
    const { events, clock } = this.#needs
    try {
      const {
        seen,
        sightings,
        graph,
        coverage,
        events: lines,
      } = await askJournal(events, run.organisation, run.seeds, this.#ending.signal)
      const found = { seen, sightings, coverage, events: lines, graph: foldLookAlikes(graph, 500) }
      run.state = { ...run.state, ...found, state: 'done', finishedAt: clock.now() }
    } catch (error) {
      const fault = error instanceof Fault ? error : undefined
      if (fault === undefined && !this.#ending.signal.aborted) this.#needs.report?.(error)
      const failure = { code: fault?.code ?? 'internal', detail: fault?.what ?? 'Something broke that should not' }
      run.state = { ...run.state, state: 'failed', finishedAt: clock.now(), failure }
    } finally {
      run.finish()
    }
  }
}

function begun({ observables, networks }: Seeds, createdAt: number): Investigation {
  return {
    v: 1,
    id: randomUUID(),
    state: 'running',
    createdAt,
    finishedAt: null,
    observables,
    networks,
    seen: {},
    sightings: [],
    graph: { nodes: [], edges: [], folded: 0 },
    events: [],
    coverage: noCoverage,
    failure: null,
  }
}
