// Syslog over UDP, TCP and TLS (RFC 5426, 6587, 5425). Heads are cut only for reading, at the exchange: what is kept is
// the line as it came.
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { type Socket, createServer } from 'node:net'
import { type TlsOptions, createServer as createTlsServer } from 'node:tls'
import { datagramListener } from './datagram-listener.ts'
import type { Listen } from './listening.ts'
import type { SocketSourceConfig, TlsSourceConfig } from '../source-config.ts'
import { type BoundServer, listenForStreams } from './stream-listener.ts'
import { syslogFraming } from './syslog-framing.ts'

type Accept = (socket: Socket) => void
type SyslogConfig = Extract<SocketSourceConfig, { readonly kind: 'syslog' }>

const handshakeMs = 10_000

/** @returns what listens on the source's address */
export function syslogListener(config: SyslogConfig): Listen {
  if (config.transport === 'udp') return datagramListener(config)
  return (options) =>
    listenForStreams({
      ...options,
      framing: syslogFraming,
      bind: (accept) => (config.transport === 'tls' ? bindTls(config, accept) : bindTcp(config, accept)),
    })
}

async function bindTcp({ address, port }: SyslogConfig, accept: Accept): Promise<BoundServer> {
  const server = createServer(accept)
  server.listen({ host: address, port })
  await once(server, 'listening')
  return { server, holds: async () => true, stop: async () => void server.close() }
}

/** The operator's files are read again where they change: a renewed certificate needs no restart. */
async function bindTls(config: TlsSourceConfig, accept: Accept): Promise<BoundServer> {
  let credentials = await credentialsOf(config)
  const asks = config.clientCa !== undefined
  const options = { handshakeTimeout: handshakeMs, requestCert: asks, rejectUnauthorized: asks }
  const server = createTlsServer({ ...credentials, ...options, minVersion: 'TLSv1.2' }, accept)
  server.listen({ host: config.address, port: config.port })
  await once(server, 'listening')
  return {
    server,
    async holds() {
      const now = await credentialsOf(config).catch(() => credentials)
      if (now.cert === credentials.cert && now.key === credentials.key && now.ca === credentials.ca) return true
      credentials = now
      server.setSecureContext({ ...now, minVersion: 'TLSv1.2' })
      return true
    },
    stop: async () => void server.close(),
  }
}

async function credentialsOf({ certificate, key, clientCa }: TlsSourceConfig): Promise<TlsFiles> {
  return {
    cert: await readFile(certificate, 'utf8'),
    key: await readFile(key, 'utf8'),
    ...(clientCa === undefined ? {} : { ca: await readFile(clientCa, 'utf8') }),
  }
}

type TlsFiles = Pick<TlsOptions, 'ca'> & { readonly cert: string; readonly key: string }
