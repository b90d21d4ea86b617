import assert from 'node:assert/strict'
import { test } from 'node:test'
import { counted, duration, instant, relative, utc } from './spoken-time.ts'

const now = Date.parse('2026-11-24T03:10:02.123Z')

test('console 7: a time says its offset, and no instant is no date', () => {
  assert.equal(utc(now), '2026-11-24 03:10:02.123Z')
  assert.equal(utc(now, 'seconds'), '2026-11-24 03:10:02Z')
  assert.equal(utc(now, 'minutes'), '2026-11-24 03:10Z')
  assert.equal(utc(0), '–')
  assert.equal(utc(Number.NaN), '–')
})

test('console 7: the second reading counts in the largest whole unit', () => {
  assert.equal(relative(now - 2_000, now), 'now')
  assert.equal(relative(now - 59_000, now), '59 s ago')
  assert.equal(relative(now - 7_100_000, now), '1 h ago')
  assert.equal(relative(now + 172_800_000, now), 'in 2 d')
  assert.equal(duration(900_000), '15 min')
  assert.equal(duration(40), '40 ms')
  assert.equal(duration(0), '0 s')
  assert.equal(counted(1, 'event'), '1 event')
  assert.equal(counted(20339, 'event'), '20,339 events')
})

test('console: an end of a range is read as typed, UTC unless it says otherwise', () => {
  assert.equal(instant('1h', now), now - 3_600_000)
  assert.equal(instant('2026-11-24 03:10', now), Date.parse('2026-11-24T03:10:00Z'))
  assert.equal(instant('2026-11-24', now), Date.parse('2026-11-24T00:00:00Z'))
  assert.equal(instant('2026-11-24T03:10:00+02:00', now), Date.parse('2026-11-24T01:10:00Z'))
  assert.equal(instant(String(now), now), now)
  for (const nothing of ['', 'yesterday', '1', '2026-99-99', 'h']) assert.equal(instant(nothing, now), undefined)
})
