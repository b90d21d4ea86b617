import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type LineTaker, SharedRoom } from '../line-buffer.ts'
import { lineFraming } from './line-framing.ts'
import type { Framing } from './line-framing.ts'
import { syslogFraming } from './syslog-framing.ts'

const counted = (message: string) => `${Buffer.byteLength(message)} ${message}`

/** @returns the lines of one connection; one that was begun and not ended is marked */
function linesOf(framing: Framing, chunks: readonly Buffer[]): string[] {
  const lines: string[] = []
  const taker: LineTaker = {
    line: (bytes) => lines.push(bytes.toString('latin1')),
    tooLong: (length) => lines.push(`too long: ${length}`),
  }
  for (const chunk of chunks) framing.take(chunk, taker)
  if (framing.end(taker)) lines.push('cut short')
  return lines
}

const whole = (framing: () => Framing, text: string) => linesOf(framing(), [Buffer.from(text, 'latin1')])

const cases: readonly { readonly why: string; readonly text: string; readonly lines: readonly string[] }[] = [
  { why: 'nothing', text: '', lines: [] },
  { why: 'lines end at LF', text: '<1>a\n<2>b\r\n', lines: ['<1>a', '<2>b\r'] },
  { why: 'counted messages', text: counted('<1>a') + counted('<2>bc'), lines: ['<1>a', '<2>bc'] },
  {
    why: 'both kinds in turn',
    text: `<1>a\n${counted('<2>b')}<3>c\n${counted('<4>d')}`,
    lines: ['<1>a', '<2>b', '<3>c', '<4>d'],
  },
  { why: 'an LF behind a counted message', text: `${counted('<1>a')}\n${counted('<2>b')}\n`, lines: ['<1>a', '<2>b'] },
  { why: 'an LF counted with its message', text: counted('<1>a\n') + counted('<2>b\n'), lines: ['<1>a', '<2>b'] },
  { why: 'a counted message of two lines', text: counted('<1>a\nb') + counted('<2>c'), lines: ['<1>a', 'b', '<2>c'] },
  {
    why: 'a line that begins with digits',
    text: '2019-08-16T09:54:00Z h  %FTD\n12:00 <x\n',
    lines: ['2019-08-16T09:54:00Z h  %FTD', '12:00 <x'],
  },
  { why: 'a line of digits alone', text: '123\n456 x\n', lines: ['123', '456 x'] },
  { why: 'empty lines', text: '\n\n<1>a\n', lines: ['', '', '<1>a'] },
  { why: 'a zero is no length', text: '07 <1>abcd\n', lines: ['07 <1>abcd'] },
  { why: 'the end within a counted message', text: '20 <1>abc', lines: ['<1>abc', 'cut short'] },
  { why: 'the end within a length', text: `${counted('<1>a')}12`, lines: ['<1>a', '12', 'cut short'] },
  {
    why: 'a length too small: the rest is found out',
    text: `6 <1>abcdef${counted('<2>b')}`,
    lines: ['<1>abc', 'def', '<2>b'],
  },
  {
    why: 'garbage behind a counted message up to an LF',
    text: `${counted('<1>a')}????\n${counted('<2>b')}`,
    lines: ['<1>a', '????', '<2>b'],
  },
  {
    why: 'garbage that holds what looks like a length',
    text: `${counted('<1>a')}??12 <x>??${counted('<2>b')}`,
    lines: ['<1>a', '??12 <x>??', '<2>b'],
  },
  {
    why: 'more digits than a length has',
    text: `${counted('<1>a')}x1234567890123456789`,
    lines: ['<1>a', 'x1234567890123456789', 'cut short'],
  },
]

test('delivery D18: counted and newline framing, mixed and broken, give lines that are never merged', () => {
  for (const { why, text, lines } of cases) assert.deepEqual(whole(syslogFraming, text), lines, why)
})

test('delivery D18: a message longer than 16 MiB is a loss, and the next is found', () => {
  const long = `<1>${'x'.repeat(17 * 1024 * 1024)}`
  const lines = whole(syslogFraming, counted(long) + counted('<2>b'))
  assert.deepEqual(lines, [`too long: ${long.length}`, '<2>b'])
})

test('delivery N6: senders whose lines do not end hold no more together than the listener has room for', () => {
  const given: string[] = []
  const taker: LineTaker = {
    line: (bytes) => given.push(`line of ${bytes.length}`),
    tooLong: (length) => given.push(`too long: ${length}`),
  }
  const part = Buffer.alloc(1_000_000, 'x')
  for (const framing of [lineFraming, syslogFraming]) {
    const shared = new SharedRoom(4_000_000)
    const [first, second, third] = [framing(shared), framing(shared), framing(shared)]
    first.take(part, taker)
    second.take(part, taker)
    assert.equal(shared.take(2_100_000), false, 'what they hold is counted')
    third.take(part, taker)
    third.take(part, taker)
    third.take(part, taker)
    for (const one of [third, second, first]) one.take(Buffer.from('\n'), taker)
    // Their room is there for the next, also that of one whose sender is gone within its line.
    third.take(part, taker)
    third.end(taker)
    assert.deepEqual(given.splice(0), ['too long: 3000000', 'line of 1000000', 'line of 1000000', 'line of 1000000'])
    assert.ok(shared.take(4_000_000))
  }
})

/** Cuts bytes at the places given. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set([0, ...places.map((place) => place % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b)
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end))
}

const alphabet = fc.constantFrom('0', '1', '2', '9', ' ', '<', '>', '\n', 'a', '12 <1>a', '4 <1>', '\r', '\u00e9')
const streamOf = fc.array(alphabet, { maxLength: 60 }).map((parts) => Buffer.from(parts.join(''), 'latin1'))
const places = fc.array(fc.nat(200), { maxLength: 30 })

for (const [name, framing] of [
  ['syslog', syslogFraming],
  ['lines', lineFraming],
] as const)
  test(`delivery D18: any cut of the bytes gives the same lines (${name})`, () => {
    fc.assert(
      fc.property(streamOf, places, (bytes, at) => {
        assert.deepEqual(linesOf(framing(), cut(bytes, at)), linesOf(framing(), [bytes]))
      }),
      { numRuns: 5_000 },
    )
  })

test('delivery D18: no byte of a stream is lost or invented, whatever it holds', () => {
  fc.assert(
    fc.property(streamOf, (bytes) => {
      const text = whole(syslogFraming, bytes.toString('latin1'))
        .filter((line) => line !== 'cut short')
        .join('')
      const given = bytes.toString('latin1').replaceAll('\n', '')
      // Lengths are taken off: what is left must stand in the stream in this order.
      let at = 0
      for (const character of text) {
        at = given.indexOf(character, at) + 1
        assert.ok(at > 0)
      }
    }),
  )
})

const message = fc
  .tuple(fc.nat(191), fc.string({ maxLength: 40 }))
  .map(([priority, text]) => `<${priority}>${Buffer.from(text).toString('latin1').replaceAll(/[\n]/g, '')}`)

test('delivery D18: every mixture of well-formed messages gives exactly these messages', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(message, fc.constantFrom('counted', 'counted lf', 'lf'))), places, (sent, at) => {
      const bytes = Buffer.from(
        sent
          .map(([text, kind]) =>
            kind === 'lf' ? `${text}\n` : `${text.length} ${text}${kind === 'counted' ? '' : '\n'}`,
          )
          .join(''),
        'latin1',
      )
      assert.deepEqual(
        linesOf(syslogFraming(), cut(bytes, at)),
        sent.map(([text]) => text),
      )
    }),
  )
})
