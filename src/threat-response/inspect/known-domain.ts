// Whether a name is a domain that can exist: labels in form, and a top-level domain that is delegated (the public
// suffix list inside tldts, offline), reserved (RFC 2606, 6761, 6762, 7686, 9476) or common inside networks.
import { domainToASCII } from 'node:url'
import { parse } from 'tldts'

const reserved = new Set([
  'example',
  'test',
  'invalid',
  'localhost',
  'local',
  'onion',
  'internal',
  'alt',
  'i2p', // hidden services, not delegated
  'corp', // ICANN withholds it for ever, because it is common inside networks
  'lan', // RFC 6762, appendix G
])

const LENGTH_MAX = 253
const LABEL_MAX = 63
const offline = { extractHostname: false, validateHostname: false, mixedInputs: false, detectIp: false } as const

/**
 * @param name without leading or trailing dot, any case, IDN as letters or as punycode
 * @returns the domain in lower case and punycode, which is what sensors see; undefined where it is none, or is a
 * public suffix itself (`co.uk`)
 */
export function knownDomain(name: string): string | undefined {
  if (name.length > LENGTH_MAX || !name.includes('.')) return undefined
  const ascii = isAscii(name) ? name.toLowerCase() : domainToASCII(name)
  if (ascii === '' || ascii.length > LENGTH_MAX || !labelsHold(ascii)) return undefined
  const top = ascii.slice(ascii.lastIndexOf('.') + 1)
  if (reserved.has(top)) return ascii
  const parsed = parse(ascii, offline)
  return parsed.isIcann === true && parsed.domain !== null ? ascii : undefined
}

/** Every label 1–63 of letters, digits, `_` and inner `-`; the last begins with a letter and has two or more. */
export function labelsHold(ascii: string): boolean {
  const labels = ascii.split('.')
  const top = labels.at(-1) ?? ''
  return /^[a-z][a-z0-9-]*[a-z0-9]$/i.test(top) && labels.every(labelHolds)
}

function labelHolds(label: string): boolean {
  return label.length <= LABEL_MAX && /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?$/i.test(label)
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false
  return true
}
