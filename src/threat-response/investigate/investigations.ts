// Investigations: begun, run a few at a time, and kept so that asking again gives the same answer. They are kept in
// memory until cases come: the newest, up to a bound, each only for its organisation.
import { Fault } from '../../core/fault.ts'
import type { OrganisationId } from '../../core/ids.ts'
import type { Investigation, InvestigationRequest } from '../../wire/api/investigations.ts'
import type { Clock } from '../../platform/clock.ts'
import { seedsOf } from '../enrich/seeds.ts'
import type { Modules } from '../modules/modules.ts'
import { InvestigationRun } from './run-investigation.ts'
import type { Placed } from './run-log.ts'

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
  /** Its events behind a place, as they come. @returns undefined where there is none */
  follow(organisation: OrganisationId, id: string, after: number, signal: AbortSignal): Promise<Followed | undefined>
}

export type Followed = {
  /** Whether nothing comes behind the place any more. */
  readonly over: boolean
  readonly events: AsyncIterable<readonly Placed[]>
}

export type WaitLimit = { readonly timeoutMs: number; readonly signal?: AbortSignal }

export type InvestigationsNeeds = {
  readonly modules: Pick<Modules, 'open'>
  readonly clock: Clock
  /** Told of what nobody foresaw; the asker sees only the code `internal`. */
  readonly report?: (error: unknown) => void
  /** Of those that have ended, as JSON; the newest is always kept. */
  readonly keptCharactersMax?: number
}

/** One that waits for a slow module costs nothing; how many ask the journal at once is the Events module's bound. */
const runningMax = 64
const waitingMax = 16
/** An answer is some 100 kB, at most a few MB, and as much again in its log. */
const keptMax = 200
const keptCharactersMax = 64 * 1024 * 1024

export function startInvestigations(needs: InvestigationsNeeds): Investigations {
  return new Runs(needs)
}

type Run = {
  readonly organisation: OrganisationId
  readonly run: InvestigationRun
  readonly finished: Promise<void>
  readonly finish: () => void
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
    const run = { organisation, run: new InvestigationRun(seeds, this.#needs.clock), finished, finish }
    this.#runs.set(run.run.state.id, run)
    this.#forget()
    this.#waiting.push(run)
    this.#startNext()
    return run.run.state
  }

  async get(organisation: OrganisationId, id: string): Promise<Investigation | undefined> {
    return this.#find(organisation, id)?.run.state
  }

  async wait(organisation: OrganisationId, id: string, limit: WaitLimit): Promise<Investigation | undefined> {
    const run = this.#find(organisation, id)
    if (run === undefined) return undefined
    if (run.run.state.state !== 'running') return run.run.state
    const done = new AbortController()
    const signal = limit.signal === undefined ? done.signal : AbortSignal.any([done.signal, limit.signal])
    await Promise.race([run.finished, this.#needs.clock.sleep(limit.timeoutMs, signal)])
    done.abort()
    return run.run.state
  }

  async follow(
    organisation: OrganisationId,
    id: string,
    after: number,
    signal: AbortSignal,
  ): Promise<Followed | undefined> {
    const log = this.#find(organisation, id)?.run.log
    return log && { over: log.over && after === log.last, events: log.follow(after, signal) }
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

  /** Forgets the oldest that have ended, of too many or of too much. */
  #forget(): void {
    const charactersMax = this.#needs.keptCharactersMax ?? keptCharactersMax
    let characters = 0
    for (const { run } of this.#runs.values()) characters += run.characters
    const newest = [...this.#runs.keys()].at(-1)
    for (const [id, { run: kept }] of this.#runs) {
      if (this.#runs.size <= keptMax && characters <= charactersMax) break
      if (kept.state.state === 'running' || id === newest) continue
      this.#runs.delete(id)
      characters -= kept.characters
    }
  }

  #startNext(): void {
    while (this.#active.size < runningMax) {
      const run = this.#waiting.shift()
      if (run === undefined) return
      const active = this.#run(run).finally(() => {
        this.#active.delete(active)
        this.#forget()
        this.#startNext()
      })
      this.#active.add(active)
    }
  }

  async #run({ organisation, run, finish }: Run): Promise<void> {
    const { modules, report } = this.#needs
    try {
      await run.ask(await modules.open(organisation), this.#ending.signal)
    } catch (error) {
      const fault = error instanceof Fault ? error : undefined
      if (fault === undefined && !this.#ending.signal.aborted) report?.(error)
      run.fail({ code: fault?.code ?? 'internal', detail: fault?.what ?? 'Something broke that should not' })
    } finally {
      finish()
    }
  }
}
