// What the connector needs of the way to EventHandler, in its own words (delivery 1.3); `units` passes the local
// socket in. The session id that every message carries is the hop's affair, and so are heartbeat and silence.
import type { FromConnector, FromEventHandler } from '../../wire/local/messages.ts'

type WithoutSession<M> = M extends unknown ? Omit<M, 'session'> : never

export type ToEventHandler = WithoutSession<FromConnector>

export type Hop = AsyncDisposable & {
  /** Queues and never waits. @returns false where nobody is there: the next `connected` begins everything anew */
  send(message: ToEventHandler): boolean
}

export type HopHandlers = {
  /** Blocks look into the message. */
  onMessage(message: FromEventHandler, blocks: readonly Buffer[]): void
  /** `connected`: EventHandler is new or was silent, nothing of what was said before holds (H1). */
  onState(state: 'connected' | 'silent'): void
}

/** Opens the way to the socket at `path`, whether or not anybody listens there yet. */
export type OpenHop = (path: string, handlers: HopHandlers) => Promise<Hop>
