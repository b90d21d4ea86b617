// Losses of a socket, summed (delivery S9): at most one block a minute and cause, so that a flood of lost lines does not
// fill what room is left.
import type { LossCause } from '../../../wire/block-format.ts'
import type { Clock } from '../../../platform/clock.ts'

const everyMs = 60_000
/** The first of a minute is gathered this long before it is declared. */
const gatherMs = 1_000

export type SummedLoss = {
  readonly cause: LossCause
  readonly count: number
  readonly bytes?: number
  /** When the first and the last of them were lost, Unix ms. */
  readonly from: number
  readonly to: number
}

type Sum = { count: number; bytes: number; from: number; to: number; since: number; writtenAt: number }

/** What was lost and not yet declared, by cause. */
export class LossSums {
  readonly #clock: Clock
  readonly #sums = new Map<LossCause, Sum>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @param bytes 0 where they are not known */
  add(cause: LossCause, count: number, bytes: number): void {
    const now = this.#clock.now()
    let sum = this.#sums.get(cause)
    if (sum === undefined) {
      sum = { count: 0, bytes: 0, from: now, to: now, since: 0, writtenAt: -Infinity }
      this.#sums.set(cause, sum)
    }
    if (sum.count === 0) Object.assign(sum, { from: now, since: this.#clock.monotonic() })
    sum.count += count
    sum.bytes += bytes
    sum.to = now
  }

  /** Takes the sums that are due, or all of them. */
  take(all = false): SummedLoss[] {
    const now = this.#clock.monotonic()
    const taken: SummedLoss[] = []
    for (const [cause, sum] of this.#sums) {
      if (sum.count === 0 || (!all && now < dueAt(sum))) continue
      const { count, bytes, from, to } = sum
      taken.push({ cause, count, from, to, ...(bytes === 0 ? {} : { bytes }) })
      Object.assign(sum, { count: 0, bytes: 0, writtenAt: now })
    }
    return taken
  }

  /** @returns ms until the next sum is due; a minute where there is none */
  dueMs(): number {
    const now = this.#clock.monotonic()
    return [...this.#sums.values()]
      .filter((sum) => sum.count > 0)
      .reduce((ms, sum) => Math.min(ms, Math.max(0, dueAt(sum) - now)), everyMs)
  }
}

function dueAt({ since, writtenAt }: Sum): number {
  return Math.max(since + gatherMs, writtenAt + everyMs)
}
