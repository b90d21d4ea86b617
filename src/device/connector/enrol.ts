// Enrolment with one pasted token: look for the pinned CA, verify it, spend the token through EST, learn the roles, and
// write it all down (issue 8, part 4; security 2, 3.4). May be repeated until it succeeds: the same key asks again.
import { X509Certificate } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { Fault } from '../../core/fault.ts'
import type { Clock } from '../../platform/clock.ts'
import { writeDurably } from '../../platform/write-durably.ts'
import type { ClientRecord, RoleUrls } from '../../wire/registration/clients.ts'
import { decodeToken, splitAddress, tokenForLog, type TokenParts } from '../../wire/registration/token.ts'
import type { ConnectorLog } from './connector-log.ts'
import { anchorFile, writeContext } from './contexts.ts'
import { cacerts, enrolKey, type EstExchange, hostHeader } from './est-client.ts'
import { forgetFailedEnrolment, noteFailedEnrolment } from './failed-enrolment.ts'
import { newKey, type PendingKey, pendingKey, writeCertificate } from './identity.ts'
import { findAnchor } from './pinned-anchor.ts'
import { defaultProperties, formatProperties, propertiesFile, readProperties } from './properties.ts'
import type { Proxy } from './proxy.ts'
import type { Target } from './reach.ts'
import { fetchRegistration } from './registration.ts'

export type EnrolOptions = {
  /** As it was pasted. */
  readonly token: string
  /** The device's folder. */
  readonly folder: string
  /** A wish; by default what the token suggests, else the name of this machine. */
  readonly deviceName?: string
  /** Through which the way leads; by default the one that connector.properties names. */
  readonly proxy?: Proxy
  readonly clock: Clock
  readonly log: ConnectorLog
  readonly signal: AbortSignal
}

export type Enrolment = {
  readonly device: string
  readonly organisation: string
  readonly roles: RoleUrls
  readonly exchange: Target
  readonly serial: string
  /** Unix ms. */
  readonly notAfter: number
}

/** A pending enrolment is asked again so often, for as long as its token may be valid. */
const pendingAskMs = 10_000

/**
 * Enrols this device. Nothing of an earlier enrolment is touched before the new one is complete.
 * @throws Fault enrolment.*, tls.*, tcp.*, dns.failed, clock.behind, identity.key.loose, http.unexpected
 */
export async function enrol(options: EnrolOptions): Promise<Enrolment> {
  const { clock, log } = options
  const token = decodeToken(options.token)
  if (token.expires * 1000 < clock.now())
    log.write('warning', 'est:enrol', `${tokenForLog(token)} seems to have expired by the clock of this machine`)
  try {
    const enrolment = await enrolAt(options, token, await firstReachable(options, token))
    log.write('info', 'context:activate', `enrolled as ${enrolment.device} of ${enrolment.organisation}`)
    forgetFailedEnrolment(options.folder)
    return enrolment
  } catch (error) {
    if (error instanceof Fault) {
      log.write('error', 'est:enrol', `${tokenForLog(token)}: ${error.code}: ${error.what}`)
      noteFailedEnrolment(options.folder, token, error, clock.now())
    }
    throw error
  }
}

type Reached = { readonly target: Target; readonly anchor: string }

/** The addresses in turn: the next one only where the way is closed, never where somebody else answered. */
async function firstReachable(options: EnrolOptions, token: TokenParts): Promise<Reached> {
  const { folder, clock, signal } = options
  const proxy = options.proxy ?? readKept(join(folder, propertiesFile))?.proxy
  let last: unknown
  for (const address of token.addresses) {
    const target = { ...splitAddress(address), ...(proxy === undefined ? {} : { proxy }) }
    try {
      return { target, anchor: await findAnchor(target, token.pins, clock, signal) }
    } catch (error) {
      if (!(error instanceof Fault && /^(dns|tcp)\./.test(error.code))) throw error
      last = error
    }
  }
  throw last
}

