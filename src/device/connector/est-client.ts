// EST as a device speaks it: first enrolment by token, re-enrolment by certificate, the bundle of CAs (RFC 7030 in the
// profile of security 1.1–1.3). The key exists and is synced before a request is made.
import type { X509Certificate } from 'node:crypto'
import { createPrivateKey } from 'node:crypto'
import { Fault } from '../../core/fault.ts'
import { formatAddress } from '../../platform/address.ts'
import { listenerEnrol } from '../../wire/registration/listener-enrol.ts'
import { answerFault, exchangeHttp, type HttpAnswer } from './http-exchange.ts'
import { reachAny, type Target, type Trust } from './reach.ts'

export type EstExchange = {
  readonly target: Target
  /** EST label: the organisation. */
  readonly label?: string
  /** Anchors, and the identity where one is shown. */
  readonly trust: Trust & { readonly kind: 'anchors' }
}

export type Issued = { readonly kind: 'issued'; readonly certificate: X509Certificate }
/** Approval is waited for: ask again with the same key after so many seconds. */
export type Pending = { readonly kind: 'pending'; readonly retryAfterS: number }

/** All CAs the exchange trusts, asked over a verified connection. @throws Fault */
export async function cacerts(exchange: EstExchange, signal: AbortSignal): Promise<readonly X509Certificate[]> {
  const socket = await reachAny(exchange.target, exchange.trust, signal)
  const answer = await exchangeHttp(
    socket,
    { method: 'GET', host: hostHeader(exchange.target), path: estPath(exchange, 'cacerts') },
    signal,
  )
  if (answer.status !== 200) throw answerFault(answer, exchange.target.host)
  return await parse(answer.body, exchange.target.host)
}

/**
 * @param key PEM; @param name a wish
 * @param basic user and key of a token; undefined = re-enrolment by the certificate in `trust`
 * @throws Fault as the exchange says, enrolment.reply.invalid where the certificate is not ours
 */
export async function enrolKey(
  exchange: EstExchange,
  { key, name, basic }: { key: string; name: string; basic?: { readonly user: string; readonly key: string } },
  signal: AbortSignal,
): Promise<Issued | Pending> {
  for (let attempt = 1; ; attempt++) {
    const answer = await ask(exchange, { key, name, ...(basic === undefined ? {} : { basic }) }, signal)
    if (answer.status === 200) return { kind: 'issued', certificate: await issued(answer, exchange, key) }
    if (answer.status === 202) return { kind: 'pending', retryAfterS: answer.retryAfterS }
    const fault = answerFault(answer, exchange.target.host)
    // Bound to another connection: something in between ended TLS and began it anew. Once more, then it is told.
    if (fault.code !== 'enrolment.pop.mismatch' || attempt > 1) throw fault
  }
}

/**
 * Has the certificate of a listener made, by the certificate in `trust`.
 * @param csr base64 of a PKCS#10, of a key that need not be ours
 * @returns the certificate and its CA
 * @throws Fault as the exchange says, enrolment.reply.invalid where the certificate is not for this request
 */
export async function certifyListener(
  exchange: EstExchange,
  csr: string,
  signal: AbortSignal,
): Promise<readonly X509Certificate[]> {
  const { target } = exchange
  const socket = await reachAny(target, exchange.trust, signal)
  const headers = { 'Content-Type': 'application/pkcs10', 'Content-Transfer-Encoding': 'base64' }
  const path = estPath(exchange, listenerEnrol)
  const sent = { method: 'POST', host: hostHeader(target), path, headers, body: csr } as const
  const answer = await exchangeHttp(socket, sent, signal)
  if (answer.status !== 200) throw answerFault(answer, target.host)
  const { keyOfRequest } = await import('./received-certificates.ts')
  const key = keyOfRequest(csr)
  const received = await parse(answer.body, target.host)
  const mine = received.find((one) => !one.ca && one.publicKey.export({ type: 'spki', format: 'der' }).equals(key))
  const issuer = received.find((one) => one.ca && mine?.checkIssued(one) === true && mine.verify(one.publicKey))
  if (mine === undefined || issuer === undefined)
    throw new Fault('enrolment.reply.invalid', { what: `${target.host} sent no certificate for this listener` })
  return [mine, issuer]
}

async function ask(
  exchange: EstExchange,
  { key, name, basic }: { key: string; name: string; basic?: { readonly user: string; readonly key: string } },
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const { makeRequest } = await import('../../platform/certificate-request.ts')
  const socket = await reachAny(exchange.target, exchange.trust, signal)
  try {
    const binding = socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))
    const body = await makeRequest({ key, name, binding })
    const headers = {
      'Content-Type': 'application/pkcs10',
      'Content-Transfer-Encoding': 'base64',
      ...(basic === undefined
        ? {}
        : { Authorization: `Basic ${Buffer.from(`${basic.user}:${basic.key}`).toString('base64')}` }),
    }
    const path = estPath(exchange, basic === undefined ? 'simplereenroll' : 'simpleenroll')
    return await exchangeHttp(
      socket,
      { method: 'POST', host: hostHeader(exchange.target), path, headers, body },
      signal,
    )
  } finally {
    socket.destroy()
  }
}

async function issued(answer: HttpAnswer, exchange: EstExchange, key: string): Promise<X509Certificate> {
  const privateKey = createPrivateKey(key)
  const certificates = await parse(answer.body, exchange.target.host)
  const mine = certificates.find((certificate) => certificate.checkPrivateKey(privateKey))
  if (mine === undefined || mine.ca)
    throw new Fault('enrolment.reply.invalid', { what: `${exchange.target.host} sent no certificate for this key` })
  return mine
}

async function parse(body: string, host: string): Promise<X509Certificate[]> {
  const { readCertificates } = await import('./received-certificates.ts')
  try {
    return readCertificates(body)
  } catch (error) {
    throw new Fault('enrolment.reply.invalid', { what: `${host} sent what is no PKCS#7`, cause: error })
  }
}

function estPath({ label }: EstExchange, operation: string): string {
  return `/.well-known/est/${label === undefined ? '' : `${label}/`}${operation}`
}

/** @returns the Host header for a target. */
export function hostHeader(target: Target): string {
  return formatAddress(target)
}
