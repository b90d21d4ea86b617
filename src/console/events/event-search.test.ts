import assert from 'node:assert/strict'
import { test } from 'node:test'
import { questionOf, readEventSearch } from './event-search.ts'

test('console 19: the address says the whole state, and what is foreign or empty in it is left out', () => {
  const search = { q: 'type:alert', since: '1h', until: '', live: '1', event: 's:1', x: 'y' }
  assert.deepEqual(readEventSearch(search), { q: 'type:alert', since: '1h', live: '1', event: 's:1' })
  assert.deepEqual(readEventSearch({ q: ['a', 'b'], live: 'yes' }), {})
})

test('console, range: relative ends are fixed when the question is put', () => {
  assert.deepEqual(questionOf({ q: 'a', since: '1h' }, 7_200_000), { q: 'a', since: 3_600_000 })
  assert.deepEqual(questionOf({ until: 'never' }, 0), { q: '' })
})
