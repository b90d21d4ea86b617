// What EventHandler needs of the local socket, in its own words (delivery 1.3): it binds, the connector comes. `units`
// passes the hop in; session ids, heartbeat and silence are the hop's affair.
import type { FromConnector, FromEventHandler } from '../../wire/local/messages.ts'

type WithoutSession<M> = M extends unknown ? Omit<M, 'session'> : never

export type ToConnector = WithoutSession<FromEventHandler>

export type LocalSocket = AsyncDisposable & {
  /** Where it is really bound. */
  readonly path: string
  /** Queues and never waits. @returns false where nobody is there: then nothing was queued */
  send(message: ToConnector, blocks?: readonly Buffer[]): boolean
  /** Voids the meeting, so that the connector attaches anew. */
  renew(): void
}

export type LocalSocketHandlers = {
  onMessage(message: FromConnector): void
  /** The connector is gone, or a new one: what was agreed is void. */
  onState(): void
  /** Asked each second: the status that is also the heartbeat. */
  heartbeat(): ToConnector
}

export type SocketPlace = {
  readonly path: string
  /** Id of the group that may connect; undefined = only this user. */
  readonly group: number | undefined
}

/** Binds the socket; rejects where it cannot. */
export type BindSocket = (place: SocketPlace, handlers: LocalSocketHandlers) => Promise<LocalSocket>
