// The terms under which an event is found: its observables and facets, each `name:value` (DESIGN "Storage").
// FTS5's ascii tokenizer folds A–Z, so a value with capitals, or a long one, is kept as its folded beginning and a hash:
// found whole exactly, and by prefix without regard to case.
import { hash } from 'node:crypto'
import ipaddr from 'ipaddr.js'
import type { SensorEvent } from '../../../core/event.ts'
import type { Observable, ObservableType } from '../../../core/observable.ts'

/** Between two terms of a document: the only characters that are no part of one are control characters. */
export const termSeparator = '\n'
/** Between the documents of two events: those of a block are one string, which crosses threads at a sixth of an array's cost (performance 4). */
export const documentSeparator = '\x1e'
/** Longest value that is a term as it is, and what is kept of a longer one, in characters. */
const plainMax = 120
export const foldedMax = 64

/** Terms of long values, which repeat much: a user agent stands in every request of a browser. */
const longTerms = new Map<string, Map<string, string>>()
/** Of each name. */
const longTermsMax = 4_096

/** @returns the term of an exact value. */
export function term(name: string, value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what separates terms cannot stand in one
  if (value.length <= plainMax && !/[A-Z\x00-\x1f\x7f]/.test(value)) return `${name}:${value}`
  const terms = longTerms.get(name) ?? new Map<string, string>()
  const known = terms.get(value)
  if (known !== undefined) return known
  const made = `${name}~${folded(value)}~${hash('sha256', value, 'hex').slice(0, 16)}`
  if (terms.size >= longTermsMax) terms.clear()
  longTerms.set(name, terms.set(value, made))
  return made
}

/** @returns whether a term does not hold its value whole. */
export function isLongTerm(text: string): boolean {
  return /^[a-z0-9_]+~/.test(text)
}

/** @returns the beginnings of all terms whose value begins so, without regard to case. */
export function prefixTerms(name: string, prefix: string): string[] {
  const small = fold(prefix)
  return prefix.length <= foldedMax ? [`${name}:${small}`, `${name}~${small}`] : [`${name}:${small}`]
}

/** @returns A–Z in lower case, as the tokenizer has it. */
export function fold(value: string): string {
  return value.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase())
}

/** @returns the term that finds exactly this observable; the value in normal form. */
export function observableTerm(type: ObservableType, value: string): string {
  if (type === 'ip') return `ip:${hexOfV4(value)}`
  if (type === 'ipv6') return `ip6:${hexOfV6(value)}`
  return term(type, value)
}

/** @returns the term of everything below a domain. */
export function underTerm(domain: string): string {
  return term('under', domain)
}

/**
 * @returns the term of a rule or its beginning: `gid:sid` is kept as `sid:gid`, so that a sid alone finds it under every
 * generator
 */
export function signatureTerm(id: string): string {
  const match = /^(\d+):(\d+)$/.exec(id)
  return match === null ? term('sid', id) : `sid:${match[2]}:${match[1]}`
}

/** @returns what all events of a block share. */
export function blockTerms(device: string, source: string): string {
  return term('device', device) + termSeparator + term('source', source)
}

export const quarantinedTerm = 'is:quarantined'

/** @returns the document of an event; `shared` from blockTerms. */
export function eventTerms(event: SensorEvent, shared: string): string {
  const { flow, signature } = event
  let terms = `${shared}\nsensor:${event.sensor}\nseverity:${event.severity}\n${term('type', event.type)}`
  if (signature !== undefined) terms += termSeparator + signatureTerm(signature.id)
  if (flow.protocol !== undefined) terms += `\n${term('proto', flow.protocol.toLowerCase())}`
  if (flow.targetPort !== undefined) terms += `\nport:${flow.targetPort}`
  if (event.host !== undefined) terms += termSeparator + term('host', event.host)
  if (event.flags !== undefined) for (const flag of event.flags) terms += termSeparator + term('flag', flag)
  for (const observable of event.observables) terms += observableTerms(observable)
  return terms
}

/** @returns the document of a quarantined event. */
export function quarantinedTerms(shared: string): string {
  return `${shared}\n${quarantinedTerm}`
}

function observableTerms({ type, value }: Observable): string {
  let terms = termSeparator + observableTerm(type, value)
  if (type !== 'domain') return terms
  for (let dot = value.indexOf('.'); dot >= 0; dot = value.indexOf('.', dot + 1))
    if (dot + 1 < value.length) terms += termSeparator + underTerm(value.slice(dot + 1))
  return terms
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** @returns an address of canonical form as 8 hexadecimal digits. */
export function hexOfV4(address: string): string {
  let hex = ''
  let byte = 0
  for (let index = 0; index < address.length; index++) {
    const code = address.charCodeAt(index)
    if (code !== 46) byte = byte * 10 + code - 48
    else {
      hex += hexOfByte[byte]
      byte = 0
    }
  }
  return hex + hexOfByte[byte]
}

/** @returns an address as 32 hexadecimal digits. */
export function hexOfV6(address: string): string {
  return Buffer.from(ipaddr.IPv6.parse(address).toByteArray()).toString('hex')
}

/** The beginning of a long or capital value that is kept for prefix search; never half a surrogate pair. */
function folded(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what separates terms cannot stand in one
  return fold(value.slice(0, foldedMax)).replace(/[\x00-\x1f\x7f\ud800-\udfff]/g, '?')
}
