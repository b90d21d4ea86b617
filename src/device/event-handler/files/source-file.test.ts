import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFile, chmod, copyFile, open, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { TestDevice, eve, eves, text } from '../device-fixture.ts'
import { type TestJournal, until } from '../exchange-fixture.ts'

const sorted = (lines: readonly string[]) => [...lines].sort()

/** Every event stands in its file where its block says. */
async function assertOffsets(journal: TestJournal, path: string): Promise<void> {
  const bytes = await readFile(path)
  for (const { line, offset } of journal.events)
    assert.equal(bytes.toString('latin1', offset, offset + line.length), line, `at ${offset}`)
}

test('delivery N1: CR, NUL and invalid UTF-8 stay in the event, empty lines are ignored and counted', async () => {
  await using device = await TestDevice.make()
  const odd = Buffer.concat([
    Buffer.from(`${eve(1)}\r\n\n\n`),
    Buffer.from([0x7b, 0xff, 0x00, 0xfe, 0x7d, 10]),
    Buffer.from(`\xef\xbb\xbf${eve(2)}\n`, 'latin1'),
  ])
  await writeFile(device.file, odd)
  const handler = await device.drain()
  assert.deepEqual(device.journal.lines, [`${eve(1)}\r`, '{\xff\x00\xfe}', `\xef\xbb\xbf${eve(2)}`])
  assert.equal(handler.status().sources[0]?.ignored, 2)
  const counted = device.journal.headers.reduce(
    (sum, header) => sum + (header.kind === 'events' ? (header.ignored ?? 0) : 0),
    0,
  )
  assert.equal(counted, 2)
  await assertOffsets(device.journal, device.file)
})

test('delivery N1: an unfinished last line is an event marked unterminated when a file read once ends', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, `${text(eves(0, 3))}${eve(3)}`)
  await device.drain()
  assert.deepEqual(device.journal.lines, eves(0, 4))
  const marked = device.journal.headers.filter((header) => header.kind === 'events' && header.unterminated)
  assert.deepEqual(
    marked.map((header) => [header.first, header.kind === 'events' && header.count]),
    [[4, 1]],
  )
})

test('delivery D16: half a line waits for its rest and is one event', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, `${eve(0)}\n${eve(1).slice(0, 40)}`)
  await using _handler = await device.start()
  await using _exchange = await device.exchange()
  await until(() => device.journal.lines.length === 1, 'the first line')
  await appendFile(device.file, `${eve(1).slice(40)}\n`)
  await until(() => device.journal.lines.length === 2, 'the second line')
  assert.deepEqual(device.journal.lines, eves(0, 2))
})

test('delivery N1: a line of 10 MB is kept whole, one beyond 16 MiB is a loss with its length and hash', async () => {
  await using device = await TestDevice.make()
  const big = Buffer.alloc(10_000_000, 'x')
  const huge = Buffer.alloc(17 * 1024 * 1024, 'y')
  const file = await open(device.file, 'w')
  await file.writeFile(
    Buffer.concat([Buffer.from(`${eve(0)}\n`), big, Buffer.from('\n'), huge, Buffer.from(`\n${eve(1)}\n`)]),
  )
  await file.close()
  await using handler = await device.start({ once: true })
  await using _ = await device.exchange({ creditBytes: 4 * 1024 * 1024 })
  await handler.drained
  assert.deepEqual(device.journal.lines, [eve(0), big.toString('latin1'), eve(1)])
  const sha256 = createHash('sha256').update(huge).digest('hex')
  assert.deepEqual(device.journal.losses(), [{ cause: 'line.too-long', count: 1, bytes: huge.length, sha256 }])
  const last = device.journal.headers.at(-1)
  assert.deepEqual(last?.lost, { count: 1, unknown: false })
  assert.deepEqual(handler.status().sources[0]?.lost['line.too-long'], { count: 1, unknown: false })
})

test('delivery N2: a gzipped file of several members is read by its unpacked bytes', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, Buffer.concat([gzipSync(text(eves(0, 500))), gzipSync(text(eves(500, 500)))]))
  await device.drain()
  assert.deepEqual(device.journal.lines, eves(0, 1_000))
  const end = device.journal.headers.at(-1)
  assert.equal(end?.position.kind === 'file' && end.position.end, text(eves(0, 1_000)).length)
})

