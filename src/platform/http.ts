// A listener that speaks TLS and plain HTTP on one port, told apart by the first byte (DESIGN "Ports"). The plain
// server owns the port; a socket that begins with a TLS handshake is handed to the other.
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { systemClock } from './clock.ts'

export type TlsKeys = { readonly key: string; readonly cert: string }

export type TwoFacedServer = {
  /** Give it to `listen`. */
  readonly server: Server
  /** New handshakes get this certificate, live connections go on (security 1.6). */
  renew(keys: TlsKeys): void
  /** Ends idle connections at once and the others when they are done, at the latest after `graceMs`. */
  drain(graceMs: number): Promise<void>
}

export type HttpLimits = {
  readonly headersTimeoutMs: number
  readonly requestTimeoutMs: number
  /** How often the two are looked at. */
  readonly checkEveryMs: number
}

/** Slow clients are let go; the numbers are those of a request over a bad line, not of a thinking server. */
const defaultLimits: HttpLimits = { headersTimeoutMs: 10_000, requestTimeoutMs: 60_000, checkEveryMs: 2_000 }

/** A client that says nothing holds a socket no longer than this (security S20). */
const firstByteWithinMs = 10_000
const connectionsMax = 1_024
/** First byte of a TLS record that holds a handshake (RFC 8446 5.1). */
const tlsHandshake = 0x16

/**
 * Makes the server without listening.
 * @param keys certificate and key in PEM; undefined = plain HTTP only, and a TLS handshake is cut off
 */
export function createTwoFacedServer(
  listener: RequestListener,
  keys: TlsKeys | undefined,
  limits: HttpLimits = defaultLimits,
): TwoFacedServer {
  const options = {
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    connectionsCheckingInterval: limits.checkEveryMs,
  }
  const server = createServer(options, listener)
  server.maxConnections = connectionsMax
  const plain = server.listeners('connection')
  server.removeAllListeners('connection')
  const tls = keys === undefined ? undefined : startTls(options, listener, keys)
  const sockets = new Set<Socket>()

  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // Before the hand-over nobody else listens: a reset must not end the process.
    socket.on('error', () => socket.destroy())
    whenFirstByte(socket, (first) => {
      if (first !== tlsHandshake) for (const take of plain) take.call(server, socket)
      else if (tls === undefined) socket.destroy()
      else tls.emit('connection', socket)
    })
  })
  return {
    server,
    renew: (next) => tls?.setSecureContext({ ...next, minVersion: 'TLSv1.2' }),
    drain: (graceMs) => drain(server, tls, sockets, graceMs),
  }
}

function startTls(options: object, listener: RequestListener, keys: TlsKeys): TlsServer {
  const tls = createTlsServer(
    { ...options, ...keys, minVersion: 'TLSv1.2', handshakeTimeout: firstByteWithinMs },
    listener,
  )
  tls.on('tlsClientError', (_error, socket) => socket.destroy())
  // Only a server that listens watches its time limits; this one gets its sockets from the other.
  tls.emit('listening')
  return tls
}

function whenFirstByte(socket: Socket, take: (first: number) => void): void {
  const close = () => socket.destroy()
  socket.setTimeout(firstByteWithinMs, close)
  const look = () => {
    const chunk: Buffer | null = socket.read()
    if (chunk === null) return
    socket.removeListener('readable', look)
    socket.setTimeout(0)
    socket.removeListener('timeout', close)
    socket.unshift(chunk)
    take(chunk[0] ?? 0)
  }
  socket.on('readable', look)
}

async function drain(server: Server, tls: TlsServer | undefined, sockets: Set<Socket>, graceMs: number): Promise<void> {
  const closed = new AbortController()
  const ended = new Promise<void>((resolve) => server.close(() => resolve(closed.abort())))
  server.closeIdleConnections()
  tls?.closeIdleConnections()
  // Closing the one that never listened ends the watch over its time limits.
  tls?.close(() => undefined)
  for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
  await systemClock.sleep(graceMs, closed.signal)
  for (const socket of sockets) socket.destroy()
  await ended
}
