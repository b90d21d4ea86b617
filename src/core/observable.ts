// An observable: a type of CTIM and a value. What is compared is the normal form made here; what is shown is
// what was seen (threat-response-contract 4.6; ctim-vocabulary.json, observableTypeRules, "compare").
import ipaddr from 'ipaddr.js'

export type Observable = { readonly type: ObservableType; readonly value: string }

/** The types that this version finds in events and texts; CTIM's list holds 63, all open to modules. */
export const observableTypes = [
  'ip',
  'ipv6',
  'domain',
  'url',
  'email',
  'md5',
  'sha1',
  'sha256',
  'file_name',
  'file_path',
  'hostname',
  'user',
  'user_agent',
  'mac_address',
  'email_subject',
  'email_messageid',
  'certificate_common_name',
  'certificate_issuer',
  'certificate_serial',
] as const

export type ObservableType = (typeof observableTypes)[number]

/** @returns whether this version knows how values of the type are compared. */
export function isObservableType(type: string): type is ObservableType {
  return observableTypes.some((known) => known === type)
}

/**
 * @returns the observable in the form in which it is compared: addresses canonical (RFC 5952, IPv4-mapped as IPv4, so
 * the type may change between ip and ipv6), names and hashes in lower case, scheme and host of a URL in lower case;
 * undefined where the value is none of its type, or stands for nothing (`-`, `0.0.0.0`, `Unknown`: traps C1).
 */
export function normalise(type: ObservableType, value: string): Observable | undefined {
  const text = value.trim()
  if (text === '' || (text.length <= nothingLengthMax && nothings.has(text.toLowerCase()))) return undefined
  switch (type) {
    case 'ip':
    case 'ipv6':
      return address(text)
    case 'domain':
    case 'hostname': {
      const name = text.toLowerCase().replace(/\.$/, '')
      return name === '' ? undefined : { type, value: name }
    }
    case 'md5':
    case 'sha1':
    case 'sha256':
      return hashLengths[type] === text.length && /^[0-9a-fA-F]+$/.test(text)
        ? { type, value: text.toLowerCase() }
        : undefined
    case 'mac_address': {
      const digits = text.toLowerCase().replace(/[^0-9a-f]/g, '')
      return digits.length === 12 ? { type, value: digits.replace(/(..)(?=.)/g, '$1:') } : undefined
    }
    case 'email': {
      const at = text.lastIndexOf('@')
      return at < 1 || at === text.length - 1
        ? undefined
        : { type, value: text.slice(0, at + 1) + text.slice(at + 1).toLowerCase() }
    }
    case 'url': {
      const match = /^([a-zA-Z][a-zA-Z0-9+.-]*:\/\/)([^/?#]*)(.*)$/s.exec(text)
      return match?.[1] && match[2]
        ? { type, value: match[1].toLowerCase() + match[2].toLowerCase() + (match[3] ?? '') }
        : undefined
    }
    case 'email_messageid':
      return { type, value: text.replace(/^<|>$/g, '') }
    case 'user':
      return { type, value: text.toLowerCase() }
    case 'certificate_serial':
      return { type, value: text.toLowerCase().replace(/[^0-9a-f]/g, '') }
    case 'file_name':
    case 'file_path':
    case 'user_agent':
    case 'email_subject':
    case 'certificate_common_name':
    case 'certificate_issuer':
      return { type, value: text }
    default:
      return type satisfies never
  }
}

const hashLengths = { md5: 32, sha1: 40, sha256: 64 } as const

/** Words of sensors that stand for "no value" (traps C1). */
const nothings = new Set([
  '-',
  '(empty)',
  'failed',
  'unknown',
  'n/a',
  'no authentication required',
  'not found',
  'unavailable',
  'invalid id',
  '0.0.0.0',
  '::',
])

/** Most values are longer: they need no look-up, which would fold them first. */
const nothingLengthMax = Math.max(...[...nothings].map((word) => word.length))

/** @returns whether the text is an IPv4 address in canonical form that stands for something: no parser is needed then. */
export function isPlainV4(text: string): boolean {
  return plainV4.test(text) && text !== '0.0.0.0'
}

const plainV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)\.){3}(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/

function address(text: string): Observable | undefined {
  if (plainV4.test(text)) return { type: 'ip', value: text }
  const zone = text.indexOf('%')
  const bare = zone < 0 ? text : text.slice(0, zone)
  if (!bare.includes(':') || !ipaddr.IPv6.isValid(bare)) return undefined
  const parsed = ipaddr.IPv6.parse(bare)
  if (parsed.isIPv4MappedAddress()) return { type: 'ip', value: parsed.toIPv4Address().toString() }
  const canonical = parsed.toRFC5952String()
  return canonical === '::' ? undefined : { type: 'ipv6', value: canonical }
}
