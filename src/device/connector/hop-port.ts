// What the connector needs of the way to EventHandler, in its own words (delivery 1.3); `units` passes the local
// socket in. The session id that every message carries is the hop's affair, and so are heartbeat and silence.
import type { FromConnector, FromEventHandler } from '../../wire/local/messages.ts'

/** A message of the connector without the session id, which the hop adds. */
export type ToEventHandler = FromConnector extends infer M
  ? M extends { readonly session: string }
    ? Omit<M, 'session'>
    : never
  : never

export type Hop = AsyncDisposable & {
  /** Never waits and never throws: what cannot be delivered is asked for again after the next `attached`. */
  send(message: ToEventHandler): void
}

export type HopEvents = {
  /** EventHandler answers and is new or was silent: nothing of what was said before holds (H1). */
  attached(): void
  /** It has been silent for 3 s. */
  detached(): void
  /** Blocks look into the message. */
  message(head: FromEventHandler, blocks: readonly Buffer[]): void
}

/** Opens the way to the socket at `path`, whether or not anybody listens there yet. */
export type OpenHop = (path: string, events: HopEvents) => Promise<Hop>
