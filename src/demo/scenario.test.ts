import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Scenario, story } from './scenario.ts'

const lines = (seed: number) => {
  const scenario = new Scenario(seed)
  return Array.from({ length: 400 }, (_, step) => scenario.next(1_700_000_000_000 + step * 1000)).flat()
}

test('demo: the same seed gives the same lines, another seed others', () => {
  assert.deepEqual(lines(1), lines(1))
  assert.notDeepEqual(lines(1), lines(2))
})

test('demo: the whole story is told, in documentation addresses and names only', () => {
  const text = lines(7).join('\n')
  for (const part of Object.values(story)) assert(text.includes(part), part)
  for (const address of text.match(/\d+\.\d+\.\d+\.\d+/g) ?? []) {
    if (address.startsWith('8.5.')) continue
    assert.match(address, /^(192\.0\.2|198\.51\.100|203\.0\.113)\./)
  }
})
