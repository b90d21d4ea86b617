import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backOff } from './back-off.ts'
import { stopsDevice, waitAfter } from './refusals.ts'

const last = 1 - Number.EPSILON

test('delivery C9: the ceiling doubles from 1 s to 60 s', () => {
  const wait = backOff(() => last)
  assert.deepEqual(
    Array.from({ length: 8 }, () => wait.next(0)),
    [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000],
  )
})

test('delivery C9: full jitter: ten thousand devices spread evenly over the whole wait', () => {
  let seed = 1
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed / 2_147_483_647
  }
  const tenths = Array.from({ length: 10 }, () => 0)
  for (let device = 0; device < 10_000; device++) {
    const wait = backOff(random)
    for (let failure = 0; failure < 6; failure++) wait.next(0)
    const tenth = Math.min(9, Math.floor(wait.next(0) / 6_000))
    tenths[tenth] = (tenths[tenth] ?? 0) + 1
  }
  assert(Math.max(...tenths) < 1_200 && Math.min(...tenths) > 800, tenths.join())
})

test('delivery C9: a minute of service begins anew, less does not', () => {
  const wait = backOff(() => last)
  for (let failure = 0; failure < 5; failure++) wait.next(0)
  assert.equal(wait.next(59_000), 32_000)
  assert.equal(wait.next(60_000), 1_000)
})

test('delivery C12: a time that the exchange names is kept, jitter comes on top', () => {
  assert.equal(backOff(() => 0.5).next(0, 7_000), 7_500)
})

test('security 3.4: only what mends itself is tried again soon', () => {
  const cases: readonly [code: string, atLeastMs: number, stops: boolean, why: string][] = [
    ['tcp.refused', 0, false, 'the exchange restarts'],
    ['clock.behind', 0, false, 'the clock will be set'],
    ['disk.full', 0, false, 'room will be made'],
    ['identity.revoked', 3_600_000, true, 'needs a token'],
    ['identity.removed', 3_600_000, true, 'needs a token'],
    ['identity.unknown', 3_600_000, true, 'another exchange'],
    ['identity.lapsed', 3_600_000, true, 'past grace'],
    ['identity.banned', 24 * 3_600_000, true, 'asks once a day'],
    ['channel.clone', 3_600_000, true, 'the second of two'],
    ['channel.version', 30_000, false, 'needs an upgrade'],
  ]
  for (const [code, atLeastMs, stops, why] of cases) {
    assert(
      waitAfter(
        code,
        0,
        undefined,
        backOff(() => 0),
      ) >= atLeastMs,
      `${code}: ${why}`,
    )
    assert.equal(stopsDevice(code), stops, `${code}: ${why}`)
  }
})
