import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeviceView } from '../../wire/api/fleet.ts'
import { devicesWith, readDeviceSearch } from './device-search.ts'

const device = (id: string, name: string, flowing: boolean): DeviceView => ({
  id,
  name,
  organisation: 'o',
  states: { enrolled: true, connected: true, healthy: true, flowing },
  enrolledAt: 1,
  lastSeenAt: 1,
  lastAckAt: 1,
  certificate: null,
  status: null,
  account: { given: 0, stored: 0, lost: 0, outstanding: 0, withdrawn: 0, expired: 0, holds: true, losses: {} },
  lagMs: null,
  certificateDays: null,
})
const all = [device('a1', 'Berlin edge', true), device('b2', 'Berlin core', false), device('c3', '', false)]

test('console 19: a filter means devices by name, id and state, every word of it', () => {
  const cases: [q: string, ids: string[]][] = [
    ['', ['a1', 'b2', 'c3']],
    ['berlin', ['a1', 'b2']],
    ['flowing', ['a1']],
    ['not flowing', ['b2', 'c3']],
    ['Berlin not  flowing', ['b2']],
    ['c3 connected', ['c3']],
    ['paris', []],
  ]
  for (const [q, ids] of cases)
    assert.deepEqual(
      devicesWith(all, q).map(({ id }) => id),
      ids,
      q,
    )
})

test('console 19: what an address says of the page is read, and nothing else', () => {
  assert.deepEqual(readDeviceSearch({ q: 'x', device: 'd', enrol: '1', other: 'y' }), {
    q: 'x',
    device: 'd',
    enrol: '1',
  })
  assert.deepEqual(readDeviceSearch({ q: '', device: ['a'], enrol: '2' }), {})
})
