// The schemas of wire/api/events.ts, for OpenAPI and for the tests that hold answers against it.
import { Type } from 'typebox'
import { observableTypes } from '../../core/observable.ts'
import type {
  Coverage,
  EventCount,
  EventHistogram,
  EventLine,
  EventPage,
  EventRecord,
  EventTop,
  InputTotals,
  Requarantined,
  TailLine,
} from '../../wire/api/events.ts'
import { counter, described, instant, oneOf, orNull, version } from './described.ts'

export const observable = Type.Object({ type: oneOf(observableTypes), value: Type.String() })
export const severity = oneOf(['high', 'medium', 'low', 'unknown'])
export const signature = Type.Object({ id: Type.String(), name: Type.String() })

const text = Type.Optional(Type.String())
const port = Type.Optional(Type.Integer({ minimum: 0, maximum: 65_535 }))

const body = Type.Union([
  Type.Object({
    kind: Type.Literal('event'),
    sensor: oneOf(['suricata', 'snort', 'zeek', 'firepower']),
    type: Type.String({ description: "The sensor's own word" }),
    at: instant,
    severity,
    signature: Type.Optional(signature),
    host: text,
    flow: Type.Object({ source: text, sourcePort: port, target: text, targetPort: port, protocol: text }),
    observables: Type.Array(observable),
    relations: Type.Array(Type.Object({ source: observable, relation: Type.String(), related: observable })),
    flowId: text,
    summary: Type.String(),
    flags: Type.Optional(Type.Array(Type.String())),
  }),
  Type.Object({ kind: Type.Literal('quarantined'), reason: Type.String(), at: instant }),
])

const record = {
  id: Type.String({ description: 'stream:sequence, the only identity' }),
  device: Type.String(),
  source: Type.String(),
  format: Type.String(),
  arrivedAt: instant,
  raw: Type.String({ description: 'The line as text' }),
  rawBase64: Type.Optional(Type.String({ description: 'The exact bytes, where they are no UTF-8' })),
  body,
}
export const eventRecord = described<EventRecord>()(Type.Object(record))

const loss = {
  id: Type.String({ description: 'Names this loss; no event has such an identity' }),
  device: Type.String(),
  source: Type.String(),
  stream: Type.String(),
  sequence: counter,
  cause: Type.String(),
  count: orNull(counter),
  from: instant,
  to: instant,
}

const cursor = Type.String({ description: 'Give it as `from` to go on behind this line' })

const eventLine = { kind: Type.Literal('event'), stream: Type.String(), sequence: counter, ...record }
const lossLine = { kind: Type.Literal('loss'), ...loss }

export const tailLine = described<TailLine>()(
  Type.Union([
    Type.Object({ ...eventLine, cursor }),
    Type.Object({ ...lossLine, cursor }),
    Type.Object({ kind: Type.Literal('at'), cursor, behind: Type.Boolean() }),
    Type.Object({ kind: Type.Literal('expired'), cursor, before: Type.String() }),
  ]),
)

export const exportLine = described<EventLine>()(Type.Union([Type.Object(eventLine), Type.Object(lossLine)]))

export const coverage = described<Coverage>()(
  Type.Object({
    from: orNull(instant),
    to: orNull(instant),
    unindexedBlocks: counter,
    gaps: Type.Array(
      Type.Object({
        device: Type.String(),
        source: Type.String(),
        cause: Type.String(),
        count: orNull(counter),
        from: instant,
        to: instant,
      }),
    ),
  }),
)

export const eventPage = described<EventPage>()(
  Type.Object({
    v: version,
    events: Type.Array(eventRecord),
    losses: Type.Array(Type.Object({ above: counter, loss: Type.Object(loss) })),
    next: orNull(Type.String()),
    live: orNull(Type.String({ description: 'As `from` of the tail: what arrives above this page' })),
    coverage,
  }),
)

export const eventCount = described<EventCount>()(Type.Object({ v: version, count: counter, coverage }))

export const eventHistogram = described<EventHistogram>()(
  Type.Object({
    v: version,
    from: instant,
    widthMs: Type.Number(),
    buckets: Type.Array(Type.Object({ high: counter, medium: counter, low: counter, unknown: counter })),
    coverage,
  }),
)

export const eventTop = described<EventTop>()(
  Type.Object({
    v: version,
    facet: Type.String(),
    values: Type.Array(Type.Object({ value: Type.String(), count: counter })),
    coverage,
  }),
)

export const inputTotals = described<InputTotals>()(
  Type.Object({
    v: version,
    events: counter,
    quarantined: counter,
    ignored: counter,
    notSelected: counter,
    byType: Type.Record(Type.String(), counter),
    lost: Type.Record(Type.String(), orNull(counter)),
    unindexedBlocks: counter,
  }),
)

export const requarantined = described<Requarantined>()(Type.Object({ v: version, read: counter, recovered: counter }))
