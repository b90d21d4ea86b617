// The four device states, never one (DESIGN "Words"): one pure function of the status document, used on the device
// and at the exchange alike.

export type DeviceStates = {
  readonly enrolled: boolean
  readonly connected: boolean
  readonly healthy: boolean
  readonly flowing: boolean
}

/** What of a Status is looked at; wire/status.ts fits this shape. */
export type StatusFacts = {
  /** When the device said it, Unix ms, by its own clock. */
  readonly at: number
  readonly clockOffsetMs?: number
  readonly channel: { readonly lastAckAt: number }
  readonly eventHandler?: {
    readonly sources: readonly { readonly state: string }[]
    readonly spool: { readonly state: string; readonly oldestOutstandingAt: number }
  }
}

export type DeviceFacts = {
  /** It has a certificate that is neither revoked nor expired, and was neither removed nor banned. */
  readonly enrolled: boolean
  /** Its channel is open now. */
  readonly connected: boolean
  /** Its last word, absent before the first. */
  readonly status: StatusFacts | undefined
  /** When that was heard, by the clock of who asks; Unix ms. */
  readonly heardAt: number
  /** Last acknowledgement of an event, Unix ms; 0 = never. */
  readonly lastAckAt: number
  readonly now: number
}

/** Two missed heartbeats of a minute and some slack (original-system B6). */
export const statusStaleMs = 150_000
/** Events that wait longer than this for their acknowledgement do not flow. */
export const outstandingMs = 60_000
/** From here on a clock is wrong enough to say so (security 3.3). */
export const clockOffsetMsMax = 5 * 60_000

const goodSources: ReadonlySet<string> = new Set(['reading', 'waiting', 'finished'])

/**
 * @returns the four states. Healthy: heard lately, EventHandler attached, every source readable, spool open, clock
 * right. Flowing: connected, something was acknowledged once, and where anything waits for it longer than a minute,
 * something was acknowledged within the last.
 */
export function deviceStates(facts: DeviceFacts): DeviceStates {
  const { enrolled, connected, status, now } = facts
  const fresh = status !== undefined && now - facts.heardAt <= statusStaleMs
  const handler = status?.eventHandler
  const healthy =
    fresh &&
    handler !== undefined &&
    handler.sources.every((source) => goodSources.has(source.state)) &&
    handler.spool.state === 'open' &&
    Math.abs(status.clockOffsetMs ?? 0) <= clockOffsetMsMax
  // Both instants are the device's own, so that its clock does not matter.
  const oldest = handler?.spool.oldestOutstandingAt ?? 0
  // While a backlog is taken in something is acknowledged all the time (delivery C6).
  const movedAt = Math.max(oldest, status?.channel.lastAckAt ?? 0)
  const stuck = status !== undefined && oldest !== 0 && status.at - movedAt > outstandingMs
  const flowing = enrolled && connected && fresh && handler !== undefined && facts.lastAckAt > 0 && !stuck
  return { enrolled, connected: enrolled && connected, healthy: enrolled && healthy, flowing }
}
