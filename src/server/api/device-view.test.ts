import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeviceRecord } from '../../wire/api/fleet.ts'
import type { LedgerRow } from '../../wire/api/ledger.ts'
import type { Status } from '../../wire/status.ts'
import { deviceView } from './device-view.ts'

const now = 1_700_000_000_000
const day = 86_400_000

test('delivery L1: the account of a device is the sum of its own streams, and an unknown loss stays unknown', () => {
  const rows = [
    row({ given: 10, stored: 7, lost: 2, outstanding: 1, holes: { 'spool.damaged': 2 }, beforeSpool: { full: null } }),
    row({ given: 5, stored: 5, beforeSpool: { full: 3, 'line.too-long': 1 } }),
    row({ device: 'other', given: 100, stored: 1 }),
  ]
  const { account } = deviceView(record(), rows, now)
  assert.deepEqual(account, {
    given: 15,
    stored: 12,
    lost: 2,
    outstanding: 1,
    withdrawn: 0,
    expired: 0,
    holds: true,
    losses: { 'spool.damaged': 2, full: null, 'line.too-long': 1 },
  })
  assert.equal(deviceView(record(), [row({ given: 1 })], now).account.holds, false)
})

test('DESIGN Words: lag is what the oldest event has waited, by the clock of the device and then by ours', () => {
  const said = (oldestOutstandingAt: number) => record({ lastSeenAt: now - 500, status: statusOf(oldestOutstandingAt) })
  // The clock of this device is a day behind, which changes nothing.
  assert.equal(deviceView(said(now - day - 2_000), [], now).lagMs, 2_500)
  assert.equal(deviceView(said(0), [], now).lagMs, 0)
  assert.equal(deviceView(record(), [], now).lagMs, null)
})

test('security 3.1: days of the certificate are whole, and negative once it has expired', () => {
  const until = (notAfter: number) => record({ certificate: { serial: '01', notAfter, revokedAt: null } })
  assert.equal(deviceView(until(now + 2 * day - 1), [], now).certificateDays, 1)
  assert.equal(deviceView(until(now - 1), [], now).certificateDays, -1)
  assert.equal(deviceView(record(), [], now).certificateDays, null)
})

function record(more: Partial<DeviceRecord> = {}): DeviceRecord {
  return {
    id: 'edge',
    name: 'edge',
    organisation: 'default',
    states: { enrolled: true, connected: true, healthy: true, flowing: true },
    enrolledAt: 0,
    lastSeenAt: now,
    lastAckAt: now,
    certificate: null,
    status: null,
    ...more,
  }
}

function statusOf(oldestOutstandingAt: number): Status {
  const at = now - day
  const spool = { bytes: 0, bytesMax: 1, segments: 1, outstandingEvents: 1, outstandingBytes: 1, given: {} }
  return {
    v: 1,
    program: 'sallyport/0',
    device: 'edge',
    at,
    enrolled: true,
    channel: { state: 'connected', since: at, peer: '', lastAckAt: at },
    eventHandler: {
      v: 1,
      pid: 1,
      startedAt: at,
      socket: '',
      sources: [],
      spool: { ...spool, oldestOutstandingAt, state: 'open' },
      drained: false,
    },
    configurationHash: '',
  }
}

function row(more: Partial<LedgerRow>): LedgerRow {
  return {
    device: 'edge',
    source: 'eve',
    stream: 'a'.repeat(32),
    day: '2023-11-14',
    given: 0,
    stored: 0,
    lost: 0,
    outstanding: 0,
    withdrawn: 0,
    expired: 0,
    heardAt: now,
    holes: {},
    beforeSpool: {},
    notSelected: 0,
    ignored: 0,
    duplicates: 0,
    repeated: 0,
    disputed: 0,
    quarantined: 0,
    missingPredecessor: null,
    ...more,
  }
}
