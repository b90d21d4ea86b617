import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { systemClock } from '../../platform/clock.ts'
import { logLine, logrusValue, openConnectorLog } from './connector-log.ts'

async function inFolder(run: (file: string, folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'))
  try {
    await run(join(folder, 'log/connector.log'), join(folder, 'log'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('original-system B11: a value is bare if it has only letters, digits and -._/@^+, else quoted as Go does', () => {
  const cases: readonly [value: string, written: string][] = [
    ['info', 'info'],
    ['a-b._/@^+9', 'a-b._/@^+9'],
    ['', '""'],
    ['two words', '"two words"'],
    ['say "no"\n', '"say \\"no\\"\\n"'],
    ['back\\slash', '"back\\\\slash"'],
    ['tab\tbell\u0007esc\u001b', '"tab\\tbell\\aesc\\x1b"'],
    ['a=b', '"a=b"'],
    ['ümlaut', '"ümlaut"'],
  ]
  for (const [value, written] of cases) assert.equal(logrusValue(value), written)
})

test('original-system B11: time is RFC 3339 with the zeros at its end cut', () => {
  const line = logLine(Date.UTC(2020, 3, 13, 19, 34, 2, 880), 'error', 'x')
  assert.match(line, /^time="?[0-9-]{10}T[0-9:]{8}\.88(Z|[+-]\d\d:\d\d)"? level=error msg=x\n$/)
  assert.match(logLine(Date.UTC(2020, 3, 13, 19, 34, 2), 'info', 'x'), /T[0-9:]{8}(Z|[+-]\d\d:\d\d)"? level=info/)
})

test('original-system A10: a line has host, file and line, package and function', async () =>
  inFolder(async (file) => {
    await using log = openConnectorLog({ file, clock: systemClock })
    log.write('error', 'events:connectWebSocket', 'dial tcp 192.0.2.1:443: connect: connection timed out')
    assert.match(
      readFileSync(file, 'utf8'),
      /^time="[^"]+" level=error msg="\[[^\]]+\]\[connector-log\.test\.ts:\d+ events:connectWebSocket\] dial tcp 192\.0\.2\.1:443: connect: connection timed out"\n$/,
    )
  }))

test('security S26: one record a line, whatever stands in it', async () =>
  inFolder(async (file) => {
    await using log = openConnectorLog({ file, clock: systemClock })
    log.write('info', 'events:connectWebSocket', 'x\r\ntime="forged" level=info msg=y\u2028\u0085z')
    assert.equal(readFileSync(file, 'utf8').split(/[\n\r\u2028\u0085]/).length, 2)
  }))

test('original-system B11: at its size the file is renamed and gzipped, a few old ones are kept', async () =>
  inFolder(async (file, folder) => {
    {
      await using log = openConnectorLog({ file, clock: systemClock, bytesMax: 2_000, filesMax: 3 })
      for (let line = 0; line < 100; line++) {
        log.write('info', 'service:Start', `line ${line}`)
        if (line % 7 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
    }
    // Two moved aside in one millisecond are X.gz and X-1.gz: compared without the ending, as the log itself does.
    const bare = (name: string) => name.replace(/\.gz$/, '')
    const names = readdirSync(folder).toSorted((a, b) => (bare(a) < bare(b) ? -1 : 1))
    assert.equal(names.length, 4, names.join())
    assert.equal(names[0], 'connector.log')
    assert(
      names.slice(1).every((name) => /^connector\.log\.\d{8}T\d{6}\.\d{3}(-\d+)?\.gz$/.test(name)),
      names.join(),
    )
    const texts = names.slice(1).map((name) => gunzipSync(readFileSync(join(folder, name))).toString())
    const numbers = [...texts, readFileSync(file, 'utf8')].join('').trim().split('\n').map(numberIn)
    assert.equal(numbers.at(-1), 99)
    assert.deepEqual(
      numbers,
      Array.from({ length: numbers.length }, (_, index) => 100 - numbers.length + index),
    )
  }))

test('delivery D12: a log that cannot be written is no reason to stop', async () => {
  await using log = openConnectorLog({ file: '/proc/self/connector.log', clock: systemClock })
  log.write('info', 'service:Start', 'x')
})

function numberIn(line: string | undefined): number {
  return Number(/line (\d+)/.exec(line ?? '')?.[1])
}
