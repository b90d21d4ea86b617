// The four device states as one pure function.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DeviceFacts, deviceStates, outstandingMs, statusStaleMs } from './device-state.ts'

const now = 1_780_000_000_000
const source = { state: 'reading' }
const spool = { state: 'open', oldestOutstandingAt: 0 }
const status = { at: now, channel: { lastAckAt: now }, eventHandler: { sources: [source], spool } }
const well: DeviceFacts = { enrolled: true, connected: true, status, heardAt: now, lastAckAt: now, now }

test('device states: a device that does everything is all four', () => {
  assert.deepEqual(deviceStates(well), { enrolled: true, connected: true, healthy: true, flowing: true })
})

const cases: readonly { why: string; facts: DeviceFacts; states: string }[] = [
  { why: 'revoked, removed or expired: none holds', facts: { ...well, enrolled: false }, states: '' },
  { why: 'channel closed', facts: { ...well, connected: false }, states: 'enrolled healthy' },
  { why: 'never heard', facts: { ...well, status: undefined, heardAt: 0 }, states: 'enrolled connected' },
  { why: 'not heard of late', facts: { ...well, now: now + statusStaleMs + 1 }, states: 'enrolled connected' },
  { why: 'nothing was ever acknowledged', facts: { ...well, lastAckAt: 0 }, states: 'enrolled connected healthy' },
  {
    why: 'EventHandler is not attached',
    facts: { ...well, status: { at: now, channel: status.channel } },
    states: 'enrolled connected',
  },
  {
    why: 'a source cannot be read: the others flow',
    facts: changed({ sources: [source, { state: 'unreadable' }] }),
    states: 'enrolled connected flowing',
  },
  {
    why: 'the spool is full',
    facts: changed({ spool: { ...spool, state: 'full' } }),
    states: 'enrolled connected flowing',
  },
  {
    why: 'events wait for their acknowledgement',
    facts: waiting(now - outstandingMs - 1),
    states: 'enrolled connected healthy',
  },
  {
    why: 'old events wait while newer ones are acknowledged',
    facts: waiting(now - outstandingMs + 1_000),
    states: 'enrolled connected healthy flowing',
  },
  {
    why: 'events wait, but not long',
    facts: changed({ spool: { ...spool, oldestOutstandingAt: now - outstandingMs + 1_000 } }),
    states: 'enrolled connected healthy flowing',
  },
  {
    why: 'the clock of the device is an hour ahead: still flowing (security 3.4)',
    facts: { ...well, status: { ...status, at: now + 3_600_000, clockOffsetMs: 3_600_000 } },
    states: 'enrolled connected flowing',
  },
]

for (const { why, facts, states } of cases)
  test(`device states: ${why}`, () => {
    const on = Object.entries(deviceStates(facts)).filter(([, value]) => value)
    assert.equal(on.map(([name]) => name).join(' '), states)
  })

/** The oldest event has waited for an hour. */
function waiting(lastAckAt: number): DeviceFacts {
  const facts = changed({ spool: { ...spool, oldestOutstandingAt: now - 3_600_000 } })
  return { ...facts, status: facts.status && { ...facts.status, channel: { lastAckAt } } }
}

function changed(handler: Partial<typeof status.eventHandler>): DeviceFacts {
  return { ...well, status: { ...status, eventHandler: { ...status.eventHandler, ...handler } } }
}
