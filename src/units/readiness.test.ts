import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../core/fault.ts'
import { type Clock, systemClock } from '../platform/clock.ts'
import { openReadiness } from './readiness.ts'

test('issue 9.8: readiness names each part that hinders, with its code, and one that does not answer in time', async () => {
  let now = 0
  // A wait is over at once: who answers at once still comes first.
  const clock: Clock = { now: () => now, monotonic: () => now, sleep: (_, signal) => systemClock.sleep(50, signal) }
  const well = { journal: async () => undefined, state: async () => undefined, devices: () => true }
  assert.deepEqual(await openReadiness(well, clock)(), [])
  const full = async () => {
    throw new Fault('disk.full', { what: 'no room' })
  }
  const silent = () => new Promise<never>(() => undefined)
  const ill = openReadiness({ journal: full, state: silent, devices: () => false }, clock)
  assert.deepEqual(await ill(), [
    { part: 'journal', code: 'disk.full' },
    { part: 'state', code: 'internal' },
    { part: 'devices', code: 'internal' },
  ])
  let looks = 0
  const counted = openReadiness(
    {
      ...well,
      journal: async () => {
        looks++
      },
    },
    clock,
  )
  await Promise.all(Array.from({ length: 50 }, counted))
  assert.equal(looks, 1)
  now += 1_001
  await counted()
  assert.equal(looks, 2)
})