test('delivery N2: a gzipped file that was cut gives what it holds, and says that something is lost', async () => {
  await using device = await TestDevice.make()
  const packed = gzipSync(text(eves(0, 5_000)))
  await writeFile(device.file, packed.subarray(0, packed.length - 500))
  await device.drain()
  const { lines } = device.journal
  assert(lines.length > 100)
  assert.deepEqual(device.journal.losses(), [{ cause: 'file.truncated', count: null }])
})

test('delivery N4: a file read once is not read again, and what was appended since is', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, text(eves(0, 100)))
  await device.drain()
  await device.drain()
  assert.deepEqual(device.journal.lines, eves(0, 100))
  await appendFile(device.file, text(eves(100, 20)))
  await device.drain()
  assert.deepEqual(device.journal.lines, eves(0, 120))
  assert.equal(device.journal.duplicates, 0)
  assert.deepEqual(device.journal.losses(), [])
})

test('delivery D13: a rename rotation while running gives every line once, also those written late into the old file', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, text(eves(0, 50)))
  await using _handler = await device.start()
  await using _exchange = await device.exchange()
  await until(() => device.journal.lines.length === 50, 'the old file')
  await rename(device.file, `${device.file}.1`)
  await appendFile(`${device.file}.1`, text(eves(50, 10)))
  await writeFile(device.file, text(eves(100, 10)))
  await appendFile(`${device.file}.1`, text(eves(60, 5)))
  await until(() => device.journal.lines.length === 75, 'all lines')
  assert.deepEqual(device.journal.lines, [...eves(0, 65), ...eves(100, 10)])
  const positions = device.journal.headers.map((header) => header.position)
  assert.deepEqual(
    new Set(positions.map((position) => position.kind === 'file' && position.generation)),
    new Set([1, 2]),
  )
  await appendFile(`${device.file}.1`, text(eves(200, 3)))
  await until(() => device.journal.losses().length === 1, 'the loss')
  assert.deepEqual(device.journal.losses(), [
    { cause: 'file.written-after-rotation', count: null, bytes: text(eves(200, 3)).length },
  ])
  assert.equal(device.journal.lines.length, 75)
})

test('delivery N1: the last line of a rotated file that has no LF is an event', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, `${eve(0)}\n${eve(1)}`)
  await using _handler = await device.start()
  await using _exchange = await device.exchange()
  await until(() => device.journal.lines.length === 1, 'the first line')
  await rename(device.file, `${device.file}.1`)
  await writeFile(device.file, text([eve(2)]))
  await until(() => device.journal.lines.length === 3, 'all lines')
  assert.deepEqual(device.journal.lines, eves(0, 3))
})

test('delivery D13: rotations while down, twice and gzipped, give every line once, oldest first', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, text(eves(0, 100)))
  {
    await using _handler = await device.start()
    await using _exchange = await device.exchange()
    await until(() => device.journal.lines.length === 100, 'the first lines')
  }
  await appendFile(device.file, text(eves(100, 50)))
  await writeFile(`${device.file}.2.gz`, gzipSync(await readFile(device.file)))
  await writeFile(`${device.file}.1`, text(eves(150, 50)))
  await writeFile(device.file, text(eves(200, 50)))
  await using _handler = await device.start()
  await using _exchange = await device.exchange()
  await until(() => device.journal.lines.length === 250, 'all lines')
  assert.deepEqual(device.journal.lines, eves(0, 250))
  assert.deepEqual(device.journal.losses(), [])
})

test('delivery N2: generations that lay there before the source was first read are never read', async () => {
  await using device = await TestDevice.make()
  await writeFile(`${device.file}.1`, text(eves(900, 10)))
  await writeFile(device.file, text(eves(0, 10)))
  {
    await using _handler = await device.start()
    await using _exchange = await device.exchange()
    await until(() => device.journal.lines.length === 10, 'the first lines')
    await rename(`${device.file}.1`, `${device.file}.2`)
    await rename(device.file, `${device.file}.1`)
    await writeFile(device.file, text(eves(10, 10)))
    await until(() => device.journal.lines.length === 20, 'the lines of the new file')
  }
  await using _handler = await device.start()
  await using _exchange = await device.exchange()
  await appendFile(device.file, text(eves(20, 10)))
  await until(() => device.journal.lines.length === 30, 'the lines after the restart')
  assert.deepEqual(device.journal.lines, eves(0, 30))
})

