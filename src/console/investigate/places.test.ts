import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readPlaces, writePlaces } from './places.ts'

/** Storage of a tab, as far as it is used: keys are its own members. */
function storage(): Storage {
  const members: Record<string, unknown> = {}
  const methods = {
    getItem: (key: string) => (typeof members[key] === 'string' ? members[key] : null),
    setItem: (key: string, value: string) => void (members[key] = value),
    removeItem: (key: string) => void delete members[key],
  }
  for (const [name, value] of Object.entries(methods)) Object.defineProperty(members, name, { value })
  return members as unknown as Storage
}

test('console 1: places and pins come back as they were left', () => {
  const kept = storage()
  const places = { at: { 'ip:192.0.2.1': { x: 1.5, y: -2 } }, pinned: ['ip:192.0.2.1'] }
  writePlaces(kept, 'i1', places)
  assert.deepEqual(readPlaces(kept, 'i1'), places)
  assert.deepEqual(readPlaces(kept, 'i2'), { at: {}, pinned: [] })
})

test('console 1: what is damaged is laid out anew, and old pictures make room', () => {
  const kept = storage()
  for (const damaged of ['{', '1', '{"at":{"a":{"x":null,"y":1}},"pinned":[]}', '{"at":{},"pinned":[1]}']) {
    kept.setItem('sallyport-places:i', damaged)
    assert.deepEqual(readPlaces(kept, 'i'), { at: {}, pinned: [] }, damaged)
  }
  for (let n = 0; n < 60; n++) writePlaces(kept, `i${n}`, { at: {}, pinned: [] })
  assert.ok(Object.keys(kept).length <= 24)
})
