// Addresses in a query: one, a network, or a beginning at a dot. Terms hold addresses as hexadecimal digits of fixed
// width, so a network is at most eight beginnings.
import ipaddr from 'ipaddr.js'
import type { Expression } from './plan.ts'

/** @returns the expression for an address or network; undefined where the text is neither. */
export function addressExpression(text: string): Expression | undefined {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text
  const slash = bare.lastIndexOf('/')
  const host = slash < 0 ? bare : bare.slice(0, slash)
  const bytes = addressBytes(host)
  if (bytes === undefined) return undefined
  const bits = bytes.length * 8
  if (slash < 0) return network(bytes, bits)
  const mask = bare.slice(slash + 1)
  if (!/^\d{1,3}$/.test(mask) || Number(mask) > bits) return undefined
  return network(bytes, Number(mask))
}

/** @returns the network that a beginning such as `10.`, `10.1.` or `10.1` before a `*` means; undefined for others. */
export function addressPrefix(text: string): Expression | undefined {
  const octets = /^(?:\d{1,3}\.){1,3}$/.test(text) ? text.slice(0, -1).split('.').map(Number) : []
  if (octets.length === 0 || octets.some((octet) => octet > 255)) return undefined
  return network([...octets, ...Array<number>(4 - octets.length).fill(0)], octets.length * 8)
}

function addressBytes(host: string): readonly number[] | undefined {
  if (/^\d{1,3}(?:\.\d{1,3}){3}$/.test(host))
    return ipaddr.IPv4.isValidFourPartDecimal(host) ? ipaddr.IPv4.parse(host).toByteArray() : undefined
  if (!host.includes(':') || !ipaddr.IPv6.isValid(host) || host.includes('%')) return undefined
  const parsed = ipaddr.IPv6.parse(host)
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address().toByteArray() : parsed.toByteArray()
}

function network(bytes: readonly number[], bits: number): Expression {
  const name = bytes.length === 4 ? 'ip:' : 'ip6:'
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  if (bits === hex.length * 4) return { kind: 'term', term: name + hex }
  const digits = Math.floor(bits / 4)
  const begin = name + hex.slice(0, digits)
  const rest = bits % 4
  if (rest === 0) return { kind: 'prefix', prefix: begin }
  const size = 16 >> rest
  const low = Number.parseInt(hex[digits] ?? '0', 16) & ~(size - 1)
  return {
    kind: 'or',
    parts: Array.from({ length: size }, (_, index) => ({
      kind: 'prefix',
      prefix: begin + (low + index).toString(16),
    })),
  }
}
