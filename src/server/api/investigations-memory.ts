// Investigations in memory, for tests of what speaks HTTP: one that is asked for runs until it is told to end.
import { normalise, type Observable } from '../../core/observable.ts'
import { systemClock } from '../../platform/clock.ts'
import type { Investigation } from '../../wire/api/investigations.ts'
import { memoryCoverage, memoryStart } from './events-memory.ts'
import type { Investigations } from './ports.ts'

export class MemoryInvestigations implements Investigations {
  readonly #asked: string[]
  readonly #all = new Map<string, Investigation>()
  #waiters: (() => void)[] = []

  constructor(asked: string[]) {
    this.#asked = asked
  }

  finish(): void {
    for (const [id, one] of this.#all) this.#all.set(id, { ...one, state: 'done', finishedAt: memoryStart + 1 })
    for (const wake of this.#waiters.splice(0)) wake()
  }

  async create(_organisation: string, request: Parameters<Investigations['create']>[1]): Promise<Investigation> {
    this.#asked.push('investigate')
    const id = `i${this.#all.size + 1}`
    const observables = 'observables' in request ? request.observables : addressesIn(request.content)
    const begun: Investigation = {
      v: 1,
      id,
      state: 'running',
      createdAt: memoryStart,
      finishedAt: null,
      observables,
      networks: [],
      notAsked: 0,
      seen: {},
      sightings: [],
      graph: { nodes: [], edges: [], folded: 0 },
      events: [],
      coverage: memoryCoverage,
      failure: null,
      asOf: 0,
      modules: [],
      verdicts: [],
      links: [],
    }
    this.#all.set(id, begun)
    return begun
  }

  async get(_organisation: string, id: string): Promise<Investigation | undefined> {
    return this.#all.get(id)
  }

  async follow(_organisation: string, id: string) {
    const found = this.#all.get(id)
    return found && { over: found.state !== 'running', events: memoryStory() }
  }

  async wait(organisation: string, id: string, limit: { timeoutMs: number; signal: AbortSignal }) {
    const finished = new AbortController()
    this.#waiters.push(() => finished.abort())
    await systemClock.sleep(limit.timeoutMs, AbortSignal.any([finished.signal, limit.signal]))
    return this.get(organisation, id)
  }
}

async function* memoryStory() {
  const data = { state: 'done', nodes: 1, verdicts: 0 } as const
  yield [{ id: 7, event: { event: 'investigation.done', data } as const }]
}

/** @returns the addresses that stand between blanks */
export function addressesIn(text: string): Observable[] {
  return text.split(/\s+/).flatMap((word) => normalise('ip', word) ?? [])
}
