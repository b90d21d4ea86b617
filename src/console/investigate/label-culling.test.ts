import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Box, boxOf, cullLabels, type LabelWish, labelRank } from './label-culling.ts'

const wish = (id: string, x: number, y: number, rank: readonly number[] = [0]): LabelWish => ({
  id,
  x,
  y,
  radius: 5,
  width: 80,
  height: 12,
  rank,
})
const wishes = fc.uniqueArray(
  fc.record({
    id: fc.stringMatching(/^[a-z0-9]{1,5}$/),
    x: fc.integer({ min: -200, max: 800 }),
    y: fc.integer({ min: -200, max: 600 }),
    radius: fc.integer({ min: 2, max: 14 }),
    width: fc.integer({ min: 4, max: 400 }),
    height: fc.constant(12),
    rank: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 2 }),
  }),
  { maxLength: 150, selector: ({ id }) => id },
)

test('console 6, labels: no two kept boxes overlap', () => {
  fc.assert(
    fc.property(wishes, (all) => {
      const kept = cullLabels(all)
      const boxes: Box[] = all.flatMap((one) => {
        const side = kept.get(one.id)
        return side ? [boxOf(one, side)] : []
      })
      for (const [i, a] of boxes.entries())
        for (const b of boxes.slice(i + 1))
          assert.ok(a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top)
    }),
  )
})

test('console 6, labels: the same nodes give the same labels, in whatever order they come', () => {
  fc.assert(fc.property(wishes, (all) => assert.deepEqual(cullLabels(all.toReversed()), cullLabels(all))))
})

test('console 6, labels: the selected node keeps its label, then the seeds, then high severity, then degree', () => {
  const plain = { selected: false, beside: false, seed: false, severityRank: 3, degree: 1 }
  const ranked = [
    { ...plain, selected: true },
    { ...plain, beside: true },
    { ...plain, seed: true },
    { ...plain, severityRank: 0 },
    { ...plain, degree: 9 },
    plain,
  ].map(labelRank)
  for (const [i, rank] of ranked.entries())
    for (const lower of ranked.slice(i + 1)) {
      const kept = cullLabels([wish('a', 0, 0, lower), wish('b', 0, 0, rank), wish('c', 0, 0, lower)])
      assert.equal(kept.get('b'), 'below')
      assert.equal(kept.size, 2)
    }
})

test('console 6, labels: a label that has no room below its node stands above it', () => {
  const kept = cullLabels([wish('a', 0, 0, [0]), wish('b', 10, 0, [1]), wish('c', 20, 0, [2])])
  assert.deepEqual(
    [...kept],
    [
      ['a', 'below'],
      ['b', 'above'],
    ],
  )
})
