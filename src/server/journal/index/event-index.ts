// Port: finds events by their terms. Derived from the blocks by a reader with a durable cursor; may be deleted and made
// anew at any time (delivery J5, D31). Adapters beside it; suite: event-index.contract.ts.
import type { Severity } from '../../../core/event.ts'
import type { Gap } from '../../../wire/api/events.ts'
import type { BlockPosition } from '../blocks/block-store.ts'
import type { BlockTimes } from './event-times.ts'
import type { Plan } from '../query/plan.ts'

/** Severity as it is stored beside each event time. */
export const severityCodes: Readonly<Record<Severity, number>> = { unknown: 0, low: 1, medium: 2, high: 3 }
export const severityNames = ['unknown', 'low', 'medium', 'high'] as const

/** An event's place: arrival day, block within the day, line within the block. Newest arrival = highest. */
export type EventPosition = { readonly day: string; readonly ordinal: number; readonly index: number }

export type Input = { readonly generation: number; readonly length: number; readonly sha256: string }

/** A block as the index takes it: small to hand over between threads, and nothing is left to compute of it. */
export type IndexedBlock = BlockTimes & {
  readonly ordinal: number
  readonly stream: string
  readonly block: number
  readonly first: number
  readonly device: string
  readonly source: string
  /** Arrival at the exchange, and of its first and last event at the device, Unix ms. */
  readonly arrivedAt: number
  readonly from: number
  readonly to: number
  /** The documents of its events, in order, between them a documentSeparator (terms.ts). */
  readonly documents: string
  /** Sensor's own word → events; quarantined ones are not among them. */
  readonly types: ReadonlyMap<string, number>
  readonly quarantined: readonly { readonly index: number; readonly reason: string }[]
  /** Rules seen: id → name. */
  readonly signatures: ReadonlyMap<string, string>
  readonly input: Input
  readonly ignored: number
  readonly notSelected: number
  readonly loss: { readonly cause: string; readonly count: number | null } | null
}

/** One quarantined event, with what is needed to read it again. */
export type Quarantined = EventPosition & { readonly reason: string; readonly device: string; readonly source: string }

/** What a quarantined event has become. */
export type Recovered = EventPosition & {
  /** The document it stands under now, exactly, and the new one. */
  readonly oldTerms: string
  readonly terms: string
  readonly at: number
  readonly severity: number
  readonly type: string
  readonly signature: readonly [id: string, name: string] | null
}

export type SourceTotals = {
  readonly events: number
  readonly quarantined: number
  readonly ignored: number
  readonly notSelected: number
  readonly byType: Readonly<Record<string, number>>
  readonly lost: Readonly<Record<string, number | null>>
}

/** Totals of one stream, of one input of it. */
export type TotalsRow = SourceTotals & {
  readonly stream: string
  readonly device: string
  readonly source: string
  readonly inputs: readonly Input[]
}

/** A term, `name:value` or that of a long value (terms.ts), and how many events have it. */
export type TopTerm = { readonly term: string; readonly count: number }

export type Tally = { readonly at: number; readonly severity: number }

/** A loss that a device declared in a block of its own: it stands where that block arrived. */
export type IndexedLoss = Gap & BlockPosition & { readonly stream: string; readonly sequence: number }

/** What an index knows of the days asked, for coverage. */
export type IndexedSpan = {
  readonly from: number | null
  readonly to: number | null
  readonly losses: readonly IndexedLoss[]
}

/**
 * A part of what was found: newest first, or with `behind` oldest first, of what lies between it and `before`; at most
 * `limit`.
 */
export type SearchOptions = {
  readonly before: EventPosition | null
  readonly behind?: EventPosition
  readonly limit: number
  readonly signal: AbortSignal
}

/** Blocks of one day: behind one ordinal, up to another. */
export type DayPart = { readonly day: string; readonly after: number; readonly through: number }

export type EventIndex = AsyncDisposable & {
  /** The highest block of each day that is indexed; what is not named has none. */
  cursors(organisation: string): Promise<ReadonlyMap<string, number>>
  /** Takes blocks of one day, in order, with the cursor, in one transaction. */
  add(organisation: string, day: string, blocks: readonly IndexedBlock[]): Promise<void>
  search(organisation: string, plan: Plan, options: SearchOptions): Promise<readonly EventPosition[]>
  /** Counts; `each` hears time and severity of every event found, where given. */
  count(organisation: string, plan: Plan, signal: AbortSignal, each?: (tally: Tally) => void): Promise<number>
  /** The terms of a facet by how many of the events found have them, most first. */
  top(
    organisation: string,
    plan: Plan,
    options: { readonly facet: string; readonly limit: number; readonly signal: AbortSignal },
  ): Promise<readonly TopTerm[]>
  totals(organisation: string): Promise<readonly TotalsRow[]>
  /** @param part only of these blocks */
  span(organisation: string, plan: Plan, part?: DayPart): Promise<IndexedSpan>
  /** Quarantined events in order of arrival; and what some have become. */
  quarantine: {
    list(organisation: string, after: EventPosition | null, limit: number): Promise<readonly Quarantined[]>
    recover(organisation: string, day: string, recovered: readonly Recovered[]): Promise<void>
  }
}
