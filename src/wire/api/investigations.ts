// An investigation as it is shown: observables in, what the journal knows out (DESIGN "The road of an event").
import type { Severity } from '../../core/event.ts'
import type { Observable } from '../../core/observable.ts'
import type { Coverage, EventRecord } from './events.ts'
import type { ModuleError, ModuleVerb } from './modules.ts'

export type InvestigationRequest = { readonly content: string } | { readonly observables: readonly Observable[] }

/** Sightings of one signature (or type, where an event has none) on one device, folded. */
export type SightingGroup = {
  readonly device: string
  readonly sensor: string
  readonly type: string
  readonly signature: { readonly id: string; readonly name: string } | null
  readonly severity: Severity
  readonly count: number
  readonly firstSeen: number
  readonly lastSeen: number
  readonly observables: readonly Observable[]
  /** Identities of the newest, for one step to the raw lines. */
  readonly examples: readonly string[]
}

/** Who says so: the instance of a module, and the source that it names (a device, a product, a list). */
export type Provenance = { readonly module: string; readonly name: string; readonly source: string }

export type GraphNode = {
  /** `type:value` of an observable; `signature:…`, `device:…`, `entity:…`, `target:…` for the others. */
  readonly id: string
  /** `entity`: an indicator, malware, attack pattern; `target`: what a sighting happened to. */
  readonly kind: 'observable' | 'signature' | 'device' | 'entity' | 'target'
  readonly type: string
  readonly label: string
  readonly seed: boolean
  readonly severity: Severity
  readonly count: number
  /** Of the verdict; null = nobody judges it. */
  readonly disposition: Disposition | null
  /** Each once, at most 20. */
  readonly sources: readonly Provenance[]
}

export type GraphEdge = {
  readonly id: string
  readonly source: string
  readonly target: string
  readonly relation: string
  readonly count: number
  readonly sources: readonly Provenance[]
}

/** 1 Clean, 2 Malicious, 3 Suspicious, 4 Common, 5 Unknown (threat-response-contract 4.4). */
export type Disposition = 1 | 2 | 3 | 4 | 5

export const dispositionNames = { 1: 'Clean', 2: 'Malicious', 3: 'Suspicious', 4: 'Common', 5: 'Unknown' } as const

/** One opinion on an observable. */
export type JudgementRecord = {
  readonly id: string
  /** Instance and name of the module that gave it. */
  readonly module: string
  readonly moduleName: string
  readonly source: string
  readonly disposition: Disposition
  readonly priority: number
  readonly severity: string
  readonly confidence: string
  readonly reason: string
  readonly uri: string | null
  /** Valid from and until, Unix ms; null = without such an end. */
  readonly from: number | null
  readonly until: number | null
  /** The module wrote another name beside the number; the number counts (4.4). */
  readonly doubt: string | null
}

/** The opinion that counts (threat-response-contract 4.8), why, and which it stands above. */
export type Verdict = {
  readonly observable: { readonly type: string; readonly value: string }
  readonly disposition: Disposition
  readonly judgement: JudgementRecord
  readonly why: string
  /** In the order of the rule, at most 50. */
  readonly others: readonly JudgementRecord[]
}

/** How far one module is with one investigation. */
export type ModuleRun = {
  readonly id: string
  readonly name: string
  readonly type: string
  readonly state: 'running' | 'done' | 'failed'
  /** Unix ms by which it has answered or failed. */
  readonly deadline: number
  /** Since the start; of the last answer so far. */
  readonly ms: number
  /** Verbs it was asked, and which of them are answered. */
  readonly asked: readonly ModuleVerb[]
  readonly answered: readonly ModuleVerb[]
  /** Documents, sightings and links so far, by kind. */
  readonly counts: Readonly<Record<string, number>>
  readonly count: number
  readonly errors: readonly ModuleError[]
}

/** A link into the product of a module. */
export type ReferLink = {
  readonly module: string
  readonly moduleName: string
  readonly title: string
  readonly description: string
  readonly url: string
}

/** What the stream of an investigation says; `id` of the event is its place, to go on from (console-and-cli 4). */
export type InvestigationEvent =
  | { readonly event: 'module.started' | 'module.partial' | 'module.done' | 'module.failed'; readonly data: ModuleRun }
  | { readonly event: 'graph.delta'; readonly data: GraphDelta }
  | { readonly event: 'verdict.changed'; readonly data: Verdict }
  | {
      readonly event: 'investigation.done'
      readonly data: { readonly state: 'done' | 'failed'; readonly nodes: number; readonly verdicts: number }
    }
  /** The place is not known any more: fetch the investigation again. */
  | { readonly event: 'reset'; readonly data: Readonly<Record<string, never>> }

/** What to put in place of what has the same id, and what to take away. */
export type GraphDelta = {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
  readonly removedNodes: readonly string[]
  readonly removedEdges: readonly string[]
}

export type Investigation = {
  readonly v: 1
  readonly id: string
  readonly state: 'running' | 'done' | 'failed'
  readonly createdAt: number
  readonly finishedAt: number | null
  readonly observables: readonly Observable[]
  /** Networks given as CIDR: the address stands in `observables`, the journal was asked for the whole. */
  readonly networks: readonly string[]
  /** Observables of a long text that were not asked about, behind those that were. */
  readonly notAsked: number
  /** How many events hold each seed, by `type:value`. */
  readonly seen: Readonly<Record<string, number>>
  readonly sightings: readonly SightingGroup[]
  readonly graph: {
    readonly nodes: readonly GraphNode[]
    readonly edges: readonly GraphEdge[] /** Left out, for the picture. */
    readonly folded: number
  }
  /** The newest events that hold a seed. */
  readonly events: readonly EventRecord[]
  readonly coverage: Coverage
  readonly failure: { readonly code: string; readonly detail: string } | null
  /** Place of the last event of its stream that this holds. */
  readonly asOf: number
  readonly modules: readonly ModuleRun[]
  /** Of every observable that a module judges, seeds first, the worst first. */
  readonly verdicts: readonly Verdict[]
  readonly links: readonly ReferLink[]
}
