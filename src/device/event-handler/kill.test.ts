// EventHandler as a process of its own, killed with SIGKILL while it writes; what it left is read by the next one.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { appendFile, rename, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../../platform/clock.ts'
import { kill, startProcess } from './child-fixture.ts'
import { TestDevice, eve, eves, text } from './device-fixture.ts'
import { until } from './exchange-fixture.ts'

test('delivery D1: SIGKILL at any moment of reading and spooling: every line once, sequences dense, nothing declared lost', async () => {
  await using device = await TestDevice.make()
  const lines = eves(0, 250_000)
  await writeFile(device.file, '')
  // Each round has lines of its own to read, so that each kill meets a process that reads.
  for (const [round, afterBlocks] of [1, 0, 5, 0, 20].entries()) {
    await appendFile(device.file, text(lines.slice(round * 50_000, (round + 1) * 50_000)))
    const child = startProcess(device, device.configuration({ once: true }))
    await using exchange = await device.exchange({ creditBytes: 20_000 })
    await until(() => exchange.meetings > 0 && exchange.order.length >= afterBlocks, 'some blocks')
    await kill(child)
  }
  const child = startProcess(device, device.configuration({ once: true }))
  await using exchange = await device.exchange()
  await until(() => exchange.status?.drained === true, 'drained', 60_000)
  await kill(child)
  assert.deepEqual(device.journal.lines.toSorted(), lines.toSorted())
  const offsets = new Set(device.journal.events.map((event) => event.offset))
  assert.equal(offsets.size, lines.length, 'a line stands twice')
  const identities = new Set(device.journal.events.map(({ stream, sequence }) => `${stream}:${sequence}`))
  assert.equal(identities.size, lines.length, 'an identity stands twice')
  assert.deepEqual([device.journal.losses(), device.journal.missing], [[], []])
  assert(device.journal.streams.size >= 3, `only ${device.journal.streams.size} streams`)
})

test('delivery D2: SIGKILL while the file grows and rotates: every line once, oldest first', async () => {
  await using device = await TestDevice.make()
  let written = 0
  const grow = async (count: number) => {
    await appendFile(device.file, text(eves(written, count)))
    written += count
  }
  await grow(2_000)
  for (let round = 0; round < 4; round++) {
    const child = startProcess(device, device.configuration())
    await using exchange = await device.exchange({ creditBytes: 10_000 })
    await until(() => exchange.meetings > 0, 'the process serves')
    await grow(3_000)
    await kill(child)
    if (round % 2 === 0) {
      await rename(`${device.file}.1`, `${device.file}.2`).catch(() => undefined)
      await rename(device.file, `${device.file}.1`)
    }
    await grow(500)
  }
  const child = startProcess(device, device.configuration())
  await using _ = await device.exchange()
  await until(() => device.journal.lines.length >= written, 'all lines', 60_000)
  await kill(child)
  assert.deepEqual(device.journal.lines.toSorted(), eves(0, written).toSorted())
  assert.deepEqual([device.journal.losses(), device.journal.missing], [[], []])
})

test('delivery D1 N6: SIGKILL while a sensor writes into a socket: in order, nothing twice, each kill an unknown loss', async (t) => {
  await using device = await TestDevice.make()
  const path = join(device.folder, 'eve.sock')
  const configuration = device.configuration({}, { sources: [{ name: 'live', kind: 'unix', path, format: 'auto' }] })
  const stop = new AbortController()
  t.after(() => stop.abort())
  // As a live Suricata does: it writes without waiting, and connects again where its reader went away.
  const writing = (async () => {
    for (let written = 0; !stop.signal.aborted; ) {
      const socket = connect(path).on('error', () => undefined)
      if (
        await once(socket, 'connect').then(
          () => true,
          () => false,
        )
      )
        while (!socket.destroyed && !stop.signal.aborted) {
          socket.write(text(eves(written, 100)))
          written += 100
          await systemClock.sleep(5)
        }
      socket.destroy()
      await systemClock.sleep(10)
    }
  })()
  const kills = 4
  for (let round = 0; round < kills; round++) {
    const child = startProcess(device, configuration)
    t.after(() => child.kill('SIGKILL'))
    await using exchange = await device.exchange({ creditBytes: 20_000 })
    const before = device.journal.lines.length
    await until(() => exchange.meetings > 0 && device.journal.lines.length > before + 2_000, 'lines')
    await kill(child)
  }
  stop.abort()
  await writing
  await using handler = await device.start({}, configuration)
  await using _ = await device.exchange()
  await until(() => device.journal.losses().length === kills, 'the losses')
  await until(() => handler.status().spool.outstandingBytes === 0, 'all that was kept')
  const lines = device.journal.events.map(({ stream, line }) => ({
    stream,
    number: Number(/"n":(\d+)/.exec(line)?.[1]),
    line,
  }))
  for (const [index, { stream, number, line }] of lines.entries()) {
    assert.equal(line, eve(number), 'a line is altered')
    const before = lines[index - 1]
    assert.ok(before?.stream !== stream || number > before.number, 'out of order')
  }
  assert.equal(new Set(device.journal.lines).size, lines.length, 'a line stands twice')
  assert.ok(device.journal.losses().every(({ cause, count }) => cause === 'stopped.unclean' && count === null))
})
