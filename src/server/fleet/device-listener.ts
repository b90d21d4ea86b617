// The listener for devices: one port for EST, registration and the channel. A client certificate is optional in TLS
// and demanded by each route (original-system A8; security 1.6).
import { createServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { Fault } from '../../core/fault.ts'
import type { Address } from '../../platform/address.ts'
import { listen, optionalClientTls } from '../../platform/tls.ts'
import { channelPath } from '../../wire/channel/messages.ts'
import { type DeviceRequestsOptions, openDeviceRequests, pathOf } from './device-requests.ts'
import { reachOf } from './server-names.ts'

export type DeviceListenerOptions = DeviceRequestsOptions & {
  readonly listen: Address
  readonly limits?: Partial<ListenerLimits>
}

export type ListenerLimits = {
  readonly handshakeMs: number
  /** From the first byte of a request to the end of its head. */
  readonly headMs: number
  /** … to the end of its body. */
  readonly requestMs: number
  /** Node looks at the two above only so often. */
  readonly checkEveryMs: number
  readonly connectionsMax: number
}

const listenerLimits: ListenerLimits = {
  handshakeMs: 10_000,
  headMs: 10_000,
  requestMs: 20_000,
  checkEveryMs: 2_000,
  // Ten thousand devices and room for those that reconnect meanwhile.
  connectionsMax: 12_000,
}

export type DeviceListener = AsyncDisposable & {
  readonly address: Address
  /** False once it stopped taking connections. */
  readonly listening: boolean
  /** Handshakes that failed, by OpenSSL's or Node's code. */
  readonly handshakeFailures: ReadonlyMap<string, number>
}

const failureKindsMax = 100

/** Listens; resolves when it does. Throws Fault `port.inuse`. Disposing destroys every socket. */
export async function startDeviceListener(options: DeviceListenerOptions): Promise<DeviceListener> {
  const { authority, log } = options
  // The address itself is a name by which devices come: it stands in the certificate (security 1.5).
  if (reachOf(options.listen.host) !== 'wildcard') await authority.server.addName(options.listen.host)
  const requests = openDeviceRequests(options)
  const limits = { ...listenerLimits, ...options.limits }
  const tls = () => optionalClientTls(authority.server.credentials, authority.anchors, limits.handshakeMs)
  const server = createServer(
    {
      ...tls(),
      maxHeaderSize: 8_192,
      headersTimeout: limits.headMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.checkEveryMs,
      keepAliveTimeout: 5_000,
      requireHostHeader: true,
      shouldUpgradeCallback: (request) =>
        pathOf(request) === channelPath && /^websocket$/i.test(request.headers.upgrade ?? ''),
    },
    (request, response) => void requests.serve(request, response, address),
  )
  server.maxConnections = limits.connectionsMax
  const sockets = new Set<Duplex>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const handshakeFailures = new Map<string, number>()
  server.on('tlsClientError', (error) => count(handshakeFailures, error))
  server.on('drop', () => log.warn({ connectionsMax: limits.connectionsMax }, 'connection refused: too many'))
  server.on('upgrade', (request, socket, head) => void requests.upgrade(request, socket, head))
  const renewal = authority.server.onRenewal(() => server.setSecureContext(tls()))
  const address = await listen(server, options.listen).catch((cause: unknown) => {
    renewal[Symbol.dispose]()
    throw portFault(options.listen, cause)
  })
  log.info({ ...address }, 'awaiting devices')
  return {
    address,
    get listening() {
      return server.listening
    },
    handshakeFailures,
    async [Symbol.asyncDispose]() {
      renewal[Symbol.dispose]()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function count(failures: Map<string, number>, error: Error): void {
  const cause = 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
  if (failures.size < failureKindsMax || failures.has(cause)) failures.set(cause, (failures.get(cause) ?? 0) + 1)
}

function portFault(address: Address, cause: unknown): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code !== 'EADDRINUSE') return cause
  return new Fault('port.inuse', {
    what: `Another process listens on ${address.host}:${address.port}`,
    remedy: 'Stop it, or give --devices ADDR:PORT (port 0 = any free one).',
    cause,
  })
}
