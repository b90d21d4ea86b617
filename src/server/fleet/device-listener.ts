// The listener for devices: one port for EST, registration and the channel. A client certificate is optional in TLS
// and demanded by each route (original-system A8; security 1.6).
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { Fault } from '../../core/fault.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import { type Address, listen, optionalClientTls } from '../../platform/tls.ts'
import { channelPath } from '../../wire/channel/messages.ts'
import type { RoleUrls } from '../../wire/registration/clients.ts'
import { faultAnswer, send, sendRaw } from './answer.ts'
import { type Authority, fingerprintOf } from './authority.ts'
import type { Enrolment } from './enrolment.ts'
import { estPrefix, openEst } from './est.ts'
import { type Judgement, judge } from './judge.ts'
import { originalAnswer, refusedChannel } from './original-routes.ts'
import type { Registry } from './registry.ts'
import { reachOf } from './server-names.ts'
import type { Tokens } from './tokens.ts'

/** Who speaks on a channel, proved by its certificate. */
export type ChannelIdentity = {
  readonly organisation: string
  readonly device: string
  readonly serial: string
  readonly certificatePem: string
  /** Aborts with the Fault (`identity.revoked` …) when the certificate ends; the socket is destroyed a second later. */
  readonly revoked: AbortSignal
}

/** Takes over the socket of an upgrade whose certificate was judged good. */
export type ChannelAcceptor = {
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, identity: ChannelIdentity): void
}

export type DeviceListenerOptions = {
  readonly listen: Address
  readonly authority: Authority
  readonly registry: Registry
  readonly tokens: Tokens
  readonly enrolment: Enrolment
  readonly organisation: (id: string) => Promise<{ readonly channelLink: boolean } | undefined>
  readonly channel: ChannelAcceptor
  /** Where devices are told the roles are. `bound`: what the listener is bound to, for port 0 is known late. */
  readonly roles: (bound: Address) => RoleUrls
  readonly clock: Clock
  readonly log: Log
}

export type DeviceListener = AsyncDisposable & {
  readonly address: Address
  /** Handshakes that failed, by OpenSSL's or Node's code. */
  readonly handshakeFailures: ReadonlyMap<string, number>
}

const headersTimeoutMs = 10_000
const requestTimeoutMs = 20_000
/** Ten thousand devices and room for those that reconnect meanwhile. */
const connectionsMax = 12_000
const failureKindsMax = 100

/** Listens; resolves when it does. Throws Fault `port.inuse`. Disposing destroys every socket. */
export async function startDeviceListener(options: DeviceListenerOptions): Promise<DeviceListener> {
  const { authority, log } = options
  const est = openEst(options)
  // The address itself is a name by which devices come: it stands in the certificate (security 1.5).
  if (reachOf(options.listen.host) !== 'wildcard') await authority.server.addName(options.listen.host)
  const tls = () => optionalClientTls(authority.server.credentials, authority.anchors)
  const server = createServer(
    {
      ...tls(),
      maxHeaderSize: 8_192,
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      // Node looks at the two limits above only so often: 30 s by default.
      connectionsCheckingInterval: 2_000,
      keepAliveTimeout: 5_000,
      requireHostHeader: true,
      shouldUpgradeCallback: (request) =>
        pathOf(request) === channelPath && /^websocket$/i.test(request.headers.upgrade ?? ''),
    },
    (request, response) => void serve(request, response),
  )
  server.maxConnections = connectionsMax
  const sockets = new Set<Duplex>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  const handshakeFailures = new Map<string, number>()
  server.on('tlsClientError', (error) => {
    const cause = 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
    if (handshakeFailures.size < failureKindsMax || handshakeFailures.has(cause))
      handshakeFailures.set(cause, (handshakeFailures.get(cause) ?? 0) + 1)
  })
  server.on('drop', () => log.warn({ connectionsMax }, 'connection refused: too many'))
  server.on('upgrade', (request, socket, head) => void upgrade(request, socket, head))
  const renewal = authority.server.onRenewal(() => server.setSecureContext(tls()))
  const address = await listen(server, options.listen).catch((cause: unknown) => {
    renewal[Symbol.dispose]()
    throw portFault(options.listen, cause)
  })
  log.info({ ...address }, 'awaiting devices')
  return {
    address,
    handshakeFailures,
    async [Symbol.asyncDispose]() {
      renewal[Symbol.dispose]()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request)
    try {
      // The parser takes a line without version for HTTP/0.9 (security S24).
      if (request.httpVersionMajor !== 1) throw new Fault('input.malformed', { what: 'The request is not HTTP/1.1' })
      const answer = path.startsWith(`${estPrefix}/`)
        ? await est.answer(request, path.slice(estPrefix.length), () => identify(request))
        : originalAnswer(request, path, await identify(request), options.roles(address))
      send(response, answer)
    } catch (error) {
      if (!(error instanceof Fault)) log.error({ err: error, path }, 'request failed')
      const fault = error instanceof Fault ? error : undefined
      log.debug({ path, code: fault?.code, address: request.socket.remoteAddress }, 'refused')
      if (!response.headersSent) send(response, faultAnswer(error, refusalHeaders(fault)))
    }
    // What was not read of a body would be taken for the next request: give it a moment to end, else close.
    if (!request.complete) request.resume()
  }

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => socket.destroy())
    try {
      const judgement = await identify(request)
      if (socket.destroyed) return
      if (judgement.kind !== 'device') return sendRaw(socket, refusedChannel(judgement))
      const { organisation, device, serial, pem, fingerprint } = judgement.certificate
      const revoked = options.registry.sockets.add(fingerprint, socket)
      if (revoked.aborted) return sendRaw(socket, faultAnswer(revoked.reason))
      options.registry.sockets.channel({ organisation, device, fingerprint }, socket)
      options.registry.heard({ organisation, device }, {})
      options.channel.accept(request, socket, head, { organisation, device, serial, certificatePem: pem, revoked })
    } catch (error) {
      log.error({ err: error }, 'upgrade failed')
      sendRaw(socket, faultAnswer(new Fault('channel.drain', { what: 'The exchange cannot tell who this is now' })))
    }
  }

  /** Judged at every request: a certificate that was good at the handshake may have ended since. */
  async function identify(request: IncomingMessage): Promise<Judgement> {
    const { socket } = request
    const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
    if (certificate !== undefined) options.registry.sockets.add(fingerprintOf(certificate), socket)
    return judge(certificate, authority, options.registry, options.clock.now())
  }
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/'
}

function refusalHeaders(fault: Fault | undefined): Record<string, string> {
  switch (fault?.code) {
    case 'enrolment.credentials.missing':
    case 'enrolment.token.unknown':
    case 'enrolment.token.wrong':
      return { 'WWW-Authenticate': 'Basic realm="sallyport"' }
    case 'enrolment.ca.unavailable':
      return { 'Retry-After': '10' }
    case 'enrolment.rate':
      return { 'Retry-After': '60' }
    case 'enrolment.request.large':
    case 'input.malformed':
      return { Connection: 'close' }
    default:
      return {}
  }
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
