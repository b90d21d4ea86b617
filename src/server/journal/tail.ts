// A tail as the journal's main thread runs it: asks for what arrived, hands it on, and sleeps until something is
// committed. It holds one step at a time: whoever reads slowly is waited for (delivery J5).
import type { Clock } from '../../platform/clock.ts'
import type { EventQuestion, TailLine } from '../../wire/api/events.ts'
import type { Committing } from './committing.ts'
import type { TailStep } from './search/tail-events.ts'

/** How long it says nothing: what reads it knows by then that it lives (console-and-cli 4). */
const heartbeatMs = 15_000
/** Between two steps: at most ten a second, however often something is committed (console-and-cli 4). */
const stepEveryMs = 100

export type TailFrom = { readonly from: string; readonly signal: AbortSignal }
export type AskStep = (question: EventQuestion, from: string, signal: AbortSignal) => Promise<TailStep>

/** Wakes whoever waits for a commit, of blocks or of a declared hole. */
export class Commits {
  #count = 0
  readonly #waiting = new Set<() => void>()

  get count(): number {
    return this.#count
  }

  /** @returns the store that tells of each commit that a tail may say something of. */
  watching(store: Committing): Committing {
    const told = async <T>(done: Promise<T>): Promise<T> => {
      const value = await done
      this.#count++
      for (const wake of this.#waiting) wake()
      return value
    }
    return {
      ...store,
      append: (sender, blocks) => told(store.append(sender, blocks)),
      missing: (sender, missing) => told(store.missing(sender, missing)),
      resume: (sender, streams) => told(store.resume(sender, streams)),
    }
  }

  /** Resolves at the first commit behind `seen`, at abort, or after `ms`. */
  async behind(seen: number, ms: number, clock: Clock, signal: AbortSignal): Promise<void> {
    if (this.#count !== seen || signal.aborted) return
    const woken = new AbortController()
    const wake = () => woken.abort()
    this.#waiting.add(wake)
    try {
      await clock.sleep(ms, AbortSignal.any([signal, woken.signal]))
    } finally {
      this.#waiting.delete(wake)
    }
  }
}

/**
 * Each answer is what a step found, never longer than a heartbeat after the one before; the last line of each says how
 * far it is. Ends at abort.
 * @throws Fault query.cursor, query.malformed at the first step
 */
export async function* tail(
  ask: AskStep,
  commits: Commits,
  clock: Clock,
  question: EventQuestion,
  { from, signal }: TailFrom,
): AsyncGenerator<readonly TailLine[]> {
  let cursor = from
  let saidAt = Number.NEGATIVE_INFINITY
  let saidBehind = false
  while (!signal.aborted) {
    const seen = commits.count
    const step: TailStep = await ask(question, cursor, signal)
    cursor = step.cursor
    const due = clock.monotonic() - saidAt >= heartbeatMs || step.behind !== saidBehind
    if (step.lines.length > 0 || due) {
      saidAt = clock.monotonic()
      saidBehind = step.behind
      // What was looked at and is not asked for moves the cursor too.
      yield [...step.lines, { kind: 'at', cursor, behind: step.behind }]
    }
    if (!step.end) continue
    await clock.sleep(stepEveryMs, signal)
    if (!step.behind) await commits.behind(seen, saidAt + heartbeatMs - clock.monotonic(), clock, signal)
  }
}
