// EST, RFC 7030 with 8951: four routes for any client, on the devices' listener (security 1.1–1.3); and one of our own
// beside them, by which a device has the certificate of its syslog listener made.
import 'reflect-metadata'
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import * as x509 from '@peculiar/x509'
import { Fault } from '../../core/fault.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import { listenerEnrol } from '../../wire/registration/listener-enrol.ts'
import { type Answer, faultAnswer } from './answer.ts'
import { type Authority, certificateBundle } from './authority.ts'
import { checkChannelLink } from './channel-link.ts'
import { type CheckedRequest, checkRequest, requestBytesMax } from './csr.ts'
import type { Enrolled, Enrolment } from './enrolment.ts'
import { type FailureRate, openFailureRate } from './failure-rate.ts'
import type { Judgement } from './judge.ts'
import type { ListenerCertificates } from './listener-certificates.ts'
import type { KnownCertificate } from './registry.ts'
import { readBody } from './request-body.ts'
import type { Tokens } from './tokens.ts'

export const estPrefix = '/.well-known/est'

export type EstOptions = {
  readonly authority: Authority
  readonly tokens: Tokens
  readonly enrolment: Enrolment
  readonly listenerCertificates: ListenerCertificates
  /** @returns whether an organisation is known, and whether its requests must be bound to their channel. */
  readonly organisation: (id: string) => Promise<{ readonly channelLink: boolean } | undefined>
  readonly clock: Clock
  readonly log: Log
}

export type Est = {
  /** @param path below the prefix, without query; @param identity of the TLS client */
  answer(request: IncomingMessage, path: string, identity: () => Promise<Judgement>): Promise<Answer>
}

type Operation = 'cacerts' | 'simpleenroll' | 'simplereenroll' | 'csrattrs' | typeof listenerEnrol
const methods: Readonly<Record<Operation, 'GET' | 'POST'>> = {
  cacerts: 'GET',
  simpleenroll: 'POST',
  simplereenroll: 'POST',
  csrattrs: 'GET',
  [listenerEnrol]: 'POST',
}

/** DER of CsrAttrs holding the OID of challengePassword: bind the request to the channel. */
const channelLinkAttribute = 'MAsGCSqGSIb3DQEJBw==\n'

export function openEst(options: EstOptions): Est {
  const rate = openFailureRate(options.clock)
  return {
    async answer(request, path, identity) {
      const { operation, label } = route(path)
      if (request.method !== methods[operation])
        return faultAnswer(
          new Fault('enrolment.request.method', { what: `${operation} takes ${methods[operation]}` }),
          { Allow: methods[operation] },
        )
      const organisation = label === undefined ? undefined : await options.organisation(label)
      if (label !== undefined && organisation === undefined)
        throw new Fault('enrolment.organisation.unknown', { what: `There is no organisation ${label} here` })
      switch (operation) {
        case 'cacerts':
          return certificates(options.authority.caBundle, 'application/pkcs7-mime', request)
        case 'csrattrs':
          return organisation?.channelLink === true
            ? base64Answer(channelLinkAttribute, 'application/csrattrs')
            : { status: 204, type: '', body: '' }
        case 'simpleenroll':
          return enrol(options, rate, request, label)
        case 'simplereenroll':
          return reenrol(options, request, label, await identity())
        case listenerEnrol:
          return certifyListener(options, request, label, await identity())
        default:
          return operation satisfies never
      }
    },
  }
}

async function enrol(
  options: EstOptions,
  rate: FailureRate,
  request: IncomingMessage,
  label: string | undefined,
): Promise<Answer> {
  const address = request.socket.remoteAddress ?? ''
  const wait = rate.waitSeconds(address)
  if (wait > 0)
    return faultAnswer(new Fault('enrolment.rate', { what: `Too many wrong credentials from ${address}` }), {
      'Retry-After': String(wait),
    })
  // Read in any case, so that the connection can be kept whatever the answer is.
  const body = await readBody(request, requestBytesMax)
  const { user, key } = credentials(request)
  const token = await options.tokens.authenticate(user, key).catch((error: unknown) => {
    if (error instanceof Fault) rate.failed(address)
    throw error
  })
  checkLabel(label, token.organisation, 'token')
  const checked = await checkBody(options, request, body, token.organisation)
  return answered(options, request, checked, await options.enrolment.redeem(user, checked, address))
}

async function reenrol(
  options: EstOptions,
  request: IncomingMessage,
  label: string | undefined,
  identity: Judgement,
): Promise<Answer> {
  const body = await readBody(request, requestBytesMax)
  const { organisation, fingerprint } = certificateOf(identity, label)
  const checked = await checkBody(options, request, body, organisation)
  return answered(options, request, checked, await options.enrolment.renew(fingerprint, checked))
}

