// Connection lines of the older SFIMS form (traps C3): `SFIMS: [Primary Detection Engine (UUID)][POLICY] Connection Type:
// Start, User: Unknown, …, {TCP} A:P -> B:Q`.
import type { SensorEvent } from '../../core/event.ts'
import { Evidence, flowOf, flowText } from '../evidence.ts'
import type { ReadContext } from '../format.ts'
import type { FirepowerKind } from './firepower-kind.ts'
import { sfimsEnd } from './sfims.ts'
import { originOf } from './syslog-head.ts'

/** The keys that are read; a value ends before the next key of the form, whichever that is. */
type Key =
  | 'Connection Type'
  | 'User'
  | 'Access Control Rule Action'
  | 'Access Control Rule Reasons'
  | 'URL'
  | 'DNS Query'
  | 'Security Intelligence Matching IP'
  | 'Security Intelligence Category'
  | 'Number of File Events'
  | 'Number of IPS Events'

export type SfimsConnection = {
  readonly kind: FirepowerKind
  readonly values: ReadonlyMap<Key, string>
  readonly flow: { readonly protocol: string; readonly source: string; readonly target: string }
  /** What stands before the pairs. */
  readonly before: string
}

const begin = 'Connection Type: '
const read = new Set<string>([
  'Connection Type',
  'User',
  'Access Control Rule Action',
  'Access Control Rule Reasons',
  'URL',
  'DNS Query',
  'Security Intelligence Matching IP',
  'Security Intelligence Category',
  'Number of File Events',
  'Number of IPS Events',
] satisfies Key[])
/** A key of this form: words that begin with a capital, and no value's word does before a colon and a blank. */
const anyKey = /^[A-Z][A-Za-z]*(?: [A-Za-z]+){0,4}: /
const tail = /^\{([^{}]{1,40})\} ([^\s>-]\S*?(?: \([^)]*\))?) ?-> ?(\S+(?: \([^)]*\))?)\s*$/
/** No tail is longer. */
const tailMax = 512

/** @returns the parts of such a line; undefined for every other */
export function parseSfimsConnection(line: string): SfimsConnection | undefined {
  const at = line.indexOf(begin)
  const end = line.lastIndexOf(', {')
  if (at < 0 || end < at || line.length - end > tailMax || !isEngine(line, at)) return undefined
  const match = tail.exec(line.slice(end + 2))
  if (!match) return undefined
  const values = pairsIn(line.slice(at, end))
  const direction = values.get('Connection Type')
  if (direction !== 'Start' && direction !== 'End') return undefined
  const [, protocol = '', source = '', target = ''] = match
  const selection = isHighPriority(values) ? 'connection-high' : 'connection'
  return {
    kind: { type: direction === 'Start' ? 'connection start' : 'connection end', severity: 'unknown', selection },
    values,
    flow: { protocol, source, target },
    before: line.slice(0, at),
  }
}

/** The form names its engine and policy in brackets before the pairs. */
function isEngine(line: string, at: number): boolean {
  return line[at - 2] === ']' && line.lastIndexOf('[', at) >= 0
}

export function sfimsConnectionEvent(parts: SfimsConnection, context: ReadContext): SensorEvent {
  const { kind, values, before } = parts
  const source = sfimsEnd(parts.flow.source, parts.flow.protocol)
  const target = sfimsEnd(parts.flow.target, parts.flow.protocol)
  const flow = flowOf({
    source: source.address,
    sourcePort: source.port,
    target: target.address,
    targetPort: target.port,
    protocol: parts.flow.protocol,
  })
  const evidence = new Evidence()
  const from = evidence.address(source.address)
  evidence.relate(from, 'Connected_To', evidence.address(target.address))
  evidence.address(values.get('Security Intelligence Matching IP'))
  evidence.relate(from, 'Searched_For', evidence.name(values.get('DNS Query')))
  evidence.relate(from, 'Connected_To', evidence.url(values.get('URL')))
  evidence.relate(from, 'Used_By', evidence.add('user', values.get('User')))
  const origin = originOf(headOf(before), context.arrivedAt, context.zoneMinutes)
  const what = [kind.type, values.get('Access Control Rule Action')].filter((part) => part !== undefined).join(' ')
  return {
    kind: 'event',
    sensor: 'firepower',
    type: kind.type,
    at: origin.at ?? context.arrivedAt,
    severity: kind.severity,
    ...(origin.host === undefined ? {} : { host: origin.host }),
    flow,
    observables: evidence.observables,
    relations: evidence.relations,
    summary: `${what}, ${flowText(flow)}`.slice(0, 300),
  }
}

/** Time and host stand before the brackets. */
function headOf(before: string): string {
  const bracket = before.indexOf('[')
  return bracket < 0 ? before : before.slice(0, bracket)
}

function pairsIn(body: string): Map<Key, string> {
  const values = new Map<Key, string>()
  let key = ''
  let value: string[] = []
  const keep = () => {
    const text = value.join(', ')
    if (isKey(key) && !values.has(key) && !empty.test(text)) values.set(key, text)
  }
  for (const piece of body.split(', ')) {
    const next = anyKey.exec(piece)?.[0]
    if (next === undefined) value.push(piece)
    else {
      keep()
      key = next.slice(0, -2)
      value = [piece.slice(next.length)]
    }
  }
  keep()
  return values
}

function isKey(text: string): text is Key {
  return read.has(text)
}

const empty = /^(?:n\/a|none|unknown|\(null\)|)$/i

/** As of the newer form (firepower-kind.ts). */
function isHighPriority(values: ReadonlyMap<Key, string>): boolean {
  if (values.has('Security Intelligence Matching IP') || values.has('Security Intelligence Category')) return true
  if (Number(values.get('Number of File Events') ?? 0) > 0 || Number(values.get('Number of IPS Events') ?? 0) > 0)
    return true
  return /^(?:IP|DNS|URL|Intrusion|File) (?:Block|Monitor)/.test(values.get('Access Control Rule Reasons') ?? '')
}
