// The ledger and its verification (delivery 1.6).
import { Type } from 'typebox'
import type { Ledger, LedgerVerification } from '../../wire/api/ledger.ts'
import { defineRoute, ok, type Route } from './define-route.ts'
import { counter, described, instant, orNull, version } from './described.ts'

const ledger = described<Ledger>()(
  Type.Object({
    v: version,
    rows: Type.Array(
      Type.Object({
        device: Type.String(),
        source: Type.String(),
        stream: Type.String(),
        day: Type.String({ description: 'Arrival day of the first block, YYYY-MM-DD' }),
        given: Type.Integer({ description: 'stored + lost + outstanding + withdrawn + expired' }),
        stored: counter,
        lost: counter,
        outstanding: counter,
        withdrawn: counter,
        expired: counter,
        heardAt: instant,
        holes: Type.Record(Type.String(), counter),
        beforeSpool: Type.Record(Type.String(), orNull(counter)),
        notSelected: counter,
        ignored: counter,
        duplicates: counter,
        repeated: counter,
        disputed: counter,
        quarantined: counter,
        missingPredecessor: orNull(Type.String()),
      }),
    ),
    holds: Type.Boolean(),
  }),
)

const verification = described<LedgerVerification>()(
  Type.Object({
    v: version,
    holds: Type.Boolean(),
    blocks: counter,
    events: counter,
    streams: counter,
    checkpoints: Type.Object({ verified: counter, pending: counter, unverifiable: counter, withdrawn: counter }),
    broken: orNull(Type.Object({ stream: Type.String(), block: Type.Integer(), reason: Type.String() })),
  }),
)

const read = defineRoute({
  method: 'GET',
  path: '/api/v1/ledger',
  access: 'owner',
  summary: 'What was given, and where all of it is',
  answers: { 200: { description: 'A row for each stream', schema: ledger } },
  async handle({ ports, principal }) {
    return ok(await ports.ledger.ledger(principal.organisation))
  },
})

const verify = defineRoute({
  method: 'POST',
  path: '/api/v1/ledger/verify',
  access: 'owner',
  summary: 'Compute the ledger again from the stored blocks alone',
  answers: { 200: { description: 'Whether it holds', schema: verification } },
  async handle({ ports, principal }) {
    return ok(await ports.ledger.verify(principal.organisation))
  },
})

export const ledgerRoutes: readonly Route[] = [read, verify]
