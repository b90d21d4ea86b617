// What happens to a request on the devices' listener: its certificate is judged, a route answers, an upgrade becomes a
// channel (security 1.6; original-system B8).
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { Code } from '../../core/codes.ts'
import { Fault } from '../../core/fault.ts'
import { SqliteFailure } from '../../platform/sqlite-failure.ts'
import type { Address } from '../../platform/address.ts'
import type { RoleUrls } from '../../wire/registration/clients.ts'
import { faultAnswer, send, sendRaw, statusOf } from './answer.ts'
import { fingerprintOf } from './authority.ts'
import { type EstOptions, estPrefix, openEst } from './est.ts'
import { type Judgement, judge } from './judge.ts'
import { originalAnswer, refusedChannel } from './original-routes.ts'
import type { Registry } from './registry.ts'

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

export type DeviceRequestsOptions = EstOptions & {
  readonly registry: Registry
  readonly channel: ChannelAcceptor
  /** Where devices are told the roles are. `bound`: what the listener is bound to, for port 0 is known late. */
  readonly roles: (bound: Address) => RoleUrls
}

export type DeviceRequests = {
  serve(request: IncomingMessage, response: ServerResponse, bound: Address): Promise<void>
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void>
}

/** Neither method rejects: what fails is answered and logged. */
export function openDeviceRequests(options: DeviceRequestsOptions): DeviceRequests {
  const { authority, log, registry } = options
  const est = openEst(options)
  return { serve, upgrade }

  async function serve(request: IncomingMessage, response: ServerResponse, bound: Address): Promise<void> {
    const path = pathOf(request)
    try {
      // The parser takes a line without version for HTTP/0.9 (security S24).
      if (request.httpVersionMajor !== 1) throw new Fault('input.malformed', { what: 'The request is not HTTP/1.1' })
      const answer = path.startsWith(`${estPrefix}/`)
        ? await est.answer(request, path.slice(estPrefix.length), () => identify(request))
        : originalAnswer(request, path, await identify(request), options.roles(bound))
      send(response, answer)
    } catch (error) {
      const fault = refusal(error)
      const address = request.socket.remoteAddress
      // Who hung up, or was cut for dripping, is no failure of ours.
      if (request.socket.destroyed) log.debug({ path, address }, 'the client went away')
      else if (statusOf(fault.code) >= 500) log.error({ err: error, path, address }, 'request failed')
      else log.debug({ path, code: fault.code, address }, 'request refused')
      if (!response.headersSent) send(response, faultAnswer(fault, refusalHeaders(fault)))
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
      const revoked = registry.sockets.add(fingerprint, socket)
      if (revoked.aborted) return sendRaw(socket, faultAnswer(revoked.reason))
      registry.sockets.channel({ organisation, device, fingerprint }, socket)
      registry.heard({ organisation, device }, {})
      options.channel.accept(request, socket, head, { organisation, device, serial, certificatePem: pem, revoked })
    } catch (error) {
      log.error({ err: error }, 'upgrade failed')
      sendRaw(socket, faultAnswer(refusal(error)))
    }
  }

  /** Judged at every request: a certificate that was good at the handshake may have ended since. */
  async function identify(request: IncomingMessage): Promise<Judgement> {
    const { socket } = request
    const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
    if (certificate !== undefined) registry.sockets.add(fingerprintOf(certificate), socket)
    return judge(certificate, authority, registry, options.clock.now())
  }
}

/** @returns the path of a request without its query. */
export function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/'
}

/** While the state database fails nobody can be told from anybody: come back (503), for it says nothing of the device. */
function refusal(error: unknown): Fault {
  if (error instanceof Fault) return error
  if (error instanceof SqliteFailure)
    return new Fault('enrolment.ca.unavailable', { what: 'The exchange cannot tell who this is now', cause: error })
  return new Fault('internal', { what: 'The exchange failed', cause: error })
}

function refusalHeaders(fault: Fault): Readonly<Record<string, string>> {
  return headersOfCode[fault.code] ?? {}
}

const challenge = { 'WWW-Authenticate': 'Basic realm="sallyport"' }
const closing = { Connection: 'close' }
const headersOfCode: Partial<Record<Code, Readonly<Record<string, string>>>> = {
  'enrolment.credentials.missing': challenge,
  'enrolment.token.unknown': challenge,
  'enrolment.token.wrong': challenge,
  'enrolment.ca.unavailable': { 'Retry-After': '10' },
  'enrolment.rate': { 'Retry-After': '60' },
  'enrolment.request.large': closing,
  'input.malformed': closing,
}
