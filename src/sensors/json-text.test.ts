import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { integerAt, memberValue, objectStart, stringAt } from './json-text.ts'

test('delivery N7: a member is found in the text exactly where a parse finds it', () => {
  const key = fc.constantFrom('event_type', 'a', 'b', '"event_type":"x"', '\\', '{', 'x\\"event_type')
  const value = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom('event_type', '"event_type":', '{"event_type":1', '\\', '}', ']'),
      fc.integer(),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(key, tie('node'), { maxKeys: 4 }),
    ),
  })).node
  fc.assert(
    fc.property(fc.dictionary(key, value, { maxKeys: 6 }), fc.constantFrom(0, 1), (record, indent) => {
      const text = JSON.stringify(record, null, indent).replaceAll('\n', ' ')
      const at = memberValue(text, 0, '"event_type"')
      assert.equal(at >= 0, Object.hasOwn(record, 'event_type'))
      if (at < 0) return
      const wanted = record['event_type']
      if (typeof wanted === 'string') assert.equal(stringAt(text, at), wanted)
      if (typeof wanted === 'number' && wanted >= 0) assert.equal(integerAt(text, at), String(wanted))
    }),
    { numRuns: 2000 },
  )
})

test('delivery N7: of a member that stands twice the first is found', () => {
  assert.equal(stringAt('{"a":"1","a":"2"}', memberValue('{"a":"1","a":"2"}', 0, '"a"')), '1')
})

test('delivery N7: what a cut text does not show to its end is not known', () => {
  assert.equal(stringAt('{"a":"12', 5), undefined)
  assert.equal(integerAt('{"a":12', 5), undefined)
  assert.equal(integerAt('{"a":12}', 5), '12')
  assert.equal(integerAt('{"a":1.5}', 5), undefined)
  assert.equal(integerAt('{"a":1e5}', 5), undefined)
})

test('traps C5: the object begins after a BOM, @cee: and blanks', () => {
  for (const before of ['', '\ufeff', ' ', '@cee: ', '@cee:', '\ufeff @cee: ']) {
    assert.equal(objectStart(`${before}{}`), before.length, JSON.stringify(before))
  }
  assert.equal(objectStart('x {}'), -1)
  assert.equal(objectStart(''), -1)
})
