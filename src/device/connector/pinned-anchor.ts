// The first look at an exchange: an unverified connection over which nothing is sent, to find the CA that the token
// pins; only that CA is trusted from then on (security 1.6, 3.4).
import { createHash, X509Certificate } from 'node:crypto'
import type { DetailedPeerCertificate } from 'node:tls'
import { Fault } from '../../core/fault.ts'
import type { Clock } from '../../platform/clock.ts'
import { reachAny, type Target } from './reach.ts'

/** A chain is leaf, perhaps cross certificates, CA. */
const chainMax = 8

/**
 * @param pins SHA-256 of a CA's SPKI, base64url
 * @returns PEM of the pinned CA that the server showed; a pin that matches the leaf does not count
 * @throws Fault of the network, tls.pin.mismatch, clock.behind
 */
export async function findAnchor(
  target: Target,
  pins: readonly string[],
  clock: Clock,
  signal: AbortSignal,
): Promise<string> {
  const socket = await reachAny(target, { kind: 'look' }, signal)
  const chain = chainOf(socket.getPeerCertificate(true))
  socket.destroy()
  const anchor = chain.slice(1).find((certificate) => certificate.ca && pins.includes(spkiPin(certificate)))
  if (anchor === undefined) throw mismatch(target, chain, pins)
  const [leaf] = chain
  // Said here, where the dates are at hand: later Node tells only that the certificate is not yet valid.
  const behindMs = (leaf?.validFromDate.getTime() ?? 0) - clock.now()
  if (behindMs > 0)
    throw new Fault('clock.behind', {
      what: `The certificate of ${target.host} begins ${duration(behindMs)} after the time of this machine`,
    })
  return anchor.toString()
}

/** @returns SHA-256 over the SubjectPublicKeyInfo, base64url: what a token pins. */
export function spkiPin(certificate: X509Certificate): string {
  return createHash('sha256')
    .update(certificate.publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64url')
}

function chainOf(peer: DetailedPeerCertificate): X509Certificate[] {
  const chain: X509Certificate[] = []
  for (let link: DetailedPeerCertificate | undefined = peer; link?.raw !== undefined && chain.length < chainMax; ) {
    chain.push(new X509Certificate(link.raw))
    link = link.issuerCertificate === link ? undefined : link.issuerCertificate
  }
  return chain
}

function mismatch(target: Target, chain: readonly X509Certificate[], pins: readonly string[]): Fault {
  const last = chain.at(-1)
  const seen = last === undefined ? 'none' : `${spkiPin(last)} (issuer ${last.issuer.replaceAll('\n', ', ')})`
  return new Fault('tls.pin.mismatch', {
    what: `${target.host} showed a CA that the token does not name: pinned ${pins.join(' or ')}, seen ${seen}`,
  })
}

function duration(ms: number): string {
  const hours = ms / 3_600_000
  return hours >= 1 ? `${Math.ceil(hours)} h` : `${Math.ceil(ms / 60_000)} min`
}
