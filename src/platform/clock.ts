// The one home of time (tidy test): wall clock in Unix ms, monotonic ms, and waiting that ends with a signal.
import { setTimeout as wait } from 'node:timers/promises'

export type Clock = {
  /** Unix ms; may jump either way (delivery S10). */
  now(): number
  /** Milliseconds since some beginning; only differences mean anything. */
  monotonic(): number
  /** Resolves after `ms`, or at once when `signal` aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    await wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
  },
}
