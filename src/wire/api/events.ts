// What /api/v1 says about events: the CLI and the console read the same (console-and-cli 1.7). An API is public: a
// member once here keeps its meaning.
import type { Flow, Relation, Sensor, Severity, Signature } from '../../core/event.ts'
import type { Observable } from '../../core/observable.ts'

/** One event as it is shown; `raw` is the line itself. */
export type EventRecord = {
  /** `stream:sequence`, the only identity. */
  readonly id: string
  readonly device: string
  readonly source: string
  readonly format: string
  /** Arrival at the device, Unix ms. */
  readonly arrivedAt: number
  /** The line as text; bytes that are no UTF-8 are replaced, then `rawBase64` has the exact ones. */
  readonly raw: string
  readonly rawBase64?: string
  readonly body:
    | {
        readonly kind: 'event'
        readonly sensor: Sensor
        readonly type: string
        readonly at: number
        readonly severity: Severity
        readonly signature?: Signature
        readonly host?: string
        readonly flow: Flow
        readonly observables: readonly Observable[]
        readonly relations: readonly Relation[]
        readonly flowId?: string
        readonly summary: string
        readonly flags?: readonly string[]
      }
    | { readonly kind: 'quarantined'; readonly reason: string; readonly at: number }
}

/** What the store covers for a question, and what it knows to be absent (delivery L4). */
export type Coverage = {
  /** Arrival at the exchange of the first and the last block searched, Unix ms; null = nothing stored. */
  readonly from: number | null
  readonly to: number | null
  /** Blocks committed and not yet indexed: an answer may lack their events. */
  readonly unindexedBlocks: number
  /** Declared losses and holes in the range asked, each device, source and cause once. */
  readonly gaps: readonly Gap[]
}

export type Gap = {
  readonly device: string
  readonly source: string
  readonly cause: string
  /** null = unknown. */
  readonly count: number | null
  readonly from: number
  readonly to: number
}

/** Times that stand beside a query: Unix ms; `since`, `until` mean event time, `arrived…` arrival at the device. */
export type EventRange = {
  readonly since?: number
  readonly until?: number
  readonly arrivedSince?: number
  readonly arrivedUntil?: number
}

export type EventQuestion = EventRange & {
  /** docs/query.md; '' = everything. */
  readonly q: string
}

/** A declared loss as a row among the events: it has a place, and no line. */
export type LossRow = {
  /** `STREAM:SEQUENCE:loss:BLOCK`, the same at every answer. */
  readonly id: string
  readonly device: string
  readonly source: string
  readonly stream: string
  /** Of the event that would have come first. */
  readonly sequence: number
  readonly cause: string
  /** null = unknown. */
  readonly count: number | null
  /** Arrival at the device of what stands before it, and when it was declared, Unix ms. */
  readonly from: number
  readonly to: number
}

export type EventPage = {
  readonly v: 1
  /** Newest arrival first. */
  readonly events: readonly EventRecord[]
  /** Declared losses that stand among these events: each above the event at `above`, or below all. */
  readonly losses: readonly { readonly above: number; readonly loss: LossRow }[]
  /** Give it back to go on; null = that was all. */
  readonly next: string | null
  /** Cursor of the tail that goes on above the first page, without a gap; null on the others. */
  readonly live: string | null
  readonly coverage: Coverage
}

/** An event or a loss as a line of its own, in a tail and in an export. */
export type EventLine =
  | ({ readonly kind: 'event'; readonly stream: string; readonly sequence: number } & EventRecord)
  | ({ readonly kind: 'loss' } & LossRow)

/**
 * A line of the tail, in order of arrival. `cursor` stands behind it: from there nothing is missed and nothing comes
 * twice, whoever was killed in between (delivery J5).
 */
export type TailLine =
  | (EventLine & { readonly cursor: string })
  /** Says how far the tail is where nothing was found, and that it lives. `behind`: stored and not yet indexed. */
  | { readonly kind: 'at'; readonly cursor: string; readonly behind: boolean }
  /** What stood between the cursor and this day has expired: it is not in the tail (delivery J7). */
  | { readonly kind: 'expired'; readonly cursor: string; readonly before: string }

export type EventCount = { readonly v: 1; readonly count: number; readonly coverage: Coverage }

export type EventHistogram = {
  readonly v: 1
  /** Event time of the first bucket's beginning, Unix ms, and the width of each. */
  readonly from: number
  readonly widthMs: number
  /** Events per bucket by severity. */
  readonly buckets: readonly {
    readonly high: number
    readonly medium: number
    readonly low: number
    readonly unknown: number
  }[]
  readonly coverage: Coverage
}

/** Facets that can be counted: those of the index (docs/query.md). */
export type EventTop = {
  readonly v: 1
  readonly facet: string
  readonly values: readonly { readonly value: string; readonly count: number }[]
  readonly coverage: Coverage
}

/** What the journal holds of one input of a device (`open` prints it). */
export type InputTotals = {
  readonly v: 1
  readonly events: number
  readonly quarantined: number
  readonly ignored: number
  readonly notSelected: number
  readonly byType: Readonly<Record<string, number>>
  /** Declared losses before the spool, and holes, by cause; null = unknown. */
  readonly lost: Readonly<Record<string, number | null>>
  /** Blocks stored and not yet indexed; the totals are final at 0. */
  readonly unindexedBlocks: number
}

/** What became of the quarantined lines that were read again (delivery J5). */
export type Requarantined = {
  readonly v: 1
  /** Lines that were in quarantine and were read again. */
  readonly read: number
  /** Of these, how many are events now; the others stay. */
  readonly recovered: number
}
