// What a session of the channel is given, and whom it tells.
import type { Clock } from '../../platform/clock.ts'
import type { CheckpointFacts } from '../../wire/channel/checkpoint.ts'
import type { Status } from '../../wire/status.ts'
import type { ChannelLimits } from './channel-pulse.ts'
import type { SharedDoctor } from './doctor-port.ts'
import type { ToEventHandler } from './hop-port.ts'

export type SessionOptions = {
  readonly device: string
  readonly program: string
  readonly session: string
  readonly seenJournal: string | undefined
  readonly eventHandlerAttached: boolean
  readonly toEventHandler: (message: ToEventHandler) => void
  /** Base64 signature with the device key. */
  readonly sign: (facts: CheckpointFacts) => string
  readonly status: () => Status
  readonly doctor: SharedDoctor
  readonly clock: Clock
  readonly limits: ChannelLimits
  readonly events: SessionEvents
}

export type SessionEvents = {
  welcomed(clockOffsetMs: number): void
  /** The exchange answered the list of streams: its journal need not be told the ended ones again. */
  journalSeen(journal: string): void
  /** Events, that is: the empty block that begins a stream is none. */
  acknowledged(): void
  /** Once. `code` and `reason` as they stood in the close, also where it was ours. */
  ended(end: SessionEnd): void
}

export type SessionEnd = { readonly code: number; readonly reason: string; readonly comeBackMs?: number }
