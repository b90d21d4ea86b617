// Read blocks made by hand, for tests of the index alone.
import type { IndexedBlock } from './event-index.ts'
import { timesOf } from './event-times.ts'
import { documentSeparator } from './terms.ts'
import { fixtureStart } from '../stream-fixture.ts'

export type FixtureRow = { readonly terms: string; readonly at: number; readonly severity: number }

export function indexedBlock(
  ordinal: number,
  rows: readonly FixtureRow[],
  more: Partial<IndexedBlock> = {},
): IndexedBlock {
  const made = { from: fixtureStart + ordinal * 1_000, to: fixtureStart + ordinal * 1_000 + 50 }
  const times = rows.map((row) => row.at)
  const severities = rows.map((row) => row.severity)
  return {
    ...made,
    ...timesOf(times, severities, made),
    ordinal,
    stream: 'f'.repeat(32),
    block: ordinal,
    first: (ordinal - 1) * 256 + 1,
    device: 'fw-1',
    source: 'eve',
    arrivedAt: fixtureStart + ordinal * 1_000,
    documents: rows.map((row) => row.terms).join(documentSeparator),
    types: new Map(),
    quarantined: [],
    signatures: new Map(),
    input: { generation: 1, length: 64, sha256: 'ab12cd34ef567890' },
    ignored: 0,
    notSelected: 0,
    loss: null,
    ...more,
  }
}
