import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventPage, LossRow, TailLine } from '../../wire/api/events.ts'
import { isLoss, type ListRow, rowsOf, rowsOfTail } from './event-rows.ts'
import { arrive, isFull, liveRowsMax, noLiveRows, release } from './live-rows.ts'

const loss = (id: string): LossRow => ({
  id,
  device: 'd',
  source: 's',
  stream: 'x',
  sequence: 1,
  cause: 'spool.full',
  count: 1,
  from: 0,
  to: 1,
})
const event = (id: string) => ({
  id,
  device: 'd',
  source: 's',
  format: 'f',
  arrivedAt: 1,
  raw: id,
  body: { kind: 'quarantined' as const, reason: 'r', at: 1 },
})
const rows = (...ids: string[]): ListRow[] => ids.map(loss)
const ids = (list: readonly ListRow[]) => list.map(({ id }) => id)
const none = new Set<string>()

test('issue 9, 7: losses stand among the events of their page, above the one they came behind', () => {
  const page = (events: string[], losses: [number, string][]): EventPage => ({
    v: 1,
    events: events.map(event),
    losses: losses.map(([above, id]) => ({ above, loss: loss(id) })),
    next: null,
    live: null,
    coverage: { from: null, to: null, unindexedBlocks: 0, gaps: [] },
  })
  const list = rowsOf([
    page(
      ['a', 'b'],
      [
        [0, 'first'],
        [2, 'last'],
      ],
    ),
    page(['c'], [[0, 'between']]),
    page([], [[0, 'alone']]),
  ])
  assert.deepEqual(ids(list), ['first', 'a', 'b', 'last', 'between', 'c', 'alone'])
  assert.deepEqual(
    list.filter(isLoss).map(({ id }) => id),
    ['first', 'last', 'between', 'alone'],
  )
})

test('issue 9, 7: a tail brings rows newest first, and nothing of what only says how far it is', () => {
  const lines: TailLine[] = [
    { kind: 'event', cursor: '1', stream: 'x', sequence: 1, ...event('a') },
    { kind: 'loss', cursor: '2', ...loss('b') },
    { kind: 'at', cursor: '3', behind: false },
  ]
  assert.deepEqual(rowsOfTail(lines), [loss('b'), { ...event('a'), stream: 'x', sequence: 1 }])
})

test('console 2: while it is followed new rows stand above, and what the list has comes once', () => {
  const first = arrive(noLiveRows, rows('b', 'a'), { following: true, listed: new Set(['a']) })
  const second = arrive(first, rows('d', 'c'), { following: true, listed: none })
  assert.deepEqual(ids(second.shown), ['d', 'c', 'b'])
  assert.equal(second.waitingCount, 0)
})

test('console 2: while it is paused rows wait and are counted; then they come in their order', () => {
  const paused = { following: false, listed: none }
  const live = arrive(
    arrive(arrive(noLiveRows, rows('a'), { ...paused, following: true }), rows('b'), paused),
    rows('c'),
    paused,
  )
  assert.deepEqual([ids(live.shown), ids(live.waiting), live.waitingCount], [['a'], ['c', 'b'], 2])
  const late = arrive(live, rows('d'), { ...paused, following: true })
  assert.deepEqual([ids(late.shown), late.waitingCount], [['a'], 3], 'nothing overtakes what waits')
  assert.deepEqual(ids(release(late).live.shown), ['d', 'c', 'b', 'a'])
})

test('issue 9, 7: the buffer of a pause is bounded; what it did not hold makes the list begin anew', () => {
  let live = noLiveRows
  for (let step = 0; step < 12; step++) {
    const arrived = Array.from({ length: 100 }, (_, index) => loss(`${step}.${index}`))
    live = arrive(live, arrived, { following: false, listed: none })
  }
  assert.equal(live.waiting.length, liveRowsMax)
  assert.equal(live.waitingCount, 1_200)
  assert.deepEqual(release(live), { live: noLiveRows, again: true })
  assert(isFull(Array.from({ length: liveRowsMax + 1 }, () => loss('x'))))
})
