import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { defang, defangText, middleEllipsis, visible } from './defang.ts'

test('console 7: a value is copied defanged by its type, and what cannot be a link stays as it is', () => {
  const cases = [
    ['ip', '203.0.113.7', '203[.]0[.]113[.]7'],
    ['ipv6', '2001:db8::1', '2001[:]db8[:][:]1'],
    ['domain', 'evil.example', 'evil[.]example'],
    ['url', 'https://evil.example/a.b?c=d.e', 'hxxps://evil[.]example/a.b?c=d.e'],
    ['email', 'a.b@evil.example', 'a[.]b[@]evil[.]example'],
    ['sha256', 'aa.bb', 'aa.bb'],
  ] as const
  for (const [type, value, expected] of cases) assert.equal(defang(type, value), expected)
})

test('console 7: a raw line is defanged as a whole, and its numbers stay numbers', () => {
  assert.equal(
    defangText('12:00:01.512 GET http://evil.example/x 203.0.113.7 -> 0.25 s'),
    '12:00:01.512 GET hxxp://evil[.]example/x 203[.]0[.]113[.]7 -> 0.25 s',
  )
  assert.equal(defangText('{"u":"https:\\/\\/evil.example"}'), '{"u":"hxxps:\\/\\/evil[.]example"}')
})

test('console, hostile content: characters that hide or turn the text are written out', () => {
  assert.equal(visible('evil\u202Egnp.exe'), 'evil\\u{202E}gnp.exe')
  assert.equal(visible('a\u0000b\u200Bc\uFEFF'), 'a\\u{0}b\\u{200B}c\\u{FEFF}')
  assert.equal(visible('täb\tline\nü 漢 🙂'), 'täb\tline\nü 漢 🙂')
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/[\u202a-\u202e\u2066-\u2069]/.test(visible(text))))
})

test('console 7: of a long value both ends stay, and never more than asked', () => {
  assert.equal(middleEllipsis('c0aad3e893aaaaaaaaaaaaaaaaaa4cde39', 16), 'c0aad3e89…4cde39')
  fc.assert(
    fc.property(
      fc.string(),
      fc.integer({ min: 5, max: 40 }),
      (text, max) => [...middleEllipsis(text, max)].length <= Math.max(max, 0),
    ),
  )
})
