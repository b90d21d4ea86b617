// What one line holds: its distinct observables in order of appearance, and how they relate. Every format fills one.
import { normalise, type Observable, type ObservableType } from '../core/observable.ts'
import type { Flow, Relation } from '../core/event.ts'
import type { ReadContext } from './format.ts'
import { addresses, hasControl, names } from './normal-forms.ts'

/** What one event may hold: far above any real line, low enough that a hostile one costs little. */
const observablesMax = 4096
const relationsMax = 4096

/** Above this many, a list is searched by key instead of from its front. */
const shortList = 16

export class Evidence {
  readonly observables: Observable[] = []
  readonly relations: Relation[] = []
  /** Made for long lists alone: nearly every line has a short one. */
  #byKey: Map<string, Observable> | undefined
  #relationKeys: Set<string> | undefined
  readonly #isRelating: boolean

  /** @param wanted of the ReadContext: for the index no relations are kept */
  constructor(wanted: ReadContext['wanted'] = 'everything') {
    this.#isRelating = wanted === 'everything'
  }

  /** @returns the observable in normal form, the same object for the same one; undefined where the value is none. */
  add(type: ObservableType, value: string | undefined): Observable | undefined {
    if (value === undefined || value === '') return undefined
    const observable = normalise(type, value)
    return observable && this.#keep(observable)
  }

  address(text: string | undefined): Observable | undefined {
    if (text === undefined || text === '') return undefined
    const observable = addresses.of(text)
    return observable && this.#keep(observable)
  }

  /** A name that a protocol carries: an address written as name, a domain, or one label, which is a host's name. */
  name(text: string | undefined): Observable | undefined {
    const observable = text === undefined ? undefined : names.of(text)
    return observable && this.#keep(observable)
  }

  /** A name that may carry a port or stand in brackets, as in a Host header (traps C5). */
  host(text: string | undefined): Observable | undefined {
    return text === undefined ? undefined : this.name(splitPort(text).host)
  }

  /** A URL, only where it parses. */
  url(text: string | undefined): Observable | undefined {
    if (text === undefined) return undefined
    if (plainUrl.test(text)) return this.#keep({ type: 'url', value: text })
    return absolute.test(text) && URL.canParse(text) ? this.add('url', text) : undefined
  }

  /** A mail address, alone or as `"Name" <address>`. */
  email(text: string | undefined): Observable | undefined {
    if (text === undefined) return undefined
    const open = text.lastIndexOf('<')
    const close = text.indexOf('>', open)
    const bare = open >= 0 && close > open ? text.slice(open + 1, close) : text
    return mailbox.test(bare.trim()) ? this.add('email', bare) : undefined
  }

  /** A file as a protocol names it: of a path also its last part. */
  file(text: string | undefined): Observable | undefined {
    if (text === undefined || hasControl(text)) return undefined
    const slash = Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\'))
    if (slash < 0) return this.add('file_name', text)
    const path = this.add('file_path', text)
    return this.add('file_name', text.slice(slash + 1)) ?? path
  }

  relate(source: Observable | undefined, relation: string, related: Observable | undefined): void {
    if (!this.#isRelating || source === undefined || related === undefined || source === related) return
    if (this.relations.length >= relationsMax || this.#isRelated(source, relation, related)) return
    this.relations.push({ source, relation, related })
  }

  #keep(observable: Observable): Observable | undefined {
    const { observables } = this
    if (observables.length < shortList) {
      for (const known of observables) {
        if (known.value === observable.value && known.type === observable.type) return known
      }
      observables.push(observable)
      return observable
    }
    const byKey = (this.#byKey ??= new Map(observables.map((each) => [keyOf(each), each])))
    const known = byKey.get(keyOf(observable))
    if (known !== undefined || observables.length >= observablesMax) return known
    byKey.set(keyOf(observable), observable)
    observables.push(observable)
    return observable
  }

  #isRelated(source: Observable, relation: string, related: Observable): boolean {
    if (this.relations.length < shortList) {
      for (const known of this.relations) {
        if (known.source === source && known.related === related && known.relation === relation) return true
      }
      return false
    }
    const keys = (this.#relationKeys ??= new Set(this.relations.map(relationKey)))
    const key = relationKey({ source, relation, related })
    if (keys.has(key)) return true
    keys.add(key)
    return false
  }
}

/** The two ends of a flow as a line writes them. */
export type Ends = {
  readonly source: string | undefined
  readonly sourcePort: number | undefined
  readonly target: string | undefined
  readonly targetPort: number | undefined
  readonly protocol: string | undefined
}

/** @returns the flow in normal form; port 0 is none, and ICMP has none (traps C4, C5). */
export function flowOf(ends: Ends): Flow {
  const flow: { -readonly [K in keyof Flow]: Flow[K] } = {}
  const source = endOf(ends.source)
  const target = endOf(ends.target)
  const protocol = ends.protocol?.toLowerCase()
  const withPorts = protocol === undefined || !protocol.includes('icmp')
  if (source !== undefined) flow.source = source
  if (withPorts && isPort(ends.sourcePort)) flow.sourcePort = ends.sourcePort
  if (target !== undefined) flow.target = target
  if (withPorts && isPort(ends.targetPort)) flow.targetPort = ends.targetPort
  if (protocol !== undefined && protocol !== '' && protocol !== '-') flow.protocol = protocol
  return flow
}

/** @returns the flow for people: `192.0.2.1:1025 → 198.51.100.2:80`; '' where no end is known. */
export function flowText(flow: Flow): string {
  if (flow.source === undefined && flow.target === undefined) return ''
  return `${endText(flow.source, flow.sourcePort)} → ${endText(flow.target, flow.targetPort)}`
}

/** @returns host and port of `host:port`, `[v6]:port`, a bare address of version 6, or a bare name. */
export function splitPort(text: string): { readonly host: string; readonly port: number | undefined } {
  if (!text.includes(':') && !text.startsWith('[')) return { host: text, port: undefined }
  const bracketed = /^\[([^\]]*)\](?::(\d{1,5}))?$/.exec(text)
  if (bracketed?.[1] !== undefined) return { host: bracketed[1], port: portOf(bracketed[2]) }
  const colon = text.lastIndexOf(':')
  if (text.indexOf(':') !== colon) return { host: text, port: undefined }
  return { host: text.slice(0, colon), port: portOf(text.slice(colon + 1)) }
}

function portOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) : undefined
}

const absolute = /^[a-zA-Z][a-zA-Z0-9+.-]{0,30}:\/\/[^/?#\s]/
/** What every parser of URLs takes, already in normal form: most requests need no parser. */
const plainUrl = /^https?:\/\/(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}(?::[1-9]\d{0,3})?\/[\w./~%!$&'()*+,;=:@?-]*$/
const mailbox = /^[^\s@<>]{1,64}@[^\s@<>]{1,253}$/

function isPort(port: number | undefined): port is number {
  return port !== undefined && Number.isInteger(port) && port > 0 && port < 65_536
}

function endText(address: string | undefined, port: number | undefined): string {
  if (address === undefined) return '?'
  if (port === undefined) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** Normal form of an end; `0.0.0.0` and `::` are no observables, but they are ends (DHCP, DAD). */
function endOf(text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined
  const known = addresses.of(text)
  if (known) return known.value
  if (!/^[0:.]+$/.test(text)) return undefined
  return text.includes(':') ? '::' : '0.0.0.0'
}

function relationKey({ source, relation, related }: Relation): string {
  return `${keyOf(source)}\n${relation}\n${keyOf(related)}`
}

function keyOf(observable: Observable): string {
  return `${observable.type} ${observable.value}`
}
