// What a source counts of this start of EventHandler, as its status shows it.
import type { LossCause } from '../../wire/block-format.ts'
import type { SourceStatus } from '../../wire/status.ts'

/** Counters of one source. */
export class SourceCounters {
  events = 0
  ignored = 0
  notSelected = 0
  lastEventAt = 0
  readonly #lost: Record<string, { count: number; unknown: boolean }> = {}

  /** @param count null = unknown */
  lose(cause: LossCause, count: number | null): void {
    const entry = (this.#lost[cause] ??= { count: 0, unknown: false })
    if (count === null) entry.unknown = true
    else entry.count += count
  }

  get lost(): SourceStatus['lost'] {
    return this.#lost
  }
}
