// The hop inside one process: both ends of a socket that exists only in memory, with the sessions of the real one.
import type { FromConnector, FromEventHandler } from '../../wire/local/messages.ts'
import { type Clock, systemClock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { HopClient, HopClientHandlers, HopServer, HopServerHandlers } from './hop.ts'
import { HopPeers } from './hop-peers.ts'
import { HopSession } from './hop-session.ts'

type Take = (frame: Buffer) => void

export type MemoryHop = {
  openServer(log: Log, handlers: HopServerHandlers, clock?: Clock): Promise<HopServer>
  openClient(log: Log, handlers: HopClientHandlers, clock?: Clock): Promise<HopClient>
}

/** @returns a place where one server and any clients meet, in any order. */
export function memoryHop(): MemoryHop {
  const place: {
    server: ((id: string, frame: Buffer) => void) | undefined
    clients: Map<string, Take>
    dialled: number
  } = { server: undefined, clients: new Map(), dialled: 0 }
  return {
    async openServer(log, handlers, clock = systemClock) {
      const peers = new HopPeers()
      const session = new HopSession<FromConnector>({
        handlers,
        heartbeat: () => handlers.heartbeat(),
        clock,
        log,
        transmit: async (frame) => {
          const peer = peers.current
          const take = peer === undefined ? undefined : place.clients.get(peer)
          if (peer === undefined || take === undefined) {
            if (peer !== undefined) peers.lost(peer)
            return false
          }
          setImmediate(take, frame)
          return true
        },
      })
      // A server that comes back meets each client as a new connection, as over a real socket.
      const born = `${place.dialled++}`
      const mine = (id: string, frame: Buffer) => {
        const heard = peers.heard(id, clock.monotonic())
        if (heard !== 'ignored') session.received(frame, heard === 'new')
      }
      place.server = mine
      return {
        path: `memory:${born}`,
        get state() {
          return session.state
        },
        send: (message, blocks) => session.send(message, blocks),
        renew: () => session.renew(),
        async [Symbol.asyncDispose]() {
          if (place.server === mine) place.server = undefined
          await session.close()
        },
      }
    },
    async openClient(log, handlers, clock = systemClock) {
      const id = `${place.dialled++}`
      const session = new HopSession<FromEventHandler>({
        handlers,
        heartbeat: () => ({ t: 'alive' }),
        clock,
        log,
        transmit: async (frame) => {
          const { server } = place
          if (server === undefined) return false
          setImmediate(server, id, frame)
          return true
        },
      })
      place.clients.set(id, (frame) => session.received(frame))
      return {
        get state() {
          return session.state
        },
        send: (message, blocks) => session.send(message, blocks),
        async [Symbol.asyncDispose]() {
          place.clients.delete(id)
          await session.close()
        },
      }
    },
  }
}
