// Faults of a device that its other tests do not make: a clock that jumps, an older stream that is refused, a file that
// an unprivileged EventHandler may not read (delivery D23, J2, N8).
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, chmod, chown, mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { needsRoot } from '../../../test/needs.ts'
import { TestDevice, eves, text } from './device-fixture.ts'
import { type TestExchange, until } from './exchange-fixture.ts'
import { TestClock } from './spool-fixture.ts'

const yearMs = 365 * 24 * 3_600_000

test('delivery D23: a clock that jumps a year either way changes neither order nor identity, also across a start', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, '')
  const clock = new TestClock()
  const jumps = [0, yearMs, -yearMs, 0]
  const add = async (jump: number) => {
    clock.aheadMs = jumps[jump] ?? 0
    await appendFile(device.file, text(eves(jump * 200, 200)))
  }
  {
    await using handler = await device.start({}, {}, clock)
    for (const jump of [0, 1]) {
      await add(jump)
      await until(() => handler.status().spool.outstandingEvents === (jump + 1) * 200, `the lines of jump ${jump}`)
    }
  }
  clock.aheadMs = -yearMs
  await using handler = await device.start({}, {}, clock)
  await using _exchange = await device.exchange()
  for (const jump of [2, 3]) {
    await add(jump)
    await until(() => device.journal.lines.length === (jump + 1) * 200, `the lines of jump ${jump}`)
  }
  await until(() => handler.status().spool.outstandingEvents === 0, 'everything acknowledged')
  // The journal checks every chain; the order of the lines is that of the file.
  const events = device.journal.events.toSorted((one, other) => one.offset - other.offset)
  assert.deepEqual(
    events.map(({ line }) => line),
    eves(0, 800),
  )
  for (const [stream] of device.journal.streams) {
    const sequences = device.journal.events.filter((event) => event.stream === stream).map(({ sequence }) => sequence)
    assert.deepEqual(
      sequences,
      sequences.map((_, index) => index + 1),
    )
  }
  assert.deepEqual([device.journal.losses(), device.journal.missing], [[], []])
  const years = new Set(
    device.journal.headers
      .filter((header) => header.kind === 'events')
      .map(({ from }) => Math.round((from - Date.now()) / yearMs)),
  )
  assert.deepEqual(years, new Set([0, 1, -1]), 'arrival is what the clock said')
})

/** Two streams of the file: one of 300 lines that waits, and the live one of 100 more. The older one is in conflict. */
async function withOlderInConflict(device: TestDevice): Promise<string> {
  await writeFile(device.file, text(eves(0, 300)))
  let older = ''
  {
    await using handler = await device.start()
    await until(() => handler.status().spool.outstandingEvents === 300, 'spooled')
    older = Object.keys(handler.status().spool.given)[0] ?? ''
  }
  {
    await using handler = await device.start()
    await appendFile(device.file, text(eves(300, 100)))
    await until(() => handler.status().spool.outstandingEvents === 400, 'spooled too')
  }
  device.journal.heads.set(older, { block: 1, hash: 'b'.repeat(64), sequence: 64 })
  return older
}

const refusedLoss = { cause: 'stream.refused', count: 300 }

test('delivery J2: of a refused stream that newer ones have passed, what was not acknowledged is declared lost', async () => {
  await using device = await TestDevice.make()
  const older = await withOlderInConflict(device)
  await using _handler = await device.start()
  await using _exchange = await device.exchange()
  await until(() => device.journal.losses().length > 0 && device.journal.lines.length >= 100, 'the loss and the rest')
  assert.deepEqual(device.journal.losses(), [refusedLoss])
  assert.deepEqual(device.journal.lines, eves(300, 100))
  assert.equal(device.journal.streams.has(older), false)
})

test('delivery J2: the loss of a refused stream whose source is configured no more is declared in a stream of its own', async () => {
  await using device = await TestDevice.make()
  await withOlderInConflict(device)
  const other = { name: 'other', path: join(device.folder, 'other.json'), format: 'suricata/eve' as const }
  await writeFile(other.path, '')
  await using _handler = await device.start({}, { sources: [other] })
  await using _exchange = await device.exchange()
  await until(() => device.journal.losses().length > 0 && device.journal.lines.length >= 100, 'the loss and the rest')
  assert.deepEqual(device.journal.losses(), [refusedLoss])
  assert.deepEqual(device.journal.lines, eves(300, 100))
  const loss = device.journal.headers.find((header) => header.kind === 'loss')
  assert.equal(loss?.source, 'eve')
})

/** A user of no rights, where this machine has root. */
const nobody = 65_534

test(
  'delivery N8: a file that an unprivileged EventHandler may not read is said with its reason, and read once it may',
  needsRoot(),
  async () => {
    await using device = await TestDevice.make()
    const others = join(device.folder, 'others.json')
    await writeFile(device.file, text(eves(0, 50)), { mode: 0o600 })
    await writeFile(others, text(eves(50, 50)))
    await mkdir(device.spool)
    for (const path of [device.folder, device.spool, others]) await chown(path, nobody, nobody)
    assert.equal((await stat(device.file)).uid, 0)
    const source = (name: string, path: string) => ({ name, path, format: 'suricata/eve' as const })
    const configuration = device.configuration({}, { sources: [source('eve', device.file), source('others', others)] })
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'process-fixture.ts'), JSON.stringify(configuration), device.spool, device.socket],
      { stdio: ['ignore', 'ignore', 'inherit'], uid: nobody, gid: nobody, env: {}, cwd: '/' },
    )
    try {
      await using exchange = await device.exchange()
      await until(() => device.journal.lines.length === 50, 'the other source')
      await until(() => stateOf(exchange, 'eve')?.state === 'unreadable', 'its state')
      assert.match(stateOf(exchange, 'eve')?.reason ?? '', /EACCES|permission/i)
      assert.deepEqual(device.journal.lines, eves(50, 50))
      await chmod(device.file, 0o644)
      await until(() => device.journal.lines.length === 100, 'the file once it may be read')
    } finally {
      await ended(child)
    }
    assert.deepEqual(device.journal.lines.toSorted(), eves(0, 100).toSorted())
  },
)

function stateOf(exchange: TestExchange, name: string) {
  return exchange.status?.sources.find((source) => source.name === name)
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
