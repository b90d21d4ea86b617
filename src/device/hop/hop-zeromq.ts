// The hop over ZeroMQ ipc: EventHandler binds a ROUTER, the connector dials with a DEALER (delivery H1, H4). By default a
// ROUTER drops in silence: so `mandatory`, no high-water mark, and the byte credit as the only bound.
import { chmodSync, chownSync } from 'node:fs'
import { Dealer, Router } from 'zeromq'
import { Fault } from '../../core/fault.ts'
import type { FromConnector, FromEventHandler } from '../../wire/local/messages.ts'
import { type Clock, systemClock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import { makeSocketFolder, socketPath } from '../../platform/socket-path.ts'
import type { HopClient, HopClientHandlers, HopServer, HopServerHandlers } from './hop.ts'
import { HopPeers } from './hop-peers.ts'
import { HopSession } from './hop-session.ts'

/** `sendTimeout` 0: a second send to a peer that is gone would wait for ever (seen with zeromq 6.8), not fail. */
const noBound = { sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 0, sendTimeout: 0 }
/** ms between attempts to dial; the socket is on this machine. */
const redial = { reconnectInterval: 100, reconnectMaxInterval: 1_000 }

/**
 * Binds the socket; a stale file of a killed process is replaced. A file removed later is not bound anew.
 * @param path where the socket is wanted; see `HopServer.path` for where it is
 * @param group id of the group that may connect (mode 0660); by default only this user may (0600)
 */
export async function openHopServer(
  path: string,
  log: Log,
  handlers: HopServerHandlers,
  clock: Clock = systemClock,
  group?: number,
): Promise<HopServer> {
  const bound = socketPath(path)
  const strange = makeSocketFolder(path)
  if (strange !== undefined)
    throw new Fault('configuration.invalid', {
      what: `The socket folder ${strange} belongs to another user or is open to others`,
      remedy: 'Remove that folder, or use a data folder with a shorter path.',
    })
  const socket = new Router({ ...noBound, mandatory: true })
  try {
    await socket.bind(`ipc://${bound}`)
    if (group !== undefined) chownSync(bound, -1, group)
    chmodSync(bound, group === undefined ? 0o600 : 0o660)
  } catch (error) {
    socket.close()
    throw error
  }
  const peers = new HopPeers()
  const session = new HopSession<FromConnector>({
    handlers,
    heartbeat: () => handlers.heartbeat(),
    clock,
    log,
    async transmit(frame) {
      const peer = peers.current
      if (peer === undefined) return false
      const taken = await handOver(() => socket.send([Buffer.from(peer, 'latin1'), frame]))
      if (!taken) peers.lost(peer)
      return taken
    },
  })
  const receiving = receive(socket, ([id, frame]) => {
    if (id === undefined || frame === undefined) return
    const heard = peers.heard(id.toString('latin1'), clock.monotonic())
    if (heard !== 'ignored') session.received(frame, heard === 'new')
  })
  return {
    path: bound,
    get state() {
      return session.state
    },
    send: (message, blocks) => session.send(message, blocks),
    renew: () => session.renew(),
    async [Symbol.asyncDispose]() {
      await session.close()
      socket.close()
      await receiving
    },
  }
}

/** Dials the socket, also before it exists, and again whenever it comes back. @param path as given to `openHopServer` */
export async function openHopClient(
  path: string,
  log: Log,
  handlers: HopClientHandlers,
  clock: Clock = systemClock,
): Promise<HopClient> {
  // `immediate`: nothing is queued for a server that is not there, so nothing old reaches the next one.
  const socket = new Dealer({ ...noBound, ...redial, immediate: true })
  socket.connect(`ipc://${socketPath(path)}`)
  const session = new HopSession<FromEventHandler>({
    handlers,
    heartbeat: () => ({ t: 'alive' }),
    clock,
    log,
    transmit: (frame) => handOver(() => socket.send(frame)),
  })
  const receiving = receive(socket, ([frame]) => {
    if (frame !== undefined) session.received(frame)
  })
  return {
    get state() {
      return session.state
    },
    send: (message, blocks) => session.send(message, blocks),
    async [Symbol.asyncDispose]() {
      await session.close()
      socket.close()
      await receiving
    },
  }
}

/** EHOSTUNREACH (no such peer), EAGAIN (not connected) and a socket closed meanwhile all mean: nobody took it. */
async function handOver(send: () => Promise<void>): Promise<boolean> {
  try {
    await send()
    return true
  } catch {
    return false
  }
}

async function receive(socket: Router | Dealer, take: (parts: Buffer[]) => void): Promise<void> {
  for await (const parts of socket) take(parts)
}
