// An exchange's end of the channel for tests: a real TLS listener, the real channel end and admission, a store in memory.
import { X509Certificate } from 'node:crypto'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import { pino } from 'pino'
import { systemClock } from '../../src/platform/clock.ts'
import { type ChannelEnd, type ChannelLimits, openChannelEnd } from '../../src/server/fleet/channel-end.ts'
import type { ChannelIdentity, Presence } from '../../src/server/fleet/channel-session-end.ts'
import { type Admission, openAdmission } from '../../src/server/ingest/admission.ts'
import type { AdmissionLimits } from '../../src/server/ingest/limits.ts'
import type { Store } from '../../src/server/ingest/store.ts'
import type { Status } from '../../src/wire/status.ts'
import type { Pair } from './authority.ts'

export type ExchangeEnd = AsyncDisposable & {
  readonly port: number
  readonly admission: Admission
  readonly channel: ChannelEnd
  readonly events: string[]
  readonly statuses: Status[]
  /** Cuts every connection without a word. */
  cut(): void
  revoke(device: string, code: string): void
}

export async function openExchangeEnd(options: {
  readonly store: Store
  readonly ca: string
  readonly server: Pair
  readonly port?: number
  readonly limits?: Partial<AdmissionLimits>
  readonly channelLimits?: Partial<ChannelLimits>
}): Promise<ExchangeEnd> {
  const log = pino({ level: 'silent' })
  const admission = openAdmission({
    store: options.store,
    clock: systemClock,
    log,
    unindexedBlocks: () => 0,
    ...(options.limits && { limits: options.limits }),
  })
  const events: string[] = []
  const statuses: Status[] = []
  const presence: Presence = {
    connected: ({ device }) => void events.push(`connected ${device}`),
    disconnected: ({ device, code }) => void events.push(`disconnected ${device} ${code}`),
    status: (_, status) => void statuses.push(status),
    acknowledged: () => undefined,
  }
  const channel = openChannelEnd({
    intake: admission,
    presence,
    program: 'test',
    clock: systemClock,
    log,
    random: () => 0,
    ...(options.channelLimits && { limits: options.channelLimits }),
  })
  const revocations = new Map<string, AbortController>()
  const sockets = new Set<TLSSocket>()
  const server = createServer({
    cert: options.server.certificate,
    key: options.server.key,
    ca: options.ca,
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
  })
  server.on('secureConnection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  })
  server.on('upgrade', (request, socket, head) => {
    const identity = identityOf(socket)
    if (identity === undefined)
      return socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\nidentity.missing: x.\n')
    const revoked = revocations.get(identity.device) ?? new AbortController()
    revocations.set(identity.device, revoked)
    if (revoked.signal.aborted) {
      const body = `${String(revoked.signal.reason)}: refused. Enrol anew.\n`
      return socket.end(
        `HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
      )
    }
    return channel.accept(request, socket, head, { ...identity, revoked: revoked.signal })
  })
  await listen(server, options.port ?? 0)
  return {
    port: (server.address() as AddressInfo).port,
    admission,
    channel,
    events,
    statuses,
    cut() {
      for (const socket of sockets) socket.destroy()
    },
    revoke(device, code) {
      const controller = revocations.get(device) ?? new AbortController()
      revocations.set(device, controller)
      controller.abort(code)
    },
    async [Symbol.asyncDispose]() {
      await channel[Symbol.asyncDispose]()
      await admission[Symbol.asyncDispose]()
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function identityOf(socket: unknown): Omit<ChannelIdentity, 'revoked'> | undefined {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined
  if (certificate === undefined) return undefined
  const parsed = new X509Certificate(certificate.raw)
  const part = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(parsed.subject)?.[1] ?? ''
  return {
    organisation: part('O'),
    device: part('CN'),
    serial: parsed.serialNumber,
    certificatePem: parsed.toString(),
  }
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}
