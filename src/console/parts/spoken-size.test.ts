import assert from 'node:assert/strict'
import { test } from 'node:test'
import { size } from './spoken-size.ts'

test('console: a size is read in the unit in which it has one to four digits', () => {
  const cases: [number, string][] = [
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_024, '1 KiB'],
    [12.3 * 1024 ** 2, '12.3 MiB'],
    [5 * 1024 ** 5, '5120 TiB'],
  ]
  for (const [bytes, shown] of cases) assert.equal(size(bytes), shown)
})
