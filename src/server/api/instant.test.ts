import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseInstant } from './instant.ts'

const now = 1_700_000_000_000

test('console-and-cli 10: an instant is an age, ISO 8601 or Unix milliseconds; without zone it is UTC', () => {
  const cases: [text: string, instant: number][] = [
    ['now', now],
    ['1h', now - 3_600_000],
    ['90s', now - 90_000],
    ['250ms', now - 250],
    ['7d', now - 604_800_000],
    ['2w', now - 1_209_600_000],
    [String(now), now],
    ['0', 0],
    ['2026-11-24T03:10:02Z', Date.UTC(2026, 10, 24, 3, 10, 2)],
    ['2026-11-24T03:10:02.5+02:00', Date.UTC(2026, 10, 24, 1, 10, 2, 500)],
    ['2026-11-24T03:10:02-0130', Date.UTC(2026, 10, 24, 4, 40, 2)],
    ['2026-11-24 03:10', Date.UTC(2026, 10, 24, 3, 10)],
    ['2026-11-24', Date.UTC(2026, 10, 24)],
  ]
  for (const [text, instant] of cases) assert.equal(parseInstant(text, now), instant, text)
})

test('console-and-cli 10: anything else is refused with what would do', () => {
  for (const text of [
    '',
    'yesterday',
    '1y',
    '-1h',
    '1 h',
    '2026-13-01',
    '2026-02-30T25:00Z',
    '1e3',
    '99999999999999999',
  ])
    assert.throws(() => parseInstant(text, now), { code: 'input.malformed' }, text)
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        assert.ok(Number.isFinite(parseInstant(text, now)))
      } catch (error) {
        assert.ok(error instanceof Error && 'code' in error && error.code === 'input.malformed')
      }
    }),
  )
})
