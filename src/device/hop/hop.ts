// The local socket as EventHandler and connector see it (delivery 1.3): a meeting of two processes, each of which may
// start first, stop and come back. Adapters: hop-zeromq.ts, hop-memory.ts; suite: hop.contract.ts.
import type { FromConnector, FromEventHandler } from '../../wire/local/messages.ts'

/** A message as its sender writes it: the hop puts in the session. */
export type Unsigned<M> = M extends unknown ? Omit<M, 'session'> : never

export type HopState = 'connected' | 'silent'

export type HopHandlers<In> = {
  /** Called in order, never before `onState('connected')`. What must outlive the call is copied out of `blocks`. */
  onMessage(message: In, blocks: readonly Buffer[]): void
  /**
   * `silent`: nothing heard for 3 s, or a message could not be handed over. `connected`: heard again, or the other side
   * is a new one; whatever was agreed before is void either way, and the connector attaches anew (delivery H1).
   */
  onState(state: HopState): void
}

type HopEnd<Out> = AsyncDisposable & {
  readonly state: HopState
  /**
   * Queues a message and never waits; the bound of the queue is the byte credit (delivery H1).
   * @returns false where nobody is there: then nothing was queued
   */
  send(message: Unsigned<Out>, blocks?: readonly Buffer[]): boolean
}

/** EventHandler's end: it binds. */
export type HopServer = HopEnd<FromEventHandler> & {
  /** Where it is really bound: a path too long for a socket lies in a short private folder (delivery H4). */
  readonly path: string
  /** Voids the meeting: the connector attaches anew. What is queued is dropped. */
  renew(): void
}
export type HopServerHandlers = HopHandlers<FromConnector> & {
  /** Asked each second: the status that is also the heartbeat. */
  heartbeat(): Unsigned<FromEventHandler>
}

/** The connector's end: it dials, for ever. */
export type HopClient = HopEnd<FromConnector>
export type HopClientHandlers = HopHandlers<FromEventHandler>