/** Not bound to its channel: the key is that of another process, and who may have the certificate shows its own. */
async function certifyListener(
  options: EstOptions,
  request: IncomingMessage,
  label: string | undefined,
  identity: Judgement,
): Promise<Answer> {
  const body = await readBody(request, requestBytesMax)
  const { organisation, device, fingerprint } = certificateOf(identity, label)
  checkType(request)
  const { chain, names, serial } = await options.listenerCertificates.issue(fingerprint, checkRequest(body))
  options.log.info({ organisation, device, serial, names }, 'listener certificate issued')
  return certificates(certificateBundle(chain), 'application/pkcs7-mime; smime-type=certs-only', request)
}

function certificateOf(identity: Judgement, label: string | undefined): KnownCertificate {
  if (identity.kind === 'refused') throw identity.fault
  if (identity.kind === 'none')
    throw new Fault('identity.missing', { what: 'This is by the certificate of a device, and none was shown' })
  checkLabel(label, identity.certificate.organisation, 'certificate')
  return identity.certificate
}

function checkLabel(label: string | undefined, organisation: string, of: 'token' | 'certificate'): void {
  if (label === undefined || label === organisation) return
  throw new Fault('enrolment.organisation.mismatch', {
    what: `The ${of} is of organisation ${organisation}, the path of ${label}`,
  })
}

async function checkBody(
  options: EstOptions,
  request: IncomingMessage,
  body: string,
  organisation: string,
): Promise<CheckedRequest> {
  checkType(request)
  const checked = checkRequest(body)
  const required = (await options.organisation(organisation))?.channelLink === true
  if (request.socket instanceof TLSSocket) checkChannelLink(checked.challenge, request.socket, required)
  return checked
}

function checkType(request: IncomingMessage): void {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/pkcs10')
    throw new Fault('enrolment.request.type', { what: `The request is ${type ?? 'of no type'}` })
}

/** What the request asked to be called goes to the log and nowhere else (security 1.4). */
function answered({ log }: EstOptions, request: IncomingMessage, checked: CheckedRequest, enrolled: Enrolled): Answer {
  const { organisation, device, serial, repeated } = enrolled
  const address = request.socket.remoteAddress
  log.info({ organisation, device, serial, repeated, address, wishes: checked.wishes }, 'certificate issued')
  const bundle = certificateBundle([new x509.X509Certificate(enrolled.pem)])
  return certificates(bundle, 'application/pkcs7-mime; smime-type=certs-only', request)
}

function route(path: string): { operation: Operation; label?: string } {
  const parts = path.split('/').slice(1)
  const operation = parts.at(-1)
  const label = parts[0]
  if (operation !== undefined && label !== undefined && isOperation(operation) && parts.length <= 2) {
    if (parts.length === 1) return { operation }
    if (/^[a-z0-9-]{1,63}$/.test(label) && !isOperation(label)) return { operation, label }
  }
  throw new Fault('enrolment.route.unknown', { what: 'There is no such EST operation' })
}

function isOperation(text: string): text is Operation {
  return Object.hasOwn(methods, text)
}

/** Throws `enrolment.credentials.missing` where there is no Basic pair that can be read. */
function credentials(request: IncomingMessage): { readonly user: string; readonly key: string } {
  const match = /^basic +([A-Za-z0-9+/=]{1,1024}) *$/i.exec(request.headers.authorization ?? '')
  const text = Buffer.from(match?.[1] ?? '', 'base64').toString('utf8')
  const colon = text.indexOf(':')
  if (colon < 1)
    throw new Fault('enrolment.credentials.missing', {
      what: request.headers.authorization === undefined ? 'No token was given' : 'The credentials cannot be read',
    })
  return { user: text.slice(0, colon), key: text.slice(colon + 1) }
}

/** One line for strongSwan, lines of 64 for libest, which says who it is (security, fact 3). */
function certificates(bundle: string, type: string, request: IncomingMessage): Answer {
  const agent = request.headers['user-agent'] ?? ''
  return base64Answer(/libest|cisco est/i.test(agent) ? bundle.replace(/(.{64})(?=.)/g, '$1\n') : bundle, type)
}

function base64Answer(body: string, type: string): Answer {
  // Deprecated by RFC 8951, and what older clients decode by.
  return { status: 200, type, body, headers: { 'Content-Transfer-Encoding': 'base64' } }
}
