// Bad input, each with a clear message and its remedy; nothing lost, no crash (issue "The road", "Bad input").
import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../src/platform/clock.ts'
import { asOwner, run, start, temporaryFolder, until } from './sallyport.ts'

type Totals = {
  events: number
  quarantined: number
  ignored: number
  byType: Record<string, number>
  lost: Record<string, number | null>
}

const good = (index: number) =>
  JSON.stringify({
    timestamp: '2026-11-24T10:00:00.000000+0000',
    event_type: 'dns',
    src_ip: '192.0.2.1',
    dest_ip: '192.0.2.53',
    dns: { type: 'query', rrname: `q${index}.example` },
  })

test('bad input: hostile lines are kept and quarantined, their neighbours are not touched', async (t) => {
  const folder = temporaryFolder(t)
  const file = join(folder, 'eve.json')
  const bad: Buffer[] = [
    Buffer.from('{"timestamp":"2026-11-24T10:00:00.000000+0000","event_type":"al'),
    Buffer.from(`{"event_type":"alert","x":"${'a'.repeat(10 * 1024 * 1024)}"`),
    Buffer.concat([Buffer.from('{"event_type":"alert","x":"'), Buffer.from([0xff, 0xfe, 0xc3]), Buffer.from('"')]),
    Buffer.concat([Buffer.from('{"event_type":"alert"'), Buffer.from([0, 0, 0])]),
    Buffer.from('['.repeat(100_000)),
  ]
  const lines = bad.flatMap((line, index) => [Buffer.from(good(index)), line])
  writeFileSync(
    file,
    Buffer.concat([...lines, Buffer.from(good(9)), Buffer.from('')].flatMap((line) => [line, Buffer.from('\n')])),
  )
  const data = join(folder, 'data')
  const { code, stdout, stderr } = await run(t, ['open', file, '--once', '-o', 'json', '--data', data])
  assert.equal(code, 0, stderr)
  const totals: Totals = JSON.parse(stdout)
  assert.deepEqual(
    [totals.events, totals.quarantined, totals.ignored, totals.byType, totals.lost],
    [11, 5, 1, { dns: 6 }, {}],
  )
  const found = await run(t, ['events', 'search', 'is:quarantined', '-o', 'jsonl', '--limit', '10', '--data', data])
  const records = found.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { raw: string; rawBase64?: string })
  const kept = records.map(({ raw, rawBase64 }) =>
    rawBase64 === undefined ? Buffer.from(raw) : Buffer.from(rawBase64, 'base64'),
  )
  for (const line of bad)
    assert(
      kept.some((one) => one.equals(line)),
      `kept byte for byte: ${line.subarray(0, 40).toString('latin1')}`,
    )
})

test('bad input: an empty file, a folder without sensor files, a missing file: a message with the remedy, exit 1', async (t) => {
  const folder = temporaryFolder(t)
  writeFileSync(join(folder, 'empty.json'), '')
  mkdirSync(join(folder, 'texts'))
  writeFileSync(join(folder, 'texts', 'notes.txt'), 'nothing a sensor wrote\n')
  const cases = [
    { path: 'empty.json', code: 'source.unrecognised' },
    { path: 'texts', code: 'source.unrecognised' },
    { path: 'absent.json', code: 'input.missing' },
  ]
  for (const { path, code } of cases) {
    const ended = await run(t, ['open', join(folder, path), '--once', '-o', 'json', '--data', join(folder, 'data')])
    assert.equal(ended.code, 1, path)
    assert.match(ended.stderr, new RegExp(code.replace('.', '\\.')))
    assert.match(ended.stderr, /fix: /)
  }
})

test('bad input: a port in use and a console beyond loopback are refused with the remedy', async (t) => {
  const folder = temporaryFolder(t)
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const address = taken.address()
  assert(typeof address === 'object' && address !== null)
  const busy = await run(t, [
    'exchange',
    '--data',
    folder,
    '--console',
    '127.0.0.1:0',
    '--devices',
    `127.0.0.1:${address.port}`,
  ])
  const upToo = await run(t, [
    'up',
    '--data',
    join(folder, 'up'),
    '--console',
    '127.0.0.1:0',
    '--devices',
    `127.0.0.1:${address.port}`,
  ])
  taken.close()
  assert.equal(upToo.code, 1)
  assert.match(upToo.stderr, /port\.inuse/)
  assert.equal(busy.code, 1)
  assert.match(busy.stderr, /port\.inuse/)
  assert.match(busy.stderr, /fix: /)
  const wide = await run(t, ['exchange', '--data', folder, '--console', '0.0.0.0:0', '--devices', '127.0.0.1:0'])
  assert.equal(wide.code, 1)
  assert.match(wide.stderr, /console\.wide/)
})

test('bad input: with a spool folder that cannot be used everything starts, says so, and Ctrl-C ends it', async (t) => {
  const folder = temporaryFolder(t)
  const file = join(folder, 'eve.json')
  writeFileSync(file, `${good(1)}\n${good(2)}\n`)
  const data = join(folder, 'data')
  const spool = join(data, 'device/spool')
  mkdirSync(join(data, 'device'), { recursive: true })
  const free = ['--console', '127.0.0.1:0', '--devices', '127.0.0.1:0', '--local', '127.0.0.1:0']
  const blocked = async () => {
    writeFileSync(spool, 'a file where the folder should be')
    const up = start(t, ['up', '--source', file, '--data', data, ...free])
    const [, local = ''] = await until(
      'the site',
      () => /local API\s+(http:\S+)/.exec(up.stderr()) ?? undefined,
      60_000,
    )
    await until('the reason', async () => {
      const answer = await fetch(`${local}/status`)
      return /"state":"unwritable"/.test(await answer.text())
    })
    return up
  }
  const stopped = await blocked()
  const from = systemClock.monotonic()
  stopped.child.kill('SIGINT')
  await stopped.finished
  // A child that does not end by itself is killed after 10 s.
  assert(systemClock.monotonic() - from < 9_000, 'it ended by itself')

  const mended = await blocked()
  rmSync(spool)
  type Stored = { journal: { events: number } }
  await until('both events', async () => (await asOwner<Stored>(data, 'status'))?.journal.events === 2)
  mended.child.kill('SIGINT')
  assert.equal((await mended.finished).code, 0)
})
