// Addresses in a text. A port is cut off, of a network the address stays and the mask is told apart, a version number
// is no address.
import ipaddr from 'ipaddr.js'
import { type Observable, normalise } from '../../core/observable.ts'
import { ADDRESS, DIGIT, LETTER_OR_DIGIT, characterClass, runEnd } from './character-class.ts'
import type { Found } from './read-url.ts'

/** The longest is an IPv4-mapped address in full, 45 characters; a little more, to see that a run is none. */
const TEXT_MAX = 64

/**
 * @param from the beginning of a run; what stands before it is no part of a name
 * @returns the IPv6 address there; words joined by `::` (`Agent::Base`) are none
 */
export function readIpv6(text: string, from: number): Found<Observable> | undefined {
  let end = runEnd(text, from, ADDRESS, TEXT_MAX)
  if (end - from === TEXT_MAX || isLetterOrDigit(text, end)) return undefined
  while (end > from && (text[end - 1] === '.' || (text[end - 1] === ':' && text[end - 2] !== ':'))) end--
  const value = text.slice(from, end)
  if (!looksLikeIpv6(value)) return undefined
  const address = normalise('ipv6', value)
  return address && { value: address, end }
}

function looksLikeIpv6(value: string): boolean {
  const first = value.indexOf(':')
  if (first < 0 || value.indexOf(':', first + 1) < 0) return false
  return /[0-9]/.test(value) || /(?:^|:)[a-f]{4}(?:$|:)/.test(value)
}

/**
 * IPv4 addresses of a run of name characters: one, a range (`192.0.2.1-192.0.2.9`, `192.0.2.1-9`), or with a port behind a
 * dot as tcpdump writes it.
 * @returns undefined where the run is something else; an empty list where it is a version
 */
export function ipv4sOf(text: string, start: number, end: number): readonly Observable[] | undefined {
  const first = characterClass(text.charCodeAt(start))
  if ((first & DIGIT) === 0 || end - start > 4 * TEXT_MAX) return undefined
  const run = text.slice(start, end)
  if (!run.includes('.')) return undefined
  const parts = run.split(/[-_]/)
  const addresses: Observable[] = []
  for (const part of parts) {
    const address = normalise('ip', part) ?? tcpdumpAddress(text, start, end, part)
    if (address) addresses.push(address)
    else if (part === '0.0.0.0') continue
    else if (addresses.length === 0 || !/^\d+$/.test(part)) return undefined
  }
  return isVersion(text, start) ? [] : addresses
}

/** `192.0.2.1.51234 > 198.51.100.2.443:` */
function tcpdumpAddress(text: string, start: number, end: number, part: string): Observable | undefined {
  const dot = part.lastIndexOf('.')
  if (!text.startsWith(' > ', end) && !text.startsWith('> ', start - 2)) return undefined
  return /^\d{1,5}$/.test(part.slice(dot + 1)) ? normalise('ip', part.slice(0, dot)) : undefined
}

const versionWords = new Set(['v', 'ver', 'version', 'versions', 'release', 'build', 'revision'])

/** `version 1.2.3.4`, and `Chrome/1.2.3.4`: a word with a capital before the slash, as in a User-Agent. */
function isVersion(text: string, start: number): boolean {
  let at = start - 1
  const slash = text[at] === '/'
  while (at >= 0 && at > start - 3 && ' :=/'.includes(text[at] ?? '')) at--
  let wordStart = at + 1
  while (wordStart > 0 && wordStart > at - 16 && /[A-Za-z]/.test(text[wordStart - 1] ?? '')) wordStart--
  const word = text.slice(wordStart, at + 1)
  if (slash && at === start - 2 && /^[A-Z]/.test(word) && text[wordStart - 1] !== '.') return true
  return versionWords.has(word.toLowerCase())
}

/**
 * @param end where the address ended
 * @returns the network in canonical form (`10.0.0.0/8`) where `/BITS` follows; a mask of the full length or 0 is none
 */
export function readNetwork(text: string, end: number, address: Observable): string | undefined {
  if (text[end] !== '/') return undefined
  const bitsEnd = runEnd(text, end + 1, DIGIT, 4)
  if (isLetterOrDigit(text, bitsEnd) || (text[bitsEnd] === '.' && isLetterOrDigit(text, bitsEnd + 1))) return undefined
  const bits = Number(text.slice(end + 1, bitsEnd))
  const width = address.type === 'ip' ? 32 : 128
  if (bitsEnd === end + 1 || bits === 0 || bits >= width) return undefined
  const cidr = `${address.value}/${bits}`
  return address.type === 'ip'
    ? `${ipaddr.IPv4.networkAddressFromCIDR(cidr).toString()}/${bits}`
    : `${ipaddr.IPv6.networkAddressFromCIDR(cidr).toRFC5952String()}/${bits}`
}

function isLetterOrDigit(text: string, at: number): boolean {
  return at < text.length && (characterClass(text.charCodeAt(at)) & LETTER_OR_DIGIT) !== 0
}