async function enrolAt(options: EnrolOptions, token: TokenParts, { target, anchor }: Reached): Promise<Enrolment> {
  const { folder, clock, signal } = options
  const name = options.deviceName ?? token.deviceName ?? hostname()
  const exchange: EstExchange = {
    target,
    ...(token.organisation === undefined ? {} : { label: token.organisation }),
    trust: { kind: 'anchors', ca: anchor },
  }
  const { pending, certificate } = await certify(exchange, token, name, options)
  const anchors = await trusted(exchange, anchor, certificate, signal)
  const identity = { certificate: certificate.toString(), key: pending.key }
  const record = await fetchRegistration(target, { kind: 'anchors', ca: anchors, ...identity }, signal)
  writeDown(folder, { target, anchors, record, enrolledAt: clock.now() })
  // Last: a key without certificate is one that still asks.
  writeCertificate(folder, pending.generation, identity.certificate)
  return {
    device: record.clientId,
    organisation: record.organisation,
    roles: record.roles,
    exchange: target,
    serial: certificate.serialNumber.toLowerCase(),
    notAfter: certificate.validToDate.getTime(),
  }
}

async function certify(
  exchange: EstExchange,
  token: TokenParts,
  name: string,
  { folder, clock, log, signal }: EnrolOptions,
): Promise<{ pending: PendingKey; certificate: X509Certificate }> {
  const basic = { user: token.user, key: token.key }
  let pending = pendingKey(folder)
  let renewedKey = false
  for (;;) {
    try {
      const answer = await enrolKey(exchange, { key: pending.key, name, basic }, signal)
      if (answer.kind === 'issued') return { pending, certificate: answer.certificate }
      if (token.expires * 1000 < clock.now())
        throw new Fault('enrolment.pending', { what: 'Nobody approved it in time' })
      log.write('info', 'est:enrol', `${tokenForLog(token)}: enrolment.pending`)
      const leftMs = Math.max(0, token.expires * 1000 - clock.now()) + pendingAskMs
      await clock.sleep(Math.min(Math.max(pendingAskMs, answer.retryAfterS * 1000), leftMs), signal)
      signal.throwIfAborted()
    } catch (error) {
      // A key kept from an enrolment elsewhere: the token is not spent by this refusal, so one new key may try it.
      if (!(error instanceof Fault && error.code === 'enrolment.key.reused') || renewedKey) throw error
      renewedKey = true
      pending = newKey(folder)
    }
  }
}

/** The bundle of all CAs of the exchange, the pinned one among them; the new certificate must be from one of them. */
async function trusted(
  exchange: EstExchange,
  anchor: string,
  certificate: X509Certificate,
  signal: AbortSignal,
): Promise<string> {
  const bundle = new Map([[new X509Certificate(anchor).fingerprint256, anchor]])
  for (const ca of await cacerts(exchange, signal)) if (ca.ca) bundle.set(ca.fingerprint256, ca.toString())
  const anchors = [...bundle.values()].map((pem) => new X509Certificate(pem))
  if (!anchors.some((ca) => certificate.checkIssued(ca) && certificate.verify(ca.publicKey)))
    throw new Fault('enrolment.reply.invalid', { what: 'The certificate that came back is from another CA' })
  return anchors
    .map((ca) => ca.toString().trim())
    .join('\n')
    .concat('\n')
}

function writeDown(
  folder: string,
  enrolled: { target: Target; anchors: string; record: ClientRecord; enrolledAt: number },
): void {
  const { target, anchors, record, enrolledAt } = enrolled
  try {
    const file = join(folder, propertiesFile)
    const { host, port, proxy } = target
    const connectorFqdn = { host, port }
    const before = readKept(file) ?? defaultProperties(connectorFqdn)
    writeDurably(join(folder, anchorFile), anchors)
    writeContext(folder, { ...record, enrolledAt, journal: '', rolesFrom: hostHeader(target) })
    writeDurably(file, formatProperties({ ...before, connectorFqdn, ...(proxy === undefined ? {} : { proxy }) }))
  } catch (error) {
    throw error instanceof Fault
      ? error
      : new Fault('enrolment.key.unwritable', { what: `${folder} cannot be written`, cause: error })
  }
}

/** Interval and port that somebody set survive; a file that cannot be read is replaced. */
function readKept(file: string) {
  try {
    return readProperties(file)
  } catch {
    return undefined
  }
}
