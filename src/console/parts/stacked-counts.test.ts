import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventHistogram } from '../../wire/api/events.ts'
import { brushedRange, stackedCounts } from './stacked-counts.ts'

const histogram: EventHistogram = {
  v: 1,
  from: 10_000,
  widthMs: 1_000,
  buckets: [
    { high: 1, medium: 2, low: 3, unknown: 4 },
    { high: 0, medium: 0, low: 0, unknown: 0 },
  ],
  coverage: { from: null, to: null, unindexedBlocks: 0, gaps: [] },
}

test('console, histogram: the bars of a bucket reach up to the sums of its severities', () => {
  const { times, tops } = stackedCounts(histogram)
  assert.deepEqual(times, [10.5, 11.5])
  assert.deepEqual(tops, { unknown: [10, 0], low: [6, 0], medium: [3, 0], high: [1, 0] })
})

test('console, histogram: a brush takes whole buckets, at least one, and none outside', () => {
  assert.deepEqual(brushedRange(histogram, 10_200, 10_300), { from: 10_000, to: 11_000 })
  assert.deepEqual(brushedRange(histogram, 10_900, 11_100), { from: 10_000, to: 12_000 })
  assert.deepEqual(brushedRange(histogram, 0, 99_999), { from: 10_000, to: 12_000 })
})
