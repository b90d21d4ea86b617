// What a device does when a channel could not be made or has ended: the table of security 3.4 as data.
// Only identity.unknown may lead to enrolment anew, and only where someone gives a token: a device that took any other
// refusal for "not registered" would re-enrol in vain for ever (security, fact 6).
import type { BackOff } from './back-off.ts'

const hourMs = 3_600_000

/** "Stops": asks once an hour, so that what an operator mends at the exchange needs no visit to the device. */
const stops = new Set([
  'identity.revoked',
  'identity.removed',
  'identity.lapsed',
  'identity.unknown',
  'identity.unlisted',
  'identity.missing',
  'identity.purpose',
  'identity.superseded',
  'channel.clone',
])

/** Not mended by itself within seconds: the longest wait of the back-off from the first time on. */
const slow = new Set([
  'tls.name.mismatch',
  'tls.untrusted',
  'tls.pin.mismatch',
  'proxy.credentials',
  'proxy.refused',
  'channel.version',
  'channel.frame.large',
  'channel.replaced',
])
const slowMs = 30_000

/** @returns whether nothing is tried until the identity changes or an hour has passed */
export function stopsDevice(code: string): boolean {
  return stops.has(code) || code === 'identity.banned'
}

/** @returns milliseconds until the next attempt */
export function waitAfter(code: string, servedMs: number, comeBackMs: number | undefined, backOff: BackOff): number {
  if (code === 'identity.banned') return 24 * hourMs
  if (stops.has(code)) return hourMs
  return backOff.next(servedMs, slow.has(code) ? slowMs : comeBackMs)
}
