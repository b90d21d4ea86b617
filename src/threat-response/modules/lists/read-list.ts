// A list of values that are known to be clean or common: a MISP warninglist (string, hostname, cidr, substring), or one
// value a line. Regular expressions of others are not run: they are counted and named.
import ipaddr from 'ipaddr.js'
import { isObservableType, normalise, type ObservableType } from '../../../core/observable.ts'
import type { AnyObservable } from '../module.ts'

export type ListMatch = 'string' | 'hostname' | 'cidr' | 'substring'

export type ValueList = {
  readonly name: string
  readonly description: string
  readonly entries: number
  /** Entries that are not read: regular expressions, networks that are none. */
  readonly unread: number
  /** Says which entry holds for the observable, and whether it names it exactly. */
  match(observable: AnyObservable): Hit | undefined
}

export type Hit = { readonly entry: string; readonly exact: boolean }

/** What a MISP attribute is called here; a list speaks only of what it says it matches. */
const attributeTypes: Readonly<Record<string, readonly ObservableType[]>> = {
  'ip-src': ['ip', 'ipv6'],
  'ip-dst': ['ip', 'ipv6'],
  'ip-src|port': ['ip', 'ipv6'],
  'ip-dst|port': ['ip', 'ipv6'],
  'domain|ip': ['domain', 'ip', 'ipv6'],
  domain: ['domain', 'hostname'],
  hostname: ['domain', 'hostname'],
  'hostname|port': ['domain', 'hostname'],
  url: ['url'],
  uri: ['url'],
  link: ['url'],
  'email-src': ['email'],
  'email-dst': ['email'],
  email: ['email'],
  md5: ['md5'],
  sha1: ['sha1'],
  sha256: ['sha256'],
  'filename|md5': ['md5', 'file_name'],
  'filename|sha1': ['sha1', 'file_name'],
  'filename|sha256': ['sha256', 'file_name'],
  filename: ['file_name'],
  'mac-address': ['mac_address'],
  'user-agent': ['user_agent'],
  'x509-fingerprint-sha1': ['sha1'],
  'x509-fingerprint-sha256': ['sha256'],
}

/** @param text JSON of a MISP warninglist, or one value a line with # before remarks */
export function readList(fileName: string, text: string): ValueList {
  const misp = text.trimStart().startsWith('{') ? readWarninglist(text) : undefined
  if (misp === undefined) return readLines(fileName, text)
  const { name, description, type, entries, attributes } = misp
  const types = new Set(attributes.flatMap((attribute) => attributeTypes[attribute] ?? []))
  const speaksOf = (one: string) => attributes.length === 0 || (isObservableType(one) && types.has(one))
  const matcher = isMatch(type) ? matchers[type](entries) : undefined
  return {
    name: name === '' ? fileName : name,
    description,
    entries: entries.length,
    unread: matcher?.unread ?? entries.length,
    match: (observable) => (speaksOf(observable.type) ? matcher?.match(observable) : undefined),
  }
}

type Matcher = { readonly unread: number; readonly match: ValueList['match'] }

const matchers: Readonly<Record<ListMatch, (entries: readonly string[]) => Matcher>> = {
  string: stringMatcher,
  hostname: hostnameMatcher,
  cidr: cidrMatcher,
  substring: substringMatcher,
}

function isMatch(type: string): type is ListMatch {
  return Object.hasOwn(matchers, type)
}

function readWarninglist(text: string) {
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null || !('list' in value) || !Array.isArray(value.list)) return undefined
  const word = (key: string) => {
    const found: unknown = Reflect.get(value, key)
    return typeof found === 'string' ? found : ''
  }
  const attributes: unknown = Reflect.get(value, 'matching_attributes')
  return {
    name: word('name').slice(0, 300),
    description: word('description').slice(0, 1_000),
    type: word('type'),
    entries: value.list.filter((entry) => typeof entry === 'string'),
    attributes: Array.isArray(attributes) ? attributes.filter((one) => typeof one === 'string') : [],
  }
}

