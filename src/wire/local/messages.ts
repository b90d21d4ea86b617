// The local socket between EventHandler (binds, ROUTER) and connector (dials, DEALER): delivery 1.3. Every ZeroMQ
// message is a frame (wire/frame.ts) whose head is one of these. Each carries the sender's session id; a new one, or
// 3 s of silence, means: ask again.
import type { DeviceStream, HeldStream, MissingBlocks, StreamHead } from '../streams.ts'
import type { EventHandlerStatus } from '../status.ts'

export const localSocketName = 'EventHandler_SSEConnector.sock'
export const localHeartbeatMs = 1_000
export const localSilenceMs = 3_000

export type FromConnector =
  /** Also the heartbeat. Before `attach` and after `detach` EventHandler serves nothing. */
  | { readonly t: 'alive'; readonly session: string }
  /** A channel is open: list the streams, also the ended ones where `ended`; `device` is this device's id. */
  | {
      readonly t: 'attach'
      readonly session: string
      readonly ended: boolean
      readonly device: string
      readonly lingerMs: number
    }
  /** The exchange's answer to the list; serving begins behind these heads. Replaces every ack noted before (C3). */
  | { readonly t: 'resume'; readonly session: string; readonly heads: Readonly<Record<string, HeldStream>> }
  /** Bytes of blocks that may be sent beyond those granted before (H2, C4). */
  | { readonly t: 'credit'; readonly session: string; readonly bytes: number; readonly lingerMs?: number }
  | { readonly t: 'ack'; readonly session: string; readonly acks: Readonly<Record<string, number>> }
  | {
      readonly t: 'wanted'
      readonly session: string
      readonly stream: string
      readonly block: number
      readonly damaged?: true
    }
  | { readonly t: 'refused'; readonly session: string; readonly stream: string; readonly block: number }
  /** The channel is gone: stop serving, forget the credit. */
  | { readonly t: 'detach'; readonly session: string }

export type FromEventHandler =
  /** Each second, and the heartbeat. */
  | { readonly t: 'status'; readonly session: string; readonly status: EventHandlerStatus }
  | { readonly t: 'streams'; readonly session: string; readonly streams: readonly DeviceStream[] }
  /** Whole blocks in order of their stream, within the credit; only synced ones (S2). */
  | { readonly t: 'blocks'; readonly session: string }
  | ({ readonly t: 'missing'; readonly session: string } & MissingBlocks)
  /** An ended stream is drained: the connector signs its last checkpoint (C11). */
  | { readonly t: 'ended'; readonly session: string; readonly stream: string; readonly head: StreamHead }
