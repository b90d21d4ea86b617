// One step of a tail over a store and an index that say whatever a test wants.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BlockStore } from '../blocks/block-store.ts'
import { decodeTailCursor } from './cursor.ts'
import type { EventIndex } from '../index/event-index.ts'
import { lastLine } from '../index/index-layout.ts'
import { fixtureStart } from '../stream-fixture.ts'
import { tailEvents } from './tail-events.ts'

test('delivery J5: a tail stays before what an earlier day has not indexed yet, though a later day is there', async () => {
  const days = ['2026-11-24', '2026-11-25'].map((day) => ({ day, blocks: 3 }))
  const step = async (from: string, indexed: readonly (readonly [string, number])[]) =>
    await tailEvents(
      {
        store: {
          days: () => Promise.resolve(days),
          ledger: () => Promise.resolve({ streams: [], checkpoints: [], boundaries: [] }),
        } as Partial<BlockStore> as BlockStore,
        index: {
          cursors: () => Promise.resolve(new Map(indexed)),
          search: () => Promise.resolve([]),
          span: () => Promise.resolve({ losses: [] }),
        } as unknown as EventIndex,
        formatNamed: () => undefined,
      },
      { organisation: 'acme', journal: 'j', question: { q: '' }, from, now: fixtureStart },
      AbortSignal.abort(),
    )
  const at = (cursor: string) => decodeTailCursor(cursor, 'acme', 'j').position
  const lagging = await step('start', [
    ['2026-11-24', 2],
    ['2026-11-25', 3],
  ])
  assert.deepEqual(at(lagging.cursor), { day: '2026-11-24', ordinal: 2, index: lastLine })
  assert.deepEqual([lagging.end, lagging.behind], [true, true])
  const whole = await step(lagging.cursor, [
    ['2026-11-24', 3],
    ['2026-11-25', 3],
  ])
  assert.deepEqual(at(whole.cursor), { day: '2026-11-25', ordinal: 3, index: lastLine })
  assert.deepEqual([whole.end, whole.behind], [true, false])
})