/** A plain list may mix: networks as networks, names with what is below them, all else exactly. */
function readLines(name: string, text: string): ValueList {
  const entries = text
    .split(/\r?\n/)
    .map((line) => line.replace(/(?:^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
  const isNetwork = (entry: string) => ipaddr.isValidCIDR(entry) || ipaddr.isValid(entry)
  const parts = [
    cidrMatcher(entries.filter(isNetwork)),
    hostnameMatcher(entries.filter((entry) => !isNetwork(entry) && /^\.?[\w-]+(?:\.[\w-]+)+$/.test(entry))),
    stringMatcher(entries.filter((entry) => !isNetwork(entry))),
  ]
  return {
    name,
    description: '',
    entries: entries.length,
    unread: 0,
    match: (observable) => parts.map(({ match }) => match(observable)).find((hit) => hit !== undefined),
  }
}

function stringMatcher(entries: readonly string[]): Matcher {
  const known = new Map(entries.map((entry) => [entry.toLowerCase(), entry]))
  return {
    unread: 0,
    match({ type, value }) {
      const same = isObservableType(type) ? (normalise(type, value)?.value ?? value) : value
      const entry = known.get(same.toLowerCase()) ?? known.get(value.toLowerCase())
      return entry === undefined ? undefined : { entry, exact: true }
    },
  }
}

/** A name under an entry matches (corpus, misp-warninglists), whether the entry begins with a dot or not. */
function hostnameMatcher(entries: readonly string[]): Matcher {
  const known = new Map(entries.map((entry) => [entry.toLowerCase().replace(/^\.|\.$/g, ''), entry]))
  return {
    unread: 0,
    match({ type, value }) {
      const host = hostOf(type, value)
      for (let name = host; name !== ''; name = name.includes('.') ? name.slice(name.indexOf('.') + 1) : '') {
        const entry = known.get(name)
        if (entry !== undefined) return { entry, exact: name === host && type !== 'url' }
      }
      return undefined
    },
  }
}

function hostOf(type: string, value: string): string {
  if (type === 'url') return URL.canParse(value) ? new URL(value).hostname : ''
  return type === 'domain' || type === 'hostname' ? value.toLowerCase().replace(/\.$/, '') : ''
}

/** Networks by length, so that one look-up a length suffices for any number of them. */
function cidrMatcher(entries: readonly string[]): Matcher {
  const byLength = new Map<
    string,
    { readonly kind: string; readonly bits: number; readonly known: Map<string, string> }
  >()
  let unread = 0
  for (const entry of entries) {
    const network = entry.includes('/') ? entry : `${entry}/${entry.includes(':') ? 128 : 32}`
    if (!ipaddr.isValidCIDR(network)) {
      unread++
      continue
    }
    const [address, bits] = ipaddr.parseCIDR(network)
    const kind = address.kind()
    const same = byLength.get(`${kind}/${bits}`) ?? { kind, bits, known: new Map<string, string>() }
    same.known.set(masked(address.toByteArray(), bits), entry)
    byLength.set(`${kind}/${bits}`, same)
  }
  const narrowestFirst = [...byLength.values()].sort((a, b) => b.bits - a.bits)
  return {
    unread,
    match({ type, value }) {
      if ((type !== 'ip' && type !== 'ipv6') || !ipaddr.isValid(value)) return undefined
      const address = ipaddr.process(value)
      const bytes = address.toByteArray()
      for (const { kind, bits, known } of narrowestFirst) {
        if (kind !== address.kind()) continue
        const entry = known.get(masked(bytes, bits))
        if (entry !== undefined) return { entry, exact: bits === bytes.length * 8 }
      }
      return undefined
    },
  }
}

function masked(bytes: readonly number[], bits: number): string {
  return bytes.map((byte, index) => byte & (0xff << Math.max(0, 8 - Math.max(0, bits - index * 8))) & 0xff).join('.')
}

function substringMatcher(entries: readonly string[]): Matcher {
  const known = entries.filter((entry) => entry !== '').map((entry) => ({ entry, folded: entry.toLowerCase() }))
  return {
    unread: 0,
    match({ value }) {
      const folded = value.toLowerCase()
      const found = known.find((one) => folded.includes(one.folded))
      return found === undefined ? undefined : { entry: found.entry, exact: false }
    },
  }
}
