// How a module answered lately, since the server started: kept small, and only in memory.
import type { ModuleError, ModuleHealth } from '../../wire/api/modules.ts'

/** Enough for a 95th percentile that means something. */
const timesKept = 100

type Answered = {
  readonly ms: number
  readonly answer: { readonly kind?: unknown; readonly errors: readonly ModuleError[] }
}

export class HealthLog {
  readonly #times: number[] = []
  #calls = 0
  #last: { readonly at: number; readonly ms: number; readonly answer: Answered['answer'] } | undefined

  note({ ms, answer }: Answered, at: number): void {
    this.#calls++
    this.#last = { at, ms, answer }
    this.#times.push(ms)
    if (this.#times.length > timesKept) this.#times.shift()
  }

  state(): ModuleHealth {
    const last = this.#last
    const sorted = this.#times.toSorted((a, b) => a - b)
    return {
      state: last === undefined ? 'unknown' : last.answer.kind === 'failed' ? 'failed' : 'ok',
      at: last?.at ?? null,
      ms: last?.ms ?? null,
      p95Ms: sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null,
      calls: this.#calls,
      errors: last?.answer.errors ?? [],
    }
  }
}
