import assert from 'node:assert/strict'
import { appendFile, writeFile } from 'node:fs/promises'
import { test } from 'node:test'
import { TestDevice, eve, eves, text } from './test-device.ts'
import { until } from './test-exchange.ts'

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
