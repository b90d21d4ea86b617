import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { epochTime, isoTime, yearlessTime } from './event-time.ts'

const iso = (at: number | undefined): string | undefined => (at === undefined ? undefined : new Date(at).toISOString())

test('traps C1: an ISO time is read with every form of offset, and in the zone of the sensor without one', () => {
  const cases: readonly (readonly [text: string, zoneMinutes: number, want: string | undefined, why: string])[] = [
    ['2018-03-23T22:00:00.123456-0600', 0, '2018-03-24T04:00:00.123Z', 'no colon'],
    ['2018-03-23T22:00:00.123456-06:00', 0, '2018-03-24T04:00:00.123Z', 'colon'],
    ['2018-03-23T22:00:00-06', 0, '2018-03-24T04:00:00.000Z', 'hours only'],
    ['2018-03-23T22:00:00+0530', 600, '2018-03-23T16:30:00.000Z', 'half hours; the zone is not used'],
    ['2018-03-23T22:00:00Z', 600, '2018-03-23T22:00:00.000Z', 'Z; the zone is not used'],
    ['2018-03-23T22:00:00.9999', 60, '2018-03-23T21:00:00.999Z', 'no offset; rounded down'],
    ['2018-03-23 22:00:00', -60, '2018-03-23T23:00:00.000Z', 'a blank for the T'],
    ['2018-03-23T22:00', 0, '2018-03-23T22:00:00.000Z', 'no seconds'],
    ['2016-12-31T23:59:60Z', 0, '2017-01-01T00:00:00.000Z', 'a leap second'],
    ['2024-02-29T00:00:00Z', 0, '2024-02-29T00:00:00.000Z', 'a leap day'],
    ['2023-02-29T00:00:00Z', 0, undefined, 'no such day'],
    ['2023-13-01T00:00:00Z', 0, undefined, 'no such month'],
    ['2023-04-31T00:00:00Z', 0, undefined, 'no such day'],
    ['2023-04-30T25:00:00Z', 0, undefined, 'no such hour'],
    ['0000-01-01T00:00:00Z', 0, undefined, 'no year of a sensor'],
    ['yesterday', 0, undefined, 'a word'],
    ['', 0, undefined, 'nothing'],
  ]
  for (const [text, zone, want, why] of cases) assert.equal(iso(isoTime(text, zone)), want, why)
})

test('traps C1: any instant written as ISO comes back', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true }), (date) => {
      assert.equal(isoTime(date.toISOString(), 300), date.getTime())
    }),
  )
})

test('traps C1: a time without a year is the nearest before arrival, at most one day ahead', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('1990-01-01'), max: new Date('2150-01-01'), noInvalidDate: true }),
      fc.integer({ min: -86_400_000, max: 364 * 86_400_000 }),
      (arrival, ageMs) => {
        const truth = new Date(Math.floor((arrival.getTime() - ageMs) / 1000) * 1000)
        const parts = {
          month: truth.getUTCMonth() + 1,
          day: truth.getUTCDate(),
          hour: truth.getUTCHours(),
          minute: truth.getUTCMinutes(),
          second: truth.getUTCSeconds(),
          fraction: undefined,
        }
        // 364 days back and one ahead: two years can fit only in the second and the day at the very edge.
        const found = yearlessTime(parts, arrival.getTime(), 0)
        assert.ok(found !== undefined && found <= arrival.getTime() + 86_400_000)
        if (found !== truth.getTime()) assert.ok(found > truth.getTime())
      },
    ),
  )
})

test('traps C1: 29 February goes back to a leap year, also over a century without one', () => {
  const parts = { month: 2, day: 29, hour: 12, minute: 0, second: 0, fraction: '5' }
  assert.equal(iso(yearlessTime(parts, Date.parse('2027-06-01T00:00:00Z'), 0)), '2024-02-29T12:00:00.500Z')
  assert.equal(iso(yearlessTime(parts, Date.parse('2103-06-01T00:00:00Z'), 0)), '2096-02-29T12:00:00.500Z')
  assert.equal(yearlessTime({ ...parts, day: 30 }, Date.now(), 0), undefined)
})

test('traps C6: an epoch is seconds, or milliseconds where it is too large for them', () => {
  assert.equal(epochTime(1517336154.078555), 1517336154078)
  assert.equal(epochTime(1517336154078), 1517336154078)
  assert.equal(epochTime(0), 0)
  assert.equal(epochTime(-1), undefined)
  assert.equal(epochTime(Number.NaN), undefined)
  assert.equal(epochTime(1e300), undefined)
})
