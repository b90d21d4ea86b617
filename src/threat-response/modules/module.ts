// The port of everything that can be asked about observables: our own journal, lists, relays (threat-response-contract
// 2.1). Expected failures are values; the asker bounds the time (ask-module.ts) and needs no module to keep it.
import type { OrganisationId } from '../../core/ids.ts'
import type { ModuleError, ModuleVerb } from '../../wire/api/modules.ts'
import type { JournalAnswer } from '../enrich/journal-answer.ts'

/** An observable of any type: modules know more types than inspect does (4.6). */
export type AnyObservable = { readonly type: string; readonly value: string }

export type Question = {
  /** Distinct, in normal form. */
  readonly observables: readonly AnyObservable[]
  /** Canonical CIDR. */
  readonly networks: readonly string[]
}

export type Ask = { readonly organisation: OrganisationId; readonly signal: AbortSignal }

export type Module = {
  /** What it can be asked; the others are never called. */
  readonly verbs: readonly ModuleVerb[]
  health(ask: Ask): Promise<Healthy | Failed>
  /** Quick verdicts: documents of the kind `verdicts` only. */
  deliberate(question: Question, ask: Ask): Promise<Documents | Failed>
  /** All it knows. */
  observe(question: Question, ask: Ask): Promise<Documents | JournalAnswer | Failed>
  /** Links into its product. */
  refer(question: Question, ask: Ask): Promise<Links | Failed>
}

export type CtimDocument = Readonly<Record<string, unknown>>

/** Documents of one kind in one answer (threat-response-contract 2.5). */
export const docsMax = 5_000

/** Said beside an answer of which not all was kept. */
export function tooMany(kind: string): ModuleError {
  return { type: 'warning', code: 'response-too-large', message: `Of ${kind} the first ${docsMax} are kept` }
}

/** What it knows, as CTIM documents by kind (`judgements`, `sightings`), with what went wrong beside it. */
export type Documents = {
  readonly kind: 'documents'
  readonly docs: Readonly<Record<string, readonly CtimDocument[]>>
  readonly errors: readonly ModuleError[]
}

export type Links = {
  readonly kind: 'links'
  readonly links: readonly Link[]
  readonly errors: readonly ModuleError[]
}

export type Link = {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly url: string
}

export type Healthy = { readonly kind: 'healthy'; readonly errors: readonly ModuleError[] }

/** No answer, and why: at least one error. */
export type Failed = { readonly kind: 'failed'; readonly errors: readonly ModuleError[] }

export function failed(code: string, message: string, type: ModuleError['type'] = 'error'): Failed {
  return { kind: 'failed', errors: [{ type, code, message }] }
}
