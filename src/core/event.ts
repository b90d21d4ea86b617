// What a parser read in one line of a sensor. Derived at the exchange and derivable again: the raw line is the
// evidence, never this (delivery 1.0, J5).
import type { Observable } from './observable.ts'

export type Severity = 'high' | 'medium' | 'low' | 'unknown'

/** Whose output the line is: a facet of its own beside the sensor's type word. */
export type Sensor = 'suricata' | 'snort' | 'zeek' | 'firepower'

/** The classes a device can be told to select; which types belong to which stands in docs/vocabulary.md. */
export type SelectionClass = 'intrusion' | 'connection-high' | 'connection' | 'file-malware' | 'other'

export type Relation = { readonly source: Observable; readonly relation: string; readonly related: Observable }

/** The two ends as the sensor wrote them, in normal form; absent where the line names none. */
export type Flow = {
  readonly source?: string
  readonly sourcePort?: number
  readonly target?: string
  readonly targetPort?: number
  readonly protocol?: string
}

export type Signature = {
  /** `gid:sid` for rules of Suricata and Snort, else the sensor's own id or name. */
  readonly id: string
  readonly name: string
}

export type SensorEvent = {
  readonly kind: 'event'
  readonly sensor: Sensor
  /** The sensor's own word for the kind of event. */
  readonly type: string
  /** Event time, Unix ms; the time of arrival where the line has none. */
  readonly at: number
  readonly severity: Severity
  readonly signature?: Signature
  /** Name of the sensor or firewall that the line itself gives. */
  readonly host?: string
  readonly flow: Flow
  /** Distinct, in normal form, in order of appearance. */
  readonly observables: readonly Observable[]
  readonly relations: readonly Relation[]
  /** The sensor's own number of the flow as text (64-bit ids are never numbers). */
  readonly flowId?: string
  /** One line for people: what happened. */
  readonly summary: string
  /** Marks such as `truncated`; searchable as `flag:`. */
  readonly flags?: readonly string[]
}

/** A line no parser understood: stored like any other, marked, read again after a fix (delivery J5). */
export type Unreadable = { readonly kind: 'unreadable'; readonly reason: string }

/** A line that is no event and never becomes one: header, comment, another product's (delivery N1, traps C2, C6). */
export type Ignored = { readonly kind: 'ignored'; readonly reason: string }
