import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeviceView } from '../../wire/api/fleet.ts'
import { enrolment } from './enrolment-steps.ts'

const madeAt = 1_000_000_000
const device = (change: Partial<DeviceView>): DeviceView => ({
  id: 'new',
  name: '',
  organisation: 'o',
  states: { enrolled: true, connected: false, healthy: false, flowing: false },
  enrolledAt: madeAt + 1,
  lastSeenAt: 0,
  lastAckAt: 0,
  certificate: null,
  status: null,
  account: { given: 0, stored: 0, lost: 0, outstanding: 0, withdrawn: 0, expired: 0, holds: true, losses: {} },
  lagMs: null,
  certificateDays: null,
  ...change,
})
const done = (devices: readonly DeviceView[]) =>
  enrolment(devices, new Set(['old']), madeAt).steps.map((step) => step.done)

test('issue 9, 7: what is waited for is the device that was not there, never one that was', () => {
  assert.deepEqual(done([device({ id: 'old', lastAckAt: madeAt + 5 })]), [false, false, false])
  assert.deepEqual(done([device({})]), [true, false, false])
  assert.deepEqual(done([device({ lastSeenAt: madeAt + 2 })]), [true, true, false])
  assert.deepEqual(done([device({ lastSeenAt: madeAt + 2, lastAckAt: madeAt + 3 })]), [true, true, true])
  assert.deepEqual(done([device({ enrolledAt: madeAt - 86_400_000 })]), [false, false, false], 'enrolled long before')
})
