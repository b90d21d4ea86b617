import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { cut, renderTable } from './table.ts'
import { printable, printableJson } from './terminal.ts'

/** What a terminal would act on, and what would show something else than what is there (security 5, inputs of S4). */
const hostile = [
  '\u001b]8;;http://evil.example\u0007',
  '\u001b]52;c;aGk=\u0007',
  '\u001b[2J',
  '\u009b2J',
  '\u202egnp.exe',
  '\u2066',
  '\u200b',
  'a\rb',
  'a\nb',
  '\u0000',
  '\u007f',
  '\u{e0041}',
  '\ufeff',
  '\ud800',
]

// oxlint-disable-next-line no-control-regex -- they are what must not be there
const acting = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u

test('security S4: what was written by others does nothing to a terminal, and stays readable', () => {
  for (const text of hostile) assert.doesNotMatch(printable(text), acting)
  assert.equal(printable('\u001b[31mred'), '\\x1b[31mred')
  assert.equal(printable('\u202egnp.exe'), '\\u202egnp.exe')
  assert.equal(printable('пример.испытание 例え 👍 é'), 'пример.испытание 例え 👍 é')
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !acting.test(printable(text))))
})

test('security S4: JSON on a terminal does nothing to it either, and parses to the same value', () => {
  const text = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(fc.oneof(text, fc.constantFrom(...hostile), fc.array(text), fc.dictionary(text, text)), (value) => {
      const line = printableJson(value)
      assert.doesNotMatch(line, acting)
      assert.deepEqual(JSON.parse(line), JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('console-and-cli 10: a table lines up by what characters take, and is cut to the terminal', () => {
  const table = {
    columns: [{ title: 'N', right: true as const }, { title: 'NAME' }, { title: 'REST' }],
    rows: [
      ['1', '例え', 'a'],
      ['1,000', 'x', 'b'.repeat(50)],
    ],
  }
  const lines = renderTable(table, undefined)
  assert.deepEqual(lines, ['    N  NAME  REST', '    1  例え  a', `1,000  x     ${'b'.repeat(50)}`])
  for (const line of renderTable(table, 20)) assert.ok(stringWidth(line) <= 20)
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, width) => {
      assert.ok(stringWidth(cut(text, width)) <= width)
    }),
  )
})
