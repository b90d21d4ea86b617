// Who guesses is slowed down, by address and minute; others are not.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openFailureRate } from './failure-rate.ts'

test('security 2: ten failures within a minute, then wait; a minute later all is forgotten', () => {
  let now = 0
  const rate = openFailureRate({ monotonic: () => now })
  for (let i = 0; i < 10; i++) {
    assert.equal(rate.waitSeconds('192.0.2.1'), 0)
    rate.failed('192.0.2.1')
  }
  assert.equal(rate.waitSeconds('192.0.2.1'), 60)
  assert.equal(rate.waitSeconds('192.0.2.2'), 0)
  now = 59_001
  assert.equal(rate.waitSeconds('192.0.2.1'), 1)
  now = 60_000
  assert.equal(rate.waitSeconds('192.0.2.1'), 0)
  rate.failed('192.0.2.1')
  assert.equal(rate.waitSeconds('192.0.2.1'), 0)
})

test('security 2: a /64 of IPv6 is one address, a mapped IPv4 address is that IPv4 address', () => {
  const rate = openFailureRate({ monotonic: () => 0 })
  for (let i = 0; i < 10; i++) rate.failed(`2001:db8:1:2::${i}`)
  assert.notEqual(rate.waitSeconds('2001:db8:1:2:ffff::1'), 0)
  assert.equal(rate.waitSeconds('2001:db8:1:3::1'), 0)
  for (let i = 0; i < 10; i++) rate.failed('::ffff:192.0.2.9')
  assert.notEqual(rate.waitSeconds('192.0.2.9'), 0)
})

test('security 2: many addresses do not grow the memory without bound', () => {
  const rate = openFailureRate({ monotonic: () => 0 })
  for (let round = 0; round < 10; round++) rate.failed('198.51.100.1')
  for (let i = 0; i < 20_000; i++) rate.failed(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`)
  assert.equal(rate.waitSeconds('198.51.100.1'), 0, 'the oldest was forgotten')
})
