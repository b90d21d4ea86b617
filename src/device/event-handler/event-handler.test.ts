import assert from 'node:assert/strict'
import { appendFile, rm, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { TestDevice, eve, eves, text } from './device-fixture.ts'
import { until } from './exchange-fixture.ts'

test('delivery 1.0: a file goes through spool and socket, every line once and byte for byte', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, text(eves(0, 1_000)))
  await using handler = await device.start({ once: true })
  await using exchange = await device.exchange()
  await handler.drained
  assert.deepEqual(device.journal.lines, eves(0, 1_000))
  await until(() => exchange.status?.drained === true && exchange.ended.length === 1, 'drained, and its end told')
  assert.equal(handler.status().sources[0]?.state, 'finished')
})

test('delivery 1.1: new lines of a growing file arrive within its linger', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, '')
  await using handler = await device.start()
  await using _exchange = await device.exchange()
  for (let number = 0; number < 5; number++) {
    await appendFile(device.file, `${eve(number)}\n`)
    await until(() => device.journal.lines.length === number + 1, 'the line', 2_000)
  }
  assert.deepEqual(device.journal.lines, eves(0, 5))
  assert.equal(handler.status().sources[0]?.state, 'reading')
})

test('delivery D12: with a spool folder that cannot be used it runs, says so, and goes on once it can be used', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, text(eves(0, 10)))
  await writeFile(device.spool, 'a file where the folder should be')
  await using handler = await device.start({ once: true })
  assert.equal(handler.status().spool.state, 'unwritable')
  assert.match(handler.status().sources[0]?.reason ?? '', /^spool\.unwritable/)
  await using exchange = await device.exchange()
  await until(() => exchange.status?.spool.state === 'unwritable', 'its status over the socket')
  assert.equal(handler.status().drained, false)
  await rm(device.spool)
  await handler.drained
  assert.equal(handler.status().spool.state, 'open')
  assert.deepEqual(device.journal.lines, eves(0, 10))
})

test('delivery D12: an EventHandler that waits for its spool ends when it is told to, and leaves its socket', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, text(eves(0, 10)))
  await writeFile(device.spool, 'a file where the folder should be')
  const handler = await device.start({ once: true })
  await handler[Symbol.asyncDispose]()
  await rm(device.spool)
  await device.drain()
  assert.deepEqual(device.journal.lines, eves(0, 10))
})

test('delivery S9: where the spool is full files wait, and go on when the exchange has acknowledged', async () => {
  await using device = await TestDevice.make()
  const lines = eves(0, 200_000)
  await writeFile(device.file, text(lines))
  await using handler = await device.start({ once: true }, { spool: { bytesMax: 1024 * 1024 } })
  await until(() => handler.status().sources[0]?.state === 'spool-full', 'the file waits')
  assert.equal(handler.status().spool.state, 'full')
  assert((handler.status().sources[0]?.events ?? 0) < lines.length)
  await using _exchange = await device.exchange()
  await handler.drained
  assert.deepEqual(device.journal.lines, lines)
  assert.deepEqual(device.journal.losses(), [])
})

test('delivery S10: memory in flight stays within 32 MiB, while reading and while the backlog drains', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, text(eves(0, 150_000)))
  // Only what is still held counts, so each sample is taken behind a full collection.
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  assert(typeof collect === 'function')
  const heldBytes = () => {
    collect()
    return process.memoryUsage().arrayBuffers
  }
  const before = heldBytes()
  let most = 0
  const sample = () => (most = Math.max(most, heldBytes() - before))
  await using handler = await device.start({ once: true })
  await until(() => {
    sample()
    return handler.status().sources[0]?.state === 'finished'
  }, 'all spooled')
  // The connector keeps nothing here, so that only EventHandler's own memory is seen.
  await using exchange = await device.exchange({ creditBytes: 4 * 1024 * 1024, forgets: true })
  await until(() => {
    sample()
    return handler.status().drained
  }, 'drained')
  assert(exchange.order.length > 2_000)
  assert(most <= 32 * 1024 ** 2, `${(most / 2 ** 20).toFixed(1)} MiB`)
  if (process.env['TEST_PRINT'] !== undefined) process.stderr.write(`in flight: ${(most / 2 ** 20).toFixed(1)} MiB\n`)
})
