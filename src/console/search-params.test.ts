import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseSearch, stringifySearch } from './search-params.ts'

test('console 14: any text survives the address, and numbers stay text', () => {
  assert.deepEqual(parseSearch('?q=203.0.113.7&n=1&sel=a&sel=b'), { q: '203.0.113.7', n: '1', sel: ['a', 'b'] })
  assert.equal(stringifySearch({ q: '', live: undefined }), '')
  const text = fc.string({ minLength: 1, unit: 'grapheme' })
  fc.assert(
    fc.property(text, (q) =>
      assert.deepEqual(parseSearch(stringifySearch({ q, sel: [q, 'b'] })), { q, sel: [q, 'b'] }),
    ),
  )
})
