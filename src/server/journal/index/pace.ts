// Long work in a thread that others need too: hands it over every few milliseconds and ends where its caller has gone.
import { setImmediate as turn } from 'node:timers/promises'

/** A question never waits longer than this for one that reads a million rows. */
const sliceMs = 8

export class Pace {
  readonly #signal: AbortSignal
  #since = performance.now()

  constructor(signal: AbortSignal) {
    this.#signal = signal
  }

  /** @returns whether it is time to hand over: `if (pace.due()) await pace.turn()` costs no promise otherwise */
  due(): boolean {
    return performance.now() - this.#since > sliceMs
  }

  /** @throws the reason of the signal, once it has aborted */
  async turn(): Promise<void> {
    await turn()
    this.#signal.throwIfAborted()
    this.#since = performance.now()
  }
}
