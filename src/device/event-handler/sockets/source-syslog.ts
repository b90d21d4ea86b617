// Syslog over UDP, TCP and TLS (RFC 5426, 6587, 5425). Heads are cut only for reading, at the exchange: what is kept is
// the line as it came.
import { once } from 'node:events'
import { X509Certificate, createPrivateKey } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Socket, createServer } from 'node:net'
import { type TlsOptions, createServer as createTlsServer } from 'node:tls'
import { Fault } from '../../../core/fault.ts'
import type { SourceStatus } from '../../../wire/status.ts'
import { datagramListener } from './datagram-listener.ts'
import { type ListenerCertificate, type ListenerCredentials, dueAt } from './listener-certificate.ts'
import type { Listen } from './listening.ts'
import type { SocketSourceConfig, TlsSourceConfig } from '../source-config.ts'
import { type BoundServer, listenForStreams } from './stream-listener.ts'
import { syslogFraming } from './syslog-framing.ts'

type Accept = (socket: Socket) => void
type SyslogConfig = Extract<SocketSourceConfig, { readonly kind: 'syslog' }>

const handshakeMs = 10_000

/** @param issued what a TLS listener shows without a certificate of the operator @returns what listens on its address */
export function syslogListener(config: SyslogConfig, issued: ListenerCertificate): Listen {
  if (config.transport === 'udp') return datagramListener(config)
  return (options) =>
    listenForStreams({
      ...options,
      framing: syslogFraming,
      bind: (accept) => (config.transport === 'tls' ? bindTls(config, issued, accept) : bindTcp(config, accept)),
    })
}

async function bindTcp({ address, port }: SyslogConfig, accept: Accept): Promise<BoundServer> {
  const server = createServer(accept)
  server.listen({ host: address, port })
  await once(server, 'listening')
  return { server, holds: async () => true, stop: async () => void server.close() }
}

/** Asked for again each second: a renewed certificate needs no restart, and those connected stay. */
async function bindTls(config: TlsSourceConfig, issued: ListenerCertificate, accept: Accept): Promise<BoundServer> {
  let shown = await credentialsOf(config, issued)
  const asks = config.clientCa !== undefined
  const options = { handshakeTimeout: handshakeMs, requestCert: asks, rejectUnauthorized: asks }
  const server = createTlsServer({ ...filesOf(shown), ...options, minVersion: 'TLSv1.2' }, accept)
  server.listen({ host: config.address, port: config.port })
  await once(server, 'listening')
  let status = statusOf(shown)
  return {
    server,
    certificate: () => status,
    async holds() {
      // What cannot be used is said, and what is shown now is shown on.
      const now = await credentialsOf(config, issued).catch((error: unknown) => ({ ...shown, problem: wordsOf(error) }))
      const same = now.cert === shown.cert && now.key === shown.key && now.ca === shown.ca
      if (!same) server.setSecureContext({ ...filesOf(now), minVersion: 'TLSv1.2' })
      if (!same || now.problem !== shown.problem) status = statusOf(now)
      shown = now
      return true
    },
    stop: async () => void server.close(),
  }
}

async function credentialsOf(config: TlsSourceConfig, issued: ListenerCertificate): Promise<Credentials> {
  const { clientCa } = config
  const { cert, key, problem } = 'certificate' in config ? await operatorsFiles(config) : await issued.look()
  return {
    cert,
    key,
    ...(problem === undefined ? {} : { problem }),
    ...(clientCa === undefined ? {} : { ca: await readFile(clientCa, 'utf8') }),
  }
}

async function operatorsFiles(files: {
  readonly certificate: string
  readonly key: string
}): Promise<ListenerCredentials> {
  const [cert, key] = [await readFile(files.certificate, 'utf8'), await readFile(files.key, 'utf8')]
  // One of them is new and the other not yet.
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    throw new Fault('source.unbound', { what: `${files.key} is not the key of ${files.certificate}` })
  return { cert, key }
}

function wordsOf(error: unknown): string {
  if (error instanceof Fault) return error.what
  return error instanceof Error ? error.message : String(error)
}

function filesOf({ cert, key, ca }: Credentials): Pick<TlsOptions, 'cert' | 'key' | 'ca'> {
  return { cert, key, ...(ca === undefined ? {} : { ca }) }
}

function statusOf({ cert, problem }: Credentials): SourceStatus['certificate'] {
  const leaf = new X509Certificate(cert)
  return {
    serial: leaf.serialNumber.toLowerCase(),
    notAfter: leaf.validToDate.getTime(),
    renewAt: dueAt(leaf),
    ...(problem === undefined ? {} : { problem }),
  }
}

type Credentials = ListenerCredentials & { readonly ca?: string }
