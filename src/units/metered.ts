// Parts with a meter in between: what Prometheus is told of commits and acknowledgements is counted where they pass.
import type { Clock } from '../platform/clock.ts'
import type { Metrics } from '../server/api/metrics.ts'
import type { Presence } from '../server/fleet/channel-end.ts'
import type { Store } from '../server/ingest/store.ts'

/** @returns the store, timed. */
export function meteredStore(store: Store, metrics: Metrics, clock: Clock): Store {
  return {
    ...store,
    async append(sender, blocks) {
      const began = clock.monotonic()
      const outcomes = await store.append(sender, blocks)
      const of = (kind: string) => outcomes.filter((outcome) => outcome.kind === kind).length
      metrics.committed((clock.monotonic() - began) / 1_000, { stored: of('stored'), duplicate: of('duplicate') })
      return outcomes
    },
  }
}

/** @returns presence, counted. */
export function meteredPresence(presence: Presence, metrics: Metrics): Presence {
  return {
    ...presence,
    acknowledged(identity, at) {
      metrics.acknowledged()
      presence.acknowledged(identity, at)
    },
  }
}
