// An investigation as it is shown: observables in, what the journal knows out (DESIGN "The road of an event").
import type { Severity } from '../../core/event.ts'
import type { Observable } from '../../core/observable.ts'
import type { Coverage, EventRecord } from './events.ts'

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

export type GraphNode = {
  /** `type:value` of an observable; `signature:…`, `device:…` for the others. */
  readonly id: string
  readonly kind: 'observable' | 'signature' | 'device'
  readonly type: string
  readonly label: string
  readonly seed: boolean
  readonly severity: Severity
  readonly count: number
}

export type GraphEdge = {
  readonly id: string
  readonly source: string
  readonly target: string
  readonly relation: string
  readonly count: number
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
}
