// Which addresses a relay's name may lead to, judged when the socket connects (security S2): what is public, and the
// kind of inner address it led to when an operator typed it. A name that later turns inward is refused.
import ipaddr from 'ipaddr.js'
import { Fault } from '../../../core/fault.ts'

export type Resolved = { readonly address: string; readonly family: number }
/** Asks the name server; an address in text resolves to itself. */
export type Resolve = (hostname: string) => Promise<readonly Resolved[]>

/** Inner ranges that an operator may mean; no other range ever is a relay. */
const typable = new Set(['loopback', 'private', 'uniqueLocal', 'carrierGradeNat'])
/** Services of clouds that give credentials to whoever asks (security S2). */
const metadata = new Set(['169.254.169.254', 'fd00:ec2::254', '100.100.100.200', '192.0.0.192'])

/** @returns ipaddr.js's word for the range, of an IPv4 address that an IPv6 one carries for that; `metadata`; `invalid` */
export function rangeOf(text: string): string {
  const bare = text.replace(/^\[|\]$/g, '').replace(/%.*$/, '')
  if (!ipaddr.isValid(bare)) return 'invalid'
  const address = ipaddr.process(bare)
  if (metadata.has(address.toString())) return 'metadata'
  if (address instanceof ipaddr.IPv4) return address.range()
  const carried = carriedV4(address)
  return carried === undefined ? address.range() : rangeOf(carried)
}

/** @param reach inner ranges that this instance may reach */
export function mayReach(address: string, reach: readonly string[]): boolean {
  const range = rangeOf(address)
  return range === 'unicast' || (typable.has(range) && reach.includes(range))
}

/**
 * @returns the inner ranges that the host leads to now, to be kept beside the instance; a name that does not resolve
 * may later reach public addresses only
 * @throws Fault module.settings for an address that is nobody's relay
 */
export async function reachOf(hostname: string, resolve: Resolve): Promise<readonly string[]> {
  const bare = hostname.replace(/^\[|\]$/g, '')
  const resolved = ipaddr.isValid(bare) ? [{ address: bare }] : await resolve(bare).catch(() => [])
  const ranges = new Set(resolved.map(({ address }) => rangeOf(address)))
  ranges.delete('unicast')
  for (const range of ranges)
    if (!typable.has(range))
      throw new Fault('module.settings', {
        what: `${bare} leads to an address that is ${range}`,
        remedy: 'Give the address at which the module answers.',
      })
  return [...ranges]
}

/** IPv4 in the last 32 bits (compatible, 64:ff9b::/96 and /48), after 2002: (6to4), or inverted (Teredo). */
function carriedV4(address: ipaddr.IPv6): string | undefined {
  const bytes = address.toByteArray()
  const dotted = (from: number, mask = 0) =>
    bytes
      .slice(from, from + 4)
      .map((byte) => byte ^ mask)
      .join('.')
  switch (address.range()) {
    case 'rfc6052':
    case 'rfc6145':
    case 'ipv4Mapped':
      return dotted(12)
    case '6to4':
      return dotted(2)
    case 'teredo':
      return dotted(12, 0xff)
    default: {
      const isCompatible = bytes.slice(0, 12).every((byte) => byte === 0) && bytes.slice(12).some((byte) => byte > 1)
      return isCompatible || address.toNormalizedString().startsWith('64:ff9b:') ? dotted(12) : undefined
    }
  }
}
