// Judgements and verdicts out of the documents of a module, read tolerantly: a module may leave out nearly everything
// (threat-response-contract 4.1, 4.3, 4.4; traps 14, 24).
import { isObservableType, normalise } from '../../core/observable.ts'
import { type Disposition, dispositionNames, type JudgementRecord } from '../../wire/api/investigations.ts'
import type { AnyObservable, CtimDocument, Documents } from '../modules/module.ts'
import type { ModuleName } from '../graph/build-graph.ts'

export type Judged = { readonly observable: AnyObservable; readonly record: JudgementRecord }

/** Of a verdict that names no judgement we have, and of a judgement that names no priority (4.5, 4.8). */
const automaticPriority = 90
const reasonCharactersMax = 1_024

/** @returns every judgement on some observable, and every verdict that is none of them over again */
export function readJudgements({ docs }: Documents, module: ModuleName): readonly Judged[] {
  const judgements = docs['judgements'] ?? []
  const ids = new Set(judgements.map((doc) => text(doc['id'])).filter((id) => id !== ''))
  const verdicts = (docs['verdicts'] ?? []).filter((doc) => !ids.has(text(doc['judgement_id'])))
  return [
    ...judgements.flatMap((doc) => read(doc, module, doc['id'])),
    ...unsaid(verdicts, judgements).flatMap((doc) => read(doc, module, doc['judgement_id'] ?? doc['id'])),
  ]
}

/**
 * A verdict copies observable, disposition and time of a judgement (4.8), and a module makes up ids at every call: what
 * one module says twice of the same observable for the same time is one opinion.
 * @returns the verdicts that say something which the others, of the same module, do not
 */
export function unsaid(verdicts: readonly CtimDocument[], others: readonly CtimDocument[]): readonly CtimDocument[] {
  const said = new Map<string, Span[]>()
  for (const other of others) {
    const key = opinionOf(other)
    const spans = said.get(key) ?? []
    said.set(key, spans)
    spans.push(spanOf(other))
  }
  return verdicts.filter((verdict) => {
    const [from, until] = spanOf(verdict)
    return !said.get(opinionOf(verdict))?.some(([start, end]) => start < until && from < end)
  })
}

type Span = readonly [from: number, until: number]

function opinionOf(doc: CtimDocument): string {
  const { type, value } = observableOf(doc['observable']) ?? { type: '', value: '' }
  return `${dispositionOf(doc['disposition'])}:${type}:${value}`
}

function spanOf(doc: CtimDocument): Span {
  const { start_time: from, end_time: until } = recordOf(doc['valid_time'])
  return [instantOf(from) ?? Number.NEGATIVE_INFINITY, instantOf(until) ?? Number.POSITIVE_INFINITY]
}

function read(doc: CtimDocument, { module, name }: ModuleName, id: unknown): readonly Judged[] {
  const observable = observableOf(doc['observable'])
  if (observable === undefined) return []
  const disposition = dispositionOf(doc['disposition'])
  const said = text(doc['disposition_name'])
  const { start_time: from, end_time: until } = recordOf(doc['valid_time'])
  const record: JudgementRecord = {
    id: text(id),
    module,
    moduleName: name,
    source: text(doc['source']) || name,
    disposition,
    priority: typeof doc['priority'] === 'number' ? Math.min(100, Math.max(0, doc['priority'])) : automaticPriority,
    severity: text(doc['severity']) || 'Unknown',
    confidence: text(doc['confidence']) || 'Unknown',
    reason: text(doc['reason']).slice(0, reasonCharactersMax),
    uri: webAddress(doc['source_uri'] ?? doc['reason_uri']),
    from: instantOf(from),
    until: instantOf(until),
    doubt: said === '' || said === dispositionNames[disposition] ? null : said,
  }
  return [{ observable, record }]
}

/** @returns type and value in normal form where we know the type, as they stand where we do not */
export function observableOf(value: unknown): AnyObservable | undefined {
  const { type, value: given } = recordOf(value)
  if (typeof type !== 'string' || typeof given !== 'string' || type === '' || given === '') return undefined
  return (isObservableType(type) ? normalise(type, given) : undefined) ?? { type, value: given }
}

function dispositionOf(value: unknown): Disposition {
  switch (value) {
    case 1:
    case 2:
    case 3:
    case 4:
      return value
    default:
      return 5
  }
}

/** A time without zone is UTC (4.3). */
export function instantOf(value: unknown): number | null {
  if (typeof value !== 'string') return null
  const at = Date.parse(/[zZ]$|[+-]\d\d:?\d\d$/.test(value) || !value.includes('T') ? value : `${value}Z`)
  return Number.isNaN(at) ? null : at
}

/** @returns an address that a browser may follow */
function webAddress(value: unknown): string | null {
  return typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value) ? value : null
}

export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
}
