import assert from 'node:assert/strict'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openLog } from '../../platform/log.ts'
import type { EventHandlerConfiguration } from './configuration.ts'
import { startEventHandler } from './event-handler.ts'
import { TestExchange, TestJournal, until } from './test-exchange.ts'

const log = openLog('test', process.env['TEST_LOG'] ?? '/dev/null')

async function place(): Promise<{ folder: string; file: string; socket: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'eh-'))
  return {
    folder,
    file: join(folder, 'eve.json'),
    socket: join(folder, 'run.sock'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

function start(
  at: { folder: string; file: string; socket: string },
  source: Partial<EventHandlerConfiguration['sources'][number]> = {},
  configuration: Partial<EventHandlerConfiguration> = {},
) {
  return startEventHandler({
    configuration: {
      v: 1,
      device: 'test',
      sources: [{ name: 'eve', path: at.file, format: 'suricata/eve', ...source }],
      selection: 'everything',
      spool: { bytesMax: 256 * 1024 * 1024 },
      ...configuration,
    },
    spoolFolder: join(at.folder, 'spool'),
    socketPath: at.socket,
    program: 'sallyport/test',
    log,
    quietMs: 200,
  })
}

const eve = (number: number, type = 'dns') =>
  `{"timestamp":"2026-11-24T10:00:00.000000+0000","event_type":"${type}","src_ip":"192.0.2.${number % 250}","number":${number}}`
const eves = (from: number, count: number) => Array.from({ length: count }, (_, index) => eve(from + index))

test('delivery 1.0: a file goes through spool and socket, every line once and byte for byte', async () => {
  await using at = await place()
  const lines = eves(0, 1_000)
  await writeFile(at.file, `${lines.join('\n')}\n`)
  await using handler = await start(at, { once: true })
  await using exchange = await TestExchange.open(at.socket)
  await handler.drained
  assert.deepEqual(exchange.journal.lines, lines)
  await until(() => exchange.status?.drained === true && exchange.ended.length === 1, 'drained, and its end told')
  assert.equal(handler.status().sources[0]?.state, 'finished')
})

test('delivery 1.1: new lines of a growing file arrive within its linger', async () => {
  await using at = await place()
  await writeFile(at.file, '')
  await using handler = await start(at)
  await using exchange = await TestExchange.open(at.socket)
  for (let number = 0; number < 5; number++) {
    await appendFile(at.file, `${eve(number)}\n`)
    await until(() => exchange.journal.lines.length === number + 1, 'the line', 2_000)
  }
  assert.deepEqual(exchange.journal.lines, eves(0, 5))
  assert.equal(handler.status().sources[0]?.state, 'reading')
  void TestJournal
})
