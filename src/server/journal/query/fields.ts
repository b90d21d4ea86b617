// What each field of the query language means: one list, and docs/query.md tells the same. A field is public for ever.
import { normalise, type Observable, type ObservableType, observableTypes } from '../../../core/observable.ts'
import { foldedMax, observableTerm, prefixTerms, signatureTerm, term, underTerm } from '../index/terms.ts'
import { addressExpression, addressPrefix } from './addresses.ts'
import type { Expression } from './plan.ts'
import { malformed, type Word } from './words.ts'

/** Facets whose values are compared as the sensor wrote them. */
const plainFacets = ['type', 'severity', 'sensor', 'device', 'source', 'flag', 'host'] as const
const hashTypes = ['md5', 'sha1', 'sha256'] as const
const textTypes = observableTypes.filter((type) => type !== 'ip' && type !== 'ipv6' && type !== 'domain')

/** What a declared loss stands under; no event does. */
export const lostTerm = term('is', 'lost')

type Meaning = (word: Word) => Expression

export const fields: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ...plainFacets.map((name): [string, Meaning] => [name, (word) => plain(name, word, word.value)]),
  ['proto', (word) => plain('proto', word, word.value.toLowerCase())],
  ['port', port],
  ['sid', sid],
  ['signature', (word) => ({ kind: 'signature', text: filled(word), whole: word.exact })],
  ['is', is],
  ['ip', address],
  ['ipv6', address],
  ['domain', (word) => domain(word) ?? refuse(word, 'domain')],
  ['hash', (word) => anyOf(hashTypes.flatMap((type) => typed(type, word) ?? [])) ?? refuse(word, 'hash')],
  [
    'file',
    (word) =>
      anyOf((['file_name', 'file_path'] as const).flatMap((type) => typed(type, word) ?? [])) ?? refuse(word, 'file'),
  ],
  ...textTypes.map((type): [string, Meaning] => [type, (word) => typed(type, word) ?? refuse(word, type)]),
])

/** A word without field: an event that holds it as an observable of any type. */
export function bareWord(word: Word): Expression {
  if (word.value === '') {
    if (word.prefix) return { kind: 'all' }
    throw malformed('an empty word', word.at)
  }
  const parts: Expression[] = []
  const found = word.prefix ? addressPrefix(word.value) : addressExpression(word.value)
  if (found !== undefined) parts.push(found)
  // An address or network is nothing else, and its text would be asked as a name of ten types in vain.
  if (found === undefined || word.prefix) {
    const names = domain(word)
    if (names !== undefined) parts.push(names)
    for (const type of textTypes) {
      const expression = typed(type, word)
      if (expression !== undefined) parts.push(expression)
    }
  }
  return anyOf(parts) ?? refuse(word, 'value of an observable')
}

function plain(name: string, word: Word, value: string): Expression {
  if (word.prefix) return beginning(name, word, value)
  if (value === '') throw malformed(`${name} without a value`, word.at)
  return { kind: 'term', term: term(name, value) }
}

function port(word: Word): Expression {
  if (word.prefix && word.value === '') return { kind: 'prefix', prefix: 'port:' }
  if (word.prefix || !/^\d{1,5}$/.test(word.value) || Number(word.value) > 65_535)
    return refuse(word, 'port from 0 to 65535')
  return { kind: 'term', term: `port:${Number(word.value)}` }
}

/** `sid:2001219` under any generator, `sid:1:2001219` under one, else the sensor's own id. */
function sid(word: Word): Expression {
  if (word.prefix) return beginning('sid', word, word.value)
  const value = filled(word)
  if (!/^\d+$/.test(value)) return { kind: 'term', term: signatureTerm(value) }
  // Some sensors have a bare number as id: that is found too.
  return {
    kind: 'or',
    parts: [
      { kind: 'prefix', prefix: `sid:${value}:` },
      { kind: 'term', term: `sid:${value}` },
    ],
  }
}

function is(word: Word): Expression {
  const quarantined: Expression = { kind: 'term', term: term('is', 'quarantined') }
  if (!word.prefix && word.value === 'quarantined') return quarantined
  const lost: Expression = { kind: 'term', term: lostTerm }
  if (!word.prefix && word.value === 'lost') return lost
  if (!word.prefix && word.value === 'event') return { kind: 'not', part: { kind: 'or', parts: [quarantined, lost] } }
  throw malformed(`"${word.text}" asks for none of is:event, is:quarantined and is:lost`, word.at)
}

function address(word: Word): Expression {
  if (word.prefix && word.value === '')
    return {
      kind: 'or',
      parts: [
        { kind: 'prefix', prefix: 'ip:' },
        { kind: 'prefix', prefix: 'ip6:' },
      ],
    }
  return (word.prefix ? addressPrefix(word.value) : addressExpression(word.value)) ?? refuse(word, 'address or network')
}

/** `:` the domain and everything under it, `=` the domain alone. */
function domain(word: Word): Expression | undefined {
  if (word.prefix) return beginning('domain', word, word.value.toLowerCase())
  const name = normalise('domain', word.value)
  if (name === undefined) return undefined
  const own: Expression = { kind: 'term', term: observableTerm('domain', name.value) }
  if (word.exact) return own
  return { kind: 'or', parts: [own, { kind: 'term', term: underTerm(name.value) }] }
}

function typed(type: ObservableType, word: Word): Expression | undefined {
  if (word.prefix) return beginning(type, word, word.value)
  const observable: Observable | undefined = normalise(type, word.value)
  if (observable === undefined) return undefined
  return { kind: 'term', term: observableTerm(observable.type, observable.value) }
}

function beginning(name: string, word: Word, value: string): Expression {
  if (value.length > foldedMax) throw malformed(`a beginning of more than ${foldedMax} characters`, word.at)
  return { kind: 'or', parts: prefixTerms(name, value).map((prefix) => ({ kind: 'prefix', prefix })) }
}

function anyOf(parts: readonly Expression[]): Expression | undefined {
  return parts.length < 2 ? parts[0] : { kind: 'or', parts }
}

function filled(word: Word): string {
  if (word.value === '' || word.prefix) throw malformed(`"${word.text}" needs a whole value`, word.at)
  return word.value
}

function refuse(word: Word, wanted: string): never {
  throw malformed(`"${word.value.slice(0, 80)}${word.prefix ? '*' : ''}" is no ${wanted}`, word.at)
}
