// The query language again, as slowly and plainly as it can be said: what the property test holds the index against.
import ipaddr from 'ipaddr.js'

export type FilterRecord = {
  readonly at: number
  readonly observables: readonly { readonly type: string; readonly value: string }[]
  readonly facets: Readonly<Record<string, string>>
  readonly signature: string
  readonly quarantined: boolean
}

export type Question =
  | {
      readonly kind: 'leaf'
      readonly field: string
      readonly value: string
      readonly exact: boolean
      readonly prefix: boolean
    }
  | { readonly kind: 'bare'; readonly value: string; readonly prefix: boolean }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Question[] }
  | { readonly kind: 'not'; readonly part: Question }

/** @returns whether a record is what is asked. */
export function isAsked(question: Question, record: FilterRecord): boolean {
  switch (question.kind) {
    case 'and':
      return question.parts.every((part) => isAsked(part, record))
    case 'or':
      return question.parts.some((part) => isAsked(part, record))
    case 'not':
      return !isAsked(question.part, record)
    case 'bare':
      return record.observables.some(({ type, value }) =>
        observableIs(type, value, question.value, question.prefix, false),
      )
    case 'leaf':
      return leafIs(question, record)
    default:
      return question satisfies never
  }
}

/** @returns the question as a person would type it. */
export function written(question: Question): string {
  switch (question.kind) {
    case 'and':
      return question.parts.map((part) => (part.kind === 'or' ? `(${written(part)})` : written(part))).join(' ')
    case 'or':
      return question.parts.map((part) => `(${written(part)})`).join(' OR ')
    case 'not':
      return `-(${written(question.part)})`
    case 'bare':
      return quoted(question.value) + (question.prefix ? '*' : '')
    case 'leaf':
      return question.field + (question.exact ? '=' : ':') + quoted(question.value) + (question.prefix ? '*' : '')
    default:
      return question satisfies never
  }
}

function leafIs(leaf: Extract<Question, { kind: 'leaf' }>, record: FilterRecord): boolean {
  const { field, value, exact, prefix } = leaf
  if (field === 'is') return (value === 'quarantined') === record.quarantined
  if (field === 'signature') {
    const [name, wanted] = [record.signature.toLowerCase(), value.toLowerCase()]
    return exact ? name === wanted : name !== '' && name.includes(wanted)
  }
  if (field === 'sid') {
    const sid = record.facets['sid'] ?? ''
    return sid === value || (/^\d+$/.test(value) && sid.endsWith(`:${value}`))
  }
  if (field in facetFields) {
    const own = record.facets[field]
    return own !== undefined && (prefix ? begins(own, value) : own === value)
  }
  const types = field === 'hash' ? ['md5', 'sha1', 'sha256'] : field === 'ip' ? ['ip', 'ipv6'] : [field]
  return record.observables.some(
    (each) => types.includes(each.type) && observableIs(each.type, each.value, value, prefix, exact),
  )
}

const facetFields: Readonly<Record<string, true>> = { type: true, severity: true, port: true, flag: true, proto: true }

function observableIs(type: string, own: string, wanted: string, prefix: boolean, exact: boolean): boolean {
  if (type === 'ip' || type === 'ipv6') return !prefix && isInNetwork(own, wanted)
  if (prefix) return begins(own, wanted)
  if (type === 'domain') return own === wanted.toLowerCase() || (!exact && own.endsWith(`.${wanted.toLowerCase()}`))
  if (type === 'hostname' || type === 'md5' || type === 'sha256') return own === wanted.toLowerCase()
  return own === wanted
}

function isInNetwork(own: string, wanted: string): boolean {
  try {
    const [range, bits] = wanted.includes('/')
      ? ipaddr.parseCIDR(wanted)
      : [ipaddr.parse(wanted), wanted.includes(':') ? 128 : 32]
    const address = ipaddr.parse(own)
    return address.kind() === range.kind() && address.match(range, bits)
  } catch {
    return false
  }
}

/** Without regard to the case of A–Z, as docs/query.md says of beginnings. */
function begins(own: string, wanted: string): boolean {
  const fold = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  return fold(own).startsWith(fold(wanted))
}

function quoted(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}
