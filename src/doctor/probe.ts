// What is asked of the operating system and the network: EventHandler's socket, and the way to the exchange, walked once
// by all checks that ask for it: name, TCP, what TLS shows, what HTTP answers. Each step has its limit, and a failure is
// a value: Node's own word for it.
import { createHash, X509Certificate } from 'node:crypto'
import { existsSync } from 'node:fs'
import { lookup } from 'node:dns/promises'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { checkServerIdentity, connect as connectTls, type DetailedPeerCertificate, type TLSSocket } from 'node:tls'
import type { Clock } from '../platform/clock.ts'
import { askOverTls, type HttpAnswer } from './ask-over-tls.ts'
import { type Failure, isFailure } from './failure.ts'
import { type ExchangeAddress, isMeasured, type Trust } from './subject.ts'

/** Long enough for a far exchange, short enough for a person who waits. */
export const stepWithinMs = 3_000
const knockWithinMs = 1_000
const addressesMax = 8
/** A chain is leaf, perhaps cross certificates, CA. */
const chainMax = 8

export type Resolved = { readonly addresses: readonly string[]; readonly ms: number }
export type Tried = { readonly address: string; readonly failure: Failure | undefined; readonly ms: number }
export type Answered = HttpAnswer & { readonly askedAt: number; readonly answeredAt: number }

export type Probe = {
  readonly target: ExchangeAddress
  resolved(): Promise<Resolved | Failure>
  /** One attempt for each address. */
  connected(): Promise<readonly Tried[]>
  /** The chain as the server shows it, leaf first, believed of nobody; nothing is sent over that connection. */
  shown(): Promise<readonly X509Certificate[] | Failure>
  /** What the exchange answers over a connection that is verified as the connector would; Failure where it is not. */
  answered(): Promise<Answered | Failure>
  /** Whether EventHandler's socket is there. */
  hasSocket(): boolean
  /** Connects to it and ends at once. @returns '' where somebody listens, else Node's word */
  knocked(): Promise<string>
}

export type ProbeTarget = {
  readonly target: ExchangeAddress
  readonly trust: Trust | undefined
  /** Path of EventHandler's socket. */
  readonly socket: string
}

