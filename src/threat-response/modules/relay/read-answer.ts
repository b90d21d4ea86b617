// Reads what real relays answer, tolerantly: data and errors beside each other, an object where a list is due and the
// reverse, counts missing or wrong, nothing at all (threat-response-contract 2.1, 2.3; traps 2, 14).
import type { ModuleError } from '../../../wire/api/modules.ts'
import { type AnyObservable, type CtimDocument, docsMax, type Link, tooMany } from '../module.ts'

/** threat-response-contract 2.5. */
const errorsMax = 50
const messageCharactersMax = 2_048
const titleCharactersMax = 1_024

export type Envelope = {
  /** undefined = the answer has no data. */
  readonly data: unknown
  readonly errors: readonly ModuleError[]
}

export function readEnvelope(body: unknown): Envelope {
  if (!isRecord(body)) return { data: Array.isArray(body) ? body : undefined, errors: [] }
  const errors = listOf(body['errors']).slice(0, errorsMax).flatMap(readError)
  const hasData = Object.hasOwn(body, 'data') && body['data'] !== null
  // A 200 with nothing in it is an answer too: the module knows nothing.
  return { data: hasData ? body['data'] : errors.length > 0 ? undefined : {}, errors }
}

/** @returns documents by kind, and a warning for each kind that was cut */
export function readDocuments(data: unknown): {
  readonly docs: Readonly<Record<string, readonly CtimDocument[]>>
  readonly errors: readonly ModuleError[]
} {
  const docs = new Map<string, CtimDocument[]>()
  const cut = new Set<string>()
  for (const part of listOf(data)) {
    if (!isRecord(part)) continue
    for (const [kind, value] of Object.entries(part)) {
      const given = listOf(isRecord(value) && 'docs' in value ? value['docs'] : value).filter(isRecord)
      // Added to in place: copying what is there for each of 200,000 parts would hold up the whole server.
      const kept = docs.get(kind) ?? []
      docs.set(kind, kept)
      const room = docsMax - kept.length
      if (given.length > room) cut.add(kind)
      for (const doc of given.slice(0, room)) kept.push(doc)
    }
  }
  const errors = [...cut].map((kind) => tooMany(text(kind, titleCharactersMax)))
  docs.delete('__proto__')
  return { docs: Object.fromEntries([...docs].filter(([, list]) => list.length > 0)), errors }
}

/**
 * @param asked the one observable that was asked about, where it was one: a verdict without observable is about it
 * @returns the verdict with the members that clients read unguarded (3.3)
 */
export function repairVerdict(doc: CtimDocument, asked: AnyObservable | undefined): CtimDocument {
  const { disposition } = doc
  const known = typeof disposition === 'number' && Number.isInteger(disposition) && disposition >= 1 && disposition <= 5
  return {
    ...doc,
    type: 'verdict',
    disposition: known ? disposition : 5,
    observable: isRecord(doc['observable']) ? doc['observable'] : asked,
    valid_time: isRecord(doc['valid_time']) ? doc['valid_time'] : {},
  }
}

/** @returns links that a browser may follow; others say nothing that could be used */
export function readLinks(data: unknown): readonly Link[] {
  return listOf(data)
    .slice(0, docsMax)
    .flatMap((one) => {
      if (!isRecord(one) || typeof one['url'] !== 'string' || !URL.canParse(one['url'])) return []
      const { protocol } = new URL(one['url'])
      if (protocol !== 'https:' && protocol !== 'http:') return []
      return [
        {
          id: text(one['id'], titleCharactersMax),
          title: text(one['title'], titleCharactersMax) || new URL(one['url']).host,
          description: text(one['description'], messageCharactersMax),
          url: one['url'],
        },
      ]
    })
}

/** @returns what an answer outside the envelope says of itself: `{"code","message","reason"}` or nothing (2.3) */
export function saidOutside(body: unknown): string {
  if (!isRecord(body)) return ''
  const said = body['message'] ?? body['reason'] ?? body['error'] ?? ''
  return text(said, messageCharactersMax)
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readError(value: unknown): readonly ModuleError[] {
  if (typeof value === 'string') return [{ type: 'fatal', code: 'unknown', message: text(value, messageCharactersMax) }]
  if (!isRecord(value)) return []
  const type = value['type'] === 'warning' || value['type'] === 'error' ? value['type'] : 'fatal'
  const code = value['code'] === undefined || value['code'] === null ? 'unknown' : text(value['code'], 200)
  return [{ type, code, message: text(value['message'] ?? value['reason'], messageCharactersMax) }]
}

/** @returns the elements of a list, one value as a list of one, nothing as none */
function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]
}

function text(value: unknown, max: number): string {
  if (typeof value === 'string') return value.slice(0, max)
  return value === undefined || value === null ? '' : JSON.stringify(value).slice(0, max)
}