test('delivery D14: copytruncate is declared file.truncated and nothing comes twice', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, text(eves(0, 100)))
  await using _handler = await device.start()
  await using _exchange = await device.exchange()
  await until(() => device.journal.lines.length === 100, 'the first lines')
  await copyFile(device.file, `${device.file}.1`)
  await truncate(device.file, 0)
  await appendFile(device.file, text(eves(100, 10)))
  await until(() => device.journal.lines.length === 110, 'the lines after it')
  assert.deepEqual(device.journal.lines, eves(0, 110))
  assert.deepEqual(device.journal.losses(), [{ cause: 'file.truncated', count: null }])
})

test('delivery D15: a file overwritten in place by a longer one is noticed by its fingerprint', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, text(eves(0, 10)))
  await using _handler = await device.start()
  await using _exchange = await device.exchange()
  await until(() => device.journal.lines.length === 10, 'the first lines')
  await writeFile(device.file, text(eves(500, 30)))
  await until(() => device.journal.lines.length === 40, 'the lines of the other file')
  assert.deepEqual(device.journal.lines, [...eves(0, 10), ...eves(500, 30)])
  assert.deepEqual(device.journal.losses(), [{ cause: 'file.truncated', count: null }])
})

test('delivery D15: a file replaced while down by another of the same name is read from its start', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, text(eves(0, 10)))
  {
    await using _handler = await device.start()
    await using _exchange = await device.exchange()
    await until(() => device.journal.lines.length === 10, 'the first lines')
  }
  await rm(device.file)
  await writeFile(device.file, text(eves(500, 30)))
  await using _handler = await device.start()
  await using _exchange = await device.exchange()
  await until(() => device.journal.lines.length === 40, 'the lines of the other file')
  assert.deepEqual(device.journal.losses(), [{ cause: 'file.rotated-away', count: null }])
})

test('delivery N3: a file cut while down is read from its start, and the loss is declared', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, text(eves(0, 100)))
  {
    await using _handler = await device.start()
    await using _exchange = await device.exchange()
    await until(() => device.journal.lines.length === 100, 'the first lines')
  }
  await writeFile(device.file, text(eves(0, 50)))
  await using _handler = await device.start()
  await using _exchange = await device.exchange()
  await until(() => device.journal.lines.length === 150, 'its lines')
  assert.deepEqual(device.journal.losses(), [{ cause: 'file.truncated', count: null }])
})

test('delivery N5: a deleted file is read to its end; a new one of its name is followed', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, text(eves(0, 10)))
  await using handler = await device.start()
  await using _exchange = await device.exchange()
  await until(() => device.journal.lines.length === 10, 'the first lines')
  const writer = await open(device.file, 'a')
  await rm(device.file)
  await writer.writeFile(text(eves(10, 10)))
  await writer.close()
  await until(() => handler.status().sources[0]?.state === 'missing', 'its absence told')
  await writeFile(device.file, text(eves(20, 10)))
  await until(() => device.journal.lines.length === 30, 'all lines')
  assert.deepEqual(device.journal.lines, eves(0, 30))
  assert.deepEqual(device.journal.losses(), [])
})

test('delivery N7: what is not selected is counted by type and takes no sequence; an unreadable line is selected', async () => {
  await using device = await TestDevice.make()
  const alert = eve(1, 'alert').replace('}', ',"alert":{"signature_id":1,"signature":"EXAMPLE","severity":1}}')
  await writeFile(device.file, text([eve(0), eve(1, 'flow'), alert, eve(2), 'no json at all', eve(3, 'flow')]))
  const handler = await device.drain({}, { selection: ['intrusion'] })
  assert.deepEqual(device.journal.lines, [alert, 'no json at all'])
  assert.deepEqual(
    device.journal.events.map((event) => event.sequence),
    [1, 2],
  )
  const counted: Record<string, number> = {}
  for (const header of device.journal.headers)
    if (header.kind === 'events')
      for (const [type, count] of Object.entries(header.notSelected ?? {})) counted[type] = (counted[type] ?? 0) + count
  assert.deepEqual(counted, { dns: 2, flow: 2 })
  assert.equal(handler.status().sources[0]?.notSelected, 4)
  await assertOffsets(device.journal, device.file)
})

