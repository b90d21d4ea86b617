import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventRecord } from '../../wire/api/events.ts'
import { newestSince } from './newest.ts'

const event = (n: number): EventRecord => ({
  id: `s:${n}`,
  device: 'd',
  source: 'eve',
  format: 'suricata-eve',
  arrivedAt: n,
  raw: '{}',
  body: { kind: 'quarantined', reason: 'no JSON', at: n },
})

test('console, live: only what the list does not hold is new, in its order', () => {
  const joined = newestSince([event(2), event(1)], [event(4), event(3), event(2)])
  assert.deepEqual(joined, { kind: 'joined', fresh: [event(4), event(3)] })
  assert.deepEqual(newestSince([event(1)], [event(1)]), { kind: 'joined', fresh: [] })
  assert.deepEqual(newestSince([], [event(1)]), { kind: 'joined', fresh: [event(1)] })
})

test('console, live: a newest page that does not meet the list is a gap, never a silent hole', () => {
  assert.deepEqual(newestSince([event(1)], [event(9), event(8)]), { kind: 'gap', atLeast: 2 })
})
