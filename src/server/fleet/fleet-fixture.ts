// A fleet with its listener on loopback, for tests: real database, CA, sockets; the clock can be moved.
import 'reflect-metadata'
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { type RequestOptions, request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import * as x509 from '@peculiar/x509'
import { pino } from 'pino'
import { type Clock, systemClock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import { openState } from '../../platform/sqlite.ts'
import type { TokenRecord } from '../../wire/api/fleet.ts'
import { fingerprintOf } from './authority.ts'
import { newKeyPair } from './certificate-profile.ts'
import { type DeviceListener, type ListenerLimits, startDeviceListener } from './device-listener.ts'
import type { ChannelIdentity } from './device-requests.ts'
import { type Fleet, openFleet } from './fleet.ts'
import { privateKeyPem } from './private-key.ts'
import type { FleetDb, FleetTables } from './tables.ts'
import type { TokenRequest } from './tokens.ts'

export type FleetSite = AsyncDisposable & {
  readonly folder: string
  readonly fleet: Fleet
  readonly listener: DeviceListener
  readonly db: FleetDb
  readonly base: string
  /** Identities of accepted channels, in order. */
  readonly channels: ChannelIdentity[]
  /** Everything logged, one record a line. */
  readonly logged: string[]
  readonly log: Log
  /** Moves the exchange's clock. */
  advance(ms: number): void
  token(more?: Partial<TokenRequest>): Promise<TokenRecord>
}

export async function openFleetSite(limits: Partial<ListenerLimits> = {}): Promise<FleetSite> {
  await using opened = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-fleet-'))
  opened.defer(() => rm(folder, { recursive: true }))
  const logged: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) })
  let offset = 0
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + offset }
  const state = opened.use(await openState(join(folder, 'state.sqlite')))
  const fleet = opened.use(
    await openFleet({ db: state.db, folder: join(folder, 'ca'), names: ['exchange.example'], clock, log }),
  )
  const channels: ChannelIdentity[] = []
  const listener = opened.use(
    await startDeviceListener({
      ...fleet,
      listen: { host: '127.0.0.1', port: 0 },
      limits,
      channel: {
        accept(_request, socket, _head, identity) {
          channels.push(identity)
          void fleet.registry.channelAccepted(fingerprintOf(new X509Certificate(identity.certificatePem)))
          socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n')
        },
      },
      roles: ({ host, port }) => {
        const url = `https://${host}:${port}`
        return { api: url, enrol: url, ingest: url, messages: url }
      },
      clock,
      log,
    }),
  )
  const base = `https://127.0.0.1:${listener.address.port}`
  const parts = opened.move()
  return {
    folder,
    fleet,
    listener,
    db: state.db.$extendTables<FleetTables>(),
    base,
    channels,
    logged,
    log,
    advance: (ms) => {
      offset += ms
    },
    token: (more = {}) =>
      fleet.tokens.createToken({
        organisation: 'default',
        creator: 'test',
        names: [],
        bound: listener.address,
        ...more,
      }),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

export type Reply = { readonly status: number; readonly headers: IncomingMessage['headers']; readonly body: string }

/** One request on a connection of its own, the server verified by its CA. */
export async function ask(site: FleetSite, path: string, options: RequestOptions = {}, body = ''): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const ca = [...site.fleet.authority.anchors]
    const sent = request(`${site.base}${path}`, { ca, agent: false, timeout: 10_000, ...options }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        text += part
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    sent.on('error', reject)
    sent.on('timeout', () => sent.destroy(new Error('no answer within 10 s')))
    sent.end(body)
  })
}

/** simpleenroll with a pair, as any EST client does it. */
export async function enrol(site: FleetSite, pair: { user: string; key: string }, csr: string): Promise<Reply> {
  const headers = { 'Content-Type': 'application/pkcs10', Authorization: basic(pair) }
  return ask(site, '/.well-known/est/simpleenroll', { method: 'POST', headers }, csr)
}

export function basic(pair: { user: string; key: string }): string {
  return `Basic ${Buffer.from(`${pair.user}:${pair.key}`).toString('base64')}`
}

/** A TLS connection on which the test writes HTTP by hand. */
export async function secure(site: FleetSite, options: ConnectionOptions): Promise<TLSSocket> {
  const ca = [...site.fleet.authority.anchors]
  const { port } = site.listener.address
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, ca, ...options }, () => resolve(socket))
    socket.once('error', reject)
  })
}

export type NewRequest = { readonly key: string; readonly csr: string }

/** A request of a new P-256 key, as base64. */
export async function newRequest(challenge?: string): Promise<NewRequest> {
  const keys = await newKeyPair()
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=a sensor',
    keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    attributes: challenge === undefined ? [] : [new x509.ChallengePasswordAttribute(challenge)],
  })
  return { key: await privateKeyPem(keys.privateKey), csr: request.toString('base64') }
}

export type TestDevice = { readonly key: string; readonly cert: string; readonly device: string }

/** Enrols a new device with a token of its own. */
export async function enrolDevice(site: FleetSite, more: Partial<TokenRequest> = {}): Promise<TestDevice> {
  const { key, csr } = await newRequest()
  const reply = await enrol(site, await site.token(more), csr)
  assert.equal(reply.status, 200, reply.body)
  const cert = certificateIn(reply)
  return { key, cert, device: /CN=(.*)/.exec(new X509Certificate(cert).subject)?.[1] ?? '' }
}

/** simplereenroll as a device; the new key may be given. */
export async function renew(site: FleetSite, device: TestDevice, request: NewRequest): Promise<Reply> {
  const headers = { 'Content-Type': 'application/pkcs10' }
  const { key, cert } = device
  return ask(site, '/.well-known/est/simplereenroll', { method: 'POST', headers, key, cert }, request.csr)
}

/** @returns the PEM of the one certificate of an EST reply. */
export function certificateIn(reply: Reply): string {
  const [certificate, ...more] = new x509.X509Certificates(new Uint8Array(Buffer.from(reply.body, 'base64')))
  assert(certificate !== undefined && more.length === 0, 'one certificate')
  return `${certificate.toString('pem')}\n`
}

/** The code that a refusal begins with; behind `Forbidden` on the original's routes. */
export function codeIn(reply: Reply): string {
  return /^(?:Forbidden\n)?([a-z.]+): /.exec(reply.body)?.[1] ?? reply.body
}

/** Runs a program; never rejects. */
export async function run(
  command: string,
  args: readonly string[],
  input?: Buffer | string,
): Promise<{ code: number; stdout: Buffer; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(command, [...args], { encoding: 'buffer', timeout: 20_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 127
      resolve({ code, stdout, stderr: stderr.toString() })
    })
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })
}