test('delivery N8: a missing, an unreadable and a silent source hold up none of the others', async () => {
  await using device = await TestDevice.make()
  const path = (name: string) => join(device.folder, name)
  await writeFile(path('good.json'), text(eves(0, 10)))
  await writeFile(path('secret.json'), text(eves(10, 10)))
  await chmod(path('secret.json'), 0o000)
  await writeFile(path('silent.json'), '')
  const source = (name: string) => ({ name, path: path(`${name}.json`), format: 'suricata/eve' as const })
  const names = ['missing', 'secret', 'folder', 'silent', 'good']
  const sources = names.map((name) => (name === 'folder' ? { ...source(name), path: device.folder } : source(name)))
  await using handler = await device.start({}, { sources })
  await using _exchange = await device.exchange()
  await until(() => device.journal.lines.length >= 10, 'the good source')
  const states = handler.status().sources.map(({ name, state, reason }) => [name, state, reason?.split(':')[0]])
  assert.deepEqual(states[0], ['missing', 'missing', 'source.missing'])
  assert.deepEqual(states[2], ['folder', 'unreadable', 'source.unreadable'])
  if (process.getuid?.() !== 0) assert.deepEqual(states[1], ['secret', 'unreadable', 'source.unreadable'])
  assert.equal(states[3]?.[1], 'reading')
  await writeFile(path('missing.json'), text(eves(20, 10)))
  await until(() => handler.status().sources[0]?.events === 10, 'the missing source, once it is there')
})

test('delivery N8: a FIFO given as a file is no file, and neither it nor a loop of links keeps others from anything', async () => {
  await using device = await TestDevice.make()
  const fifos = Array.from({ length: 8 }, (_, number) => join(device.folder, `fifo${number}.json`))
  execFileSync('mkfifo', [...fifos, `${device.file}.1`])
  const loop = join(device.folder, 'loop.json')
  await symlink(loop, loop)
  await writeFile(device.file, text(eves(0, 10)))
  const source = (path: string) => ({ name: basename(path, '.json'), path, format: 'suricata/eve' as const })
  const sources = [...fifos, loop, device.file].map(source)
  const handler = await device.start({}, { sources })
  {
    await using _exchange = await device.exchange()
    await until(() => device.journal.lines.length === 10, 'the good source')
    const states = () => handler.status().sources.map(({ state }) => state)
    const expected = [...sources.slice(0, -1).map(() => 'unreadable'), 'reading']
    await until(() => states().join() === expected.join(), 'each says what it is')
    assert.match(handler.status().sources[0]?.reason ?? '', /fifo0\.json is no file$/)
    assert.match(handler.status().sources[8]?.reason ?? '', /ELOOP/)
  }
  await handler[Symbol.asyncDispose]()
})

test('delivery 1.0: header lines of Zeek travel as context of the blocks behind them, also after a restart in mid file', async () => {
  await using device = await TestDevice.make()
  const header =
    '#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#fields\tts\tuid\tid.orig_h\n#types\ttime\tstring\taddr'
  const line = (number: number) => `1.${number}\tC${number}\t192.0.2.${number}`
  const lines = Array.from({ length: 20 }, (_, number) => line(number))
  await writeFile(device.file, `${header}\n${text(lines.slice(0, 10))}`)
  const source = { format: 'zeek/tsv' as const }
  {
    await using _handler = await device.start(source)
    await using _exchange = await device.exchange()
    await until(() => device.journal.lines.length === 10, 'the first lines')
  }
  await appendFile(device.file, `${text(lines.slice(10))}#close\t2026\n`)
  await using _handler = await device.start(source)
  await using _exchange = await device.exchange()
  await until(() => device.journal.lines.length === 20, 'all lines')
  assert.deepEqual(device.journal.lines, lines)
  for (const block of device.journal.headers)
    if (block.kind === 'events' && block.count > 0) assert.equal(block.context, header)
  await assertOffsets(device.journal, device.file)
})

test('delivery 1.1: the format is found where none is configured; an input without one recognised line gives nothing', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, text(['# some words', ...eves(0, 5)]))
  const handler = await device.drain({ format: 'auto' })
  assert.equal(handler.status().sources[0]?.format, 'suricata/eve')
  assert(sorted(device.journal.lines).includes(eve(0)))
  const other = join(device.folder, 'words.txt')
  await writeFile(other, 'one\ntwo\n')
  await writeFile(join(device.folder, 'empty.json'), '')
  const sources = [
    { name: 'words', path: other, format: 'auto' as const, once: true },
    { name: 'empty', path: join(device.folder, 'empty.json'), format: 'suricata/eve' as const, once: true },
  ]
  const held = device.journal.lines.length
  const second = await device.drain({}, { sources })
  assert.match(second.status().sources[0]?.reason ?? '', /^source\.unrecognised/)
  assert.deepEqual(
    second.status().sources.map(({ state }) => state),
    ['finished', 'finished'],
  )
  assert.equal(device.journal.lines.length, held)
})
