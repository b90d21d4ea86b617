// The schemas of wire/api/investigations.ts.
import { Type } from 'typebox'
import type { Investigation, InvestigationRequest } from '../../wire/api/investigations.ts'
import { counter, described, instant, oneOf, orNull, version } from './described.ts'
import { coverage, eventRecord, observable, severity, signature } from './event-schemas.ts'
import { moduleError, verb } from './module-schemas.ts'

/** A report of some hundred pages. Characters; the body's limit in bytes stands beside the route. */
export const contentMax = 4_000_000
const observablesMax = 1_000

export const content = Type.String({ maxLength: contentMax, description: 'Any text: log lines, a report, defanged' })

export const investigationRequest = described<InvestigationRequest>()(
  Type.Union([
    Type.Object({ content }, { additionalProperties: false }),
    Type.Object(
      { observables: Type.Array(observable, { minItems: 1, maxItems: observablesMax }) },
      { additionalProperties: false },
    ),
  ]),
)

const sightingGroup = Type.Object({
  device: Type.String(),
  sensor: Type.String(),
  type: Type.String(),
  signature: orNull(signature),
  severity,
  count: counter,
  firstSeen: instant,
  lastSeen: instant,
  observables: Type.Array(observable),
  examples: Type.Array(Type.String()),
})

const provenance = Type.Object({ module: Type.String(), name: Type.String(), source: Type.String() })
const disposition = Type.Union([Type.Literal(1), Type.Literal(2), Type.Literal(3), Type.Literal(4), Type.Literal(5)])

const graphNode = Type.Object({
  id: Type.String(),
  kind: oneOf(['observable', 'signature', 'device', 'entity', 'target']),
  type: Type.String(),
  label: Type.String(),
  seed: Type.Boolean(),
  severity,
  count: counter,
  disposition: orNull(disposition),
  sources: Type.Array(provenance),
})

const graphEdge = Type.Object({
  id: Type.String(),
  source: Type.String(),
  target: Type.String(),
  relation: Type.String(),
  count: counter,
  sources: Type.Array(provenance),
})

const judgement = Type.Object({
  id: Type.String(),
  module: Type.String(),
  moduleName: Type.String(),
  source: Type.String(),
  disposition,
  priority: Type.Number(),
  severity: Type.String(),
  confidence: Type.String(),
  reason: Type.String(),
  uri: orNull(Type.String()),
  from: orNull(instant),
  until: orNull(instant),
  doubt: orNull(Type.String()),
})

const verdict = Type.Object({
  observable: Type.Object({ type: Type.String(), value: Type.String() }),
  disposition,
  judgement,
  why: Type.String(),
  others: Type.Array(judgement),
})

const moduleRun = Type.Object({
  id: Type.String(),
  name: Type.String(),
  type: Type.String(),
  state: oneOf(['running', 'done', 'failed']),
  deadline: instant,
  ms: counter,
  asked: Type.Array(verb),
  answered: Type.Array(verb),
  counts: Type.Record(Type.String(), counter),
  count: counter,
  errors: Type.Array(moduleError),
})

const referLink = Type.Object({
  module: Type.String(),
  moduleName: Type.String(),
  title: Type.String(),
  description: Type.String(),
  url: Type.String(),
})

export const investigation = described<Investigation>()(
  Type.Object({
    v: version,
    id: Type.String(),
    state: oneOf(['running', 'done', 'failed']),
    createdAt: instant,
    finishedAt: orNull(instant),
    observables: Type.Array(observable),
    networks: Type.Array(Type.String()),
    notAsked: counter,
    seen: Type.Record(Type.String(), counter),
    sightings: Type.Array(sightingGroup),
    graph: Type.Object({ nodes: Type.Array(graphNode), edges: Type.Array(graphEdge), folded: counter }),
    events: Type.Array(eventRecord),
    coverage,
    failure: orNull(Type.Object({ code: Type.String(), detail: Type.String() })),
    asOf: counter,
    modules: Type.Array(moduleRun),
    verdicts: Type.Array(verdict),
    links: Type.Array(referLink),
  }),
)
