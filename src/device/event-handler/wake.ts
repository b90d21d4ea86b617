// Lets one loop sleep until another part of the process has work for it.
import type { Clock } from '../../platform/clock.ts'

/** One sleeper, many wakers; a call of `wake` while nobody sleeps is remembered once. */
export class Wake {
  readonly #clock: Clock
  #woken = false
  #sleeper: AbortController | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  wake(): void {
    this.#woken = true
    this.#sleeper?.abort()
  }

  /** Resolves once woken, or after `ms`. */
  async sleep(ms: number): Promise<void> {
    if (!this.#woken) {
      this.#sleeper = new AbortController()
      await this.#clock.sleep(ms, this.#sleeper.signal)
      this.#sleeper = undefined
    }
    this.#woken = false
  }
}
