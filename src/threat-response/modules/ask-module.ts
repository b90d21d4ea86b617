// Asks a module within a time limit and turns whatever it does into a value: one that hangs, throws or ignores the
// signal harms nobody who waits for others (security S25; threat-response-contract 2.5).
import { Fault } from '../../core/fault.ts'
import type { Clock } from '../../platform/clock.ts'
import { type Ask, type Failed, failed } from './module.ts'

export type Asked<T> = { readonly answer: T | Failed; readonly ms: number }

export type AskLimits = {
  readonly deadlineMs: number
  readonly clock: Clock
  /** Told of what nobody foresaw; the asker sees only `module-broken`. */
  readonly report: (error: unknown) => void
}

/** A module that keeps its signal hands over what it has by then; one that does not is left alone. */
const lastWordsMs = 250

/** @returns the answer or the failure, at the latest at the deadline or when `ask.signal` aborts */
export async function askModule<T>(
  ask: Ask,
  { deadlineMs, clock, report }: AskLimits,
  work: (ask: Ask) => Promise<T | Failed>,
): Promise<Asked<T>> {
  const startedAt = clock.monotonic()
  const over = new AbortController()
  const signal = AbortSignal.any([over.signal, ask.signal])
  const answered = new AbortController()
  const tooLate = failed('module-timeout', `No whole answer within ${deadlineMs / 1_000} s`, 'warning')
  const late = clock.sleep(deadlineMs, AbortSignal.any([answered.signal, ask.signal])).then(async () => {
    over.abort()
    await clock.sleep(lastWordsMs, answered.signal)
    return tooLate
  })
  const answering = Promise.try(work, { ...ask, signal }).catch((error: unknown) => {
    // Whoever keeps its signal may end with the signal's reason.
    if (signal.aborted) return tooLate
    if (error instanceof Fault) return failed(error.code, error.what)
    report(error)
    return failed('module-broken', 'The module failed in a way nobody foresaw; see the log')
  })
  const answer = await Promise.race([answering, late])
  answered.abort()
  return { answer, ms: Math.round(clock.monotonic() - startedAt) }
}