/** Walks each step when it is first asked for. */
export function openProbe(
  { target, trust, socket: path }: ProbeTarget,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Probe {
  const resolved = once(async () => await resolve(target.host, clock, signal))
  const connected = once(async (): Promise<readonly Tried[]> => {
    const found = await resolved()
    if (isFailure(found)) return []
    return await Promise.all(
      found.addresses.map(async (address) => await tryAddress(address, target.port, clock, signal)),
    )
  })
  const open = async (): Promise<string | Failure> => {
    const tried = await connected()
    return tried.find(({ failure }) => failure === undefined)?.address ?? tried[0]?.failure ?? none
  }
  const shown = once(async () => {
    const address = await open()
    if (typeof address !== 'string') return address
    const socket = connectTls({ ...tlsTo(target, address), rejectUnauthorized: false })
    const failure = await ready(socket, 'secureConnect', signal)
    const chain = failure ?? chainOf(socket.getPeerCertificate(true))
    socket.destroy()
    return chain
  })
  const answered = once(async (): Promise<Answered | Failure> => {
    const address = await open()
    if (typeof address !== 'string') return address
    const chain = await shown()
    if (isFailure(chain)) return chain
    const trusted = trustOptions(trust, chain)
    if (trusted === undefined) return { errno: 'CERT_UNTRUSTED', text: 'no pinned CA was shown' }
    const socket = connectTls({
      ...tlsTo(target, address),
      ...trusted,
      rejectUnauthorized: true,
      checkServerIdentity: (_, certificate) => checkServerIdentity(target.host, certificate),
    })
    const failure = await ready(socket, 'secureConnect', signal)
    if (failure !== undefined) {
      socket.destroy()
      return failure
    }
    const askedAt = clock.now()
    const answer = await askOverTls(
      socket,
      hostOf(target),
      AbortSignal.any([signal, AbortSignal.timeout(stepWithinMs)]),
    )
    return isFailure(answer) ? answer : { ...answer, askedAt, answeredAt: clock.now() }
  })
  const knocked = once(async () => await knock(path))
  return { target, resolved, connected, shown, answered, hasSocket: () => existsSync(path), knocked }
}

const none: Failure = { errno: 'ENOTFOUND', text: 'the name has no address' }

function once<T>(walk: () => Promise<T>): () => Promise<T> {
  let walked: Promise<T> | undefined
  return () => (walked ??= walk())
}

async function resolve(host: string, clock: Clock, signal: AbortSignal): Promise<Resolved | Failure> {
  const startedAt = clock.monotonic()
  if (host === '') return none
  if (isIP(host) !== 0) return { addresses: [host], ms: 0 }
  const late = clock.sleep(stepWithinMs, signal).then(() => ({ errno: 'EAI_AGAIN', text: 'the resolver is silent' }))
  const found = lookup(host, { all: true, order: 'verbatim' }).then(
    (entries) => ({
      addresses: entries.slice(0, addressesMax).map(({ address }) => address),
      ms: Math.round(clock.monotonic() - startedAt),
    }),
    failureOf,
  )
  return await Promise.race([found, late])
}

async function knock(path: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const asked = connectTcp({ path })
  asked.setTimeout(knockWithinMs, () => resolve('ETIMEDOUT'))
  asked.once('connect', () => resolve(''))
  asked.on('error', (error) => resolve('code' in error ? String(error.code) : error.message))
  const answer = await promise
  asked.destroy()
  return answer
}

async function tryAddress(address: string, port: number, clock: Clock, signal: AbortSignal): Promise<Tried> {
  const startedAt = clock.monotonic()
  const socket = connectTcp({ host: address, port })
  const failure = await ready(socket, 'connect', signal)
  socket.destroy()
  return { address, failure, ms: Math.round(clock.monotonic() - startedAt) }
}

/** @returns why the socket did not get so far in time; undefined = it did */
async function ready(
  socket: Socket | TLSSocket,
  event: 'connect' | 'secureConnect',
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const { promise, resolve } = Promise.withResolvers<Failure | undefined>()
  const ended = AbortSignal.any([signal, AbortSignal.timeout(stepWithinMs)])
  const onAbort = () => resolve({ errno: 'ETIMEDOUT', text: `no answer in ${stepWithinMs / 1000} s` })
  socket.once(event, () => resolve(undefined))
  // Stays: an error after the wait would end the process.
  socket.on('error', (error) => resolve(failureOf(error)))
  socket.once('close', () => resolve({ errno: 'ECONNRESET', text: 'the connection was cut' }))
  ended.addEventListener('abort', onAbort, { once: true })
  if (ended.aborted) onAbort()
  try {
    return await promise
  } finally {
    ended.removeEventListener('abort', onAbort)
  }
}

function failureOf(error: unknown): Failure {
  const text = error instanceof Error ? error.message : String(error)
  return { errno: error instanceof Error && 'code' in error ? String(error.code) : '', text }
}

function tlsTo({ host, port }: ExchangeAddress, address: string) {
  const name = isIP(host) === 0 ? { servername: host } : {}
  return { ...name, host: address, port, minVersion: 'TLSv1.2' as const, ALPNProtocols: ['http/1.1'] }
}

/** As enrolment does: of a token only the pinned CA of the shown chain is trusted, and no identity is there yet. */
function trustOptions(trust: Trust | undefined, chain: readonly X509Certificate[]) {
  if (trust === undefined) return undefined
  if (trust.kind === 'pins') {
    const anchor = pinnedIn(chain, trust.pins)
    return anchor && { ca: anchor.toString() }
  }
  const { ca, identity } = trust
  return isMeasured(identity) ? { ca, cert: identity.certificate, key: identity.key } : { ca }
}

/** @returns the CA of the chain that a token pins; the leaf does not count (security 1.6) */
export function pinnedIn(chain: readonly X509Certificate[], pins: readonly string[]): X509Certificate | undefined {
  return chain.slice(1).find((certificate) => certificate.ca && pins.includes(pinOf(certificate)))
}

/** @returns SHA-256 over the SubjectPublicKeyInfo, base64url */
export function pinOf(certificate: X509Certificate): string {
  return createHash('sha256')
    .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url')
}

function chainOf(peer: DetailedPeerCertificate): readonly X509Certificate[] {
  const chain: X509Certificate[] = []
  for (let link: DetailedPeerCertificate | undefined = peer; link?.raw !== undefined && chain.length < chainMax; ) {
    chain.push(new X509Certificate(link.raw))
    link = link.issuerCertificate === link ? undefined : link.issuerCertificate
  }
  return chain
}

function hostOf({ host, port }: ExchangeAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}
