import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspectWithNetworks } from './inspect.ts'

const SIZE = 100_000

function fill(piece: string): string {
  return piece.repeat(Math.ceil(SIZE / piece.length)).slice(0, SIZE)
}

/** Shapes on which scanners of this kind turn quadratic, or worse. */
const shapes: readonly string[] = [
  ...[
    'a',
    '.',
    'a.',
    '1.',
    '1.1.1.1.',
    '-',
    '_',
    'a-',
    'ü',
    'ü.',
    'a.ü',
    '中',
    '\u{1f600}',
    '\0',
    ' ',
    '\\',
    '\\/',
    '/',
  ],
  ...['@', 'a@', 'a@a', 'a@a.', 'a@a.com@', '%', '+', 'a+', 'a%@', '+++http://'],
  ...[':', '::', 'a:', '1:', '::1', 'f:f:f:f:', '1::1::', 'a::b'],
  ...[
    '://',
    'http://',
    'a://',
    'http://a',
    'http://a:',
    'http://a@',
    'http://a.com/(',
    'http://[',
    'http://[::',
    'hxxp[:]//',
  ],
  ...['[', '(', '{', '[.', '.]', '[.]', '[dot]', '[at]', '[ ', '[://]', '(.', ' [.] ', 'a[.]', '1[.]'],
  ...['a.com', 'a.com.', 'a.com/', '1.2.3.4/', '1.2.3.4/24', '1.2.3.4-', '10.0.0.0/8 ', 'xn--', 'xn--a.', 'a.zip'],
  ...['0123456789abcdef', '5d41402abc4b2a76b9719d911017c592-', 'V/', 'version ', '1.2.3.4 > '],
].map(fill)

const nested: readonly string[] = [
  `http://a.example/${fill('(')}`,
  `http://a.example/${fill('()')}`,
  `http://a.example/?${fill('[a')}`,
  `http://a.example/?${fill('a[]=')}`,
  `http://a.example/${fill('.')}`,
  `http://${fill('a')}`,
  `http://${fill('a.')}com`,
  `http://u:${fill('p')}@a.example`,
  `${fill('a')}@a.example`,
  `a@${fill('a.')}example`,
  `${fill('1:')}1`,
  fill('(') + fill(')'),
]

/** Of this thread alone: what other processes take of a core is no fault of the scanner. */
function spentMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

test('security S13: 100 kB of any hostile shape take less than 50 ms', () => {
  for (const text of [...shapes, ...nested]) inspectWithNetworks(text.slice(0, 2000)) // compiled before it is measured
  for (const text of [...shapes, ...nested]) {
    // The best of three: the collector may come in between, a quadratic step comes every time.
    let best = Number.POSITIVE_INFINITY
    for (let round = 0; round < 3 && best >= 50; round++) {
      const before = spentMs()
      inspectWithNetworks(text)
      best = Math.min(best, spentMs() - before)
    }
    assert.ok(best < 50, `${JSON.stringify(text.slice(0, 24))} × ${text.length} took ${best.toFixed(1)} ms`)
  }
})

const rounds = 8

test('security S13: the time grows with the text and not faster', () => {
  // Several together: the kernel tells the time of a thread in steps.
  const spent = (text: string): number => {
    const before = spentMs()
    for (let round = 0; round < rounds; round++) inspectWithNetworks(text)
    return (spentMs() - before) / rounds
  }
  for (const text of shapes) {
    const once = spent(text.slice(0, SIZE / 4))
    const fourfold = spent(text)
    // 4 where linear, 16 where quadratic; half a millisecond is below what a shared machine measures
    assert.ok(
      fourfold < 10 * once + 2,
      `${JSON.stringify(text.slice(0, 24))}: ${once.toFixed(2)} → ${fourfold.toFixed(2)} ms`,
    )
  }
})
