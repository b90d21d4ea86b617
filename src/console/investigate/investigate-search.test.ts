import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readInvestigateSearch } from './investigate-search.ts'

test('console 14: the deep link takes any text, and the rest of the state stands beside it', () => {
  assert.deepEqual(readInvestigateSearch({ q: 'hxxp://evil[.]example', view: 'table', sel: 'ip:192.0.2.1' }), {
    q: 'hxxp://evil[.]example',
    view: 'table',
    sel: ['ip:192.0.2.1'],
  })
  assert.deepEqual(readInvestigateSearch({ sel: ['a', 'b'], view: 'graph', id: '', x: 1 }), { sel: ['a', 'b'] })
})
