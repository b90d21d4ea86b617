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
  must: false,
})
const wide = { left: -1e6, top: -1e6, right: 1e6, bottom: 1e6 }
const wishes = fc.uniqueArray(
  fc.record({
    id: fc.stringMatching(/^[a-z0-9]{1,5}$/),
    x: fc.integer({ min: -200, max: 800 }),
    y: fc.integer({ min: -200, max: 600 }),
    radius: fc.integer({ min: 2, max: 14 }),
    width: fc.integer({ min: 4, max: 400 }),
    height: fc.constant(12),
    must: fc.boolean(),
    rank: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 2 }),
  }),
  { maxLength: 150, selector: ({ id }) => id },
)

test('console 6, labels: no two kept boxes overlap', () => {
  fc.assert(
    fc.property(wishes, (all) => {
      const kept = cullLabels(all, wide)
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
  fc.assert(fc.property(wishes, (all) => assert.deepEqual(cullLabels(all.toReversed(), wide), cullLabels(all, wide))))
})

test('console 6, labels: the selected node keeps its label, then the seeds, then high severity, then degree', () => {
  const plain = { selected: false, beside: false, seed: false, group: false, severityRank: 3, degree: 1 }
  const ranked = [
    { ...plain, selected: true },
    { ...plain, beside: true },
    { ...plain, seed: true },
    { ...plain, group: true },
    { ...plain, severityRank: 0 },
    { ...plain, degree: 9 },
    plain,
  ].map(labelRank)
  for (const [i, rank] of ranked.entries())
    for (const lower of ranked.slice(i + 1)) {
      const crowd = ['a', 'c', 'd', 'e', 'f', 'g'].map((id) => wish(id, 0, 0, lower))
      const kept = cullLabels(
        [...crowd, wish('b', 0, 0, rank)].map((one) => ({ ...one, must: true })),
        wide,
      )
      assert.equal(kept.get('b'), 'below')
      assert.equal(kept.size, 4)
    }
})

test('console 6, labels: a label that has no room below its node stands beside or above it', () => {
  const kept = cullLabels([wish('a', 0, 0, [0]), wish('b', 0, 30, [1]), wish('c', 0, 12, [2])], wide)
  assert.deepEqual(
    [...kept],
    [
      ['a', 'right'],
      ['b', 'below'],
      ['c', 'right'],
    ],
  )
})

test('console 6, labels: none stands over another node, but that of what is selected or asked about', () => {
  const walls = [
    [0, 16],
    [0, -16],
    [40, 0],
    [-40, 0],
  ].map(([x = 0, y = 0], i) => ({ ...wish(`w${i}`, x, y, [1]), width: 1 }))
  assert.equal(cullLabels([wish('a', 0, 0), ...walls], wide).has('a'), false)
  assert.equal(cullLabels([{ ...wish('a', 0, 0), must: true }, ...walls], wide).get('a'), 'below')
})

test('console 6, labels: none is cut by the edge of the panel', () => {
  const panel = { left: 0, top: 0, right: 300, bottom: 200 }
  assert.equal(cullLabels([wish('a', 290, 100)], panel).get('a'), 'left')
  assert.equal(cullLabels([wish('a', 150, 195)], panel).get('a'), 'above')
  assert.equal(cullLabels([wish('a', 400, 100)], panel).has('a'), false)
})
