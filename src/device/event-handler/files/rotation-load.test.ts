// Every form of rotation while a sensor writes at a real rate (delivery D13–D16): each line once, or declared.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { copyFile, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { systemClock } from '../../../platform/clock.ts'
import { kill, startProcess } from '../child-fixture.ts'
import { TestDevice, eve, eves } from '../device-fixture.ts'
import { until } from '../exchange-fixture.ts'

const rate = 10_000

/** A sensor that writes until it is stopped, told of a rotation by SIGHUP. */
async function sensor(t: TestContext, device: TestDevice): Promise<ChildProcess> {
  const program = new URL('../writer-fixture.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [program, device.file, String(rate)], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.after(() => child.kill('SIGKILL'))
  await until(async () => (await sizeOf(device.file)) > 0, 'it writes')
  return child
}

async function sizeOf(path: string): Promise<number> {
  return await stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}

/** @returns how many lines it has written */
async function stopped(child: ChildProcess): Promise<number> {
  assert(child.stdout !== null)
  child.kill('SIGTERM')
  return Number(await text(child.stdout))
}

/** As logrotate does with `postrotate kill -HUP`: the sensor goes on into the old file until it is told. */
async function rotate(device: TestDevice, child: ChildProcess): Promise<void> {
  await rename(`${device.file}.1`, `${device.file}.2`).catch(() => undefined)
  await rename(device.file, `${device.file}.1`)
  await systemClock.sleep(30)
  child.kill('SIGHUP')
  await until(async () => (await sizeOf(device.file)) > 0, 'the sensor writes into the new file')
}

async function gzip(path: string): Promise<void> {
  await writeFile(`${path}.gz.new`, gzipSync(await readFile(path)))
  await rename(`${path}.gz.new`, `${path}.gz`)
  await rm(path)
}

function assertEveryLineOnce(device: TestDevice, count: number): void {
  const { lines } = device.journal
  assert.equal(new Set(lines).size, lines.length, 'a line stands twice')
  assert.deepEqual(lines.toSorted(), eves(0, count).toSorted())
  assert.deepEqual(device.journal.losses(), [])
}

test('delivery D13: renamed again and again while a sensor writes 10,000 lines a second: every line once', async (t) => {
  await using device = await TestDevice.make()
  const child = await sensor(t, device)
  await using _handler = await device.start()
  await using _exchange = await device.exchange()
  for (let round = 1; round <= 4; round++) {
    await until(() => device.journal.lines.length > round * 5_000, 'it is read')
    await rotate(device, child)
  }
  const count = await stopped(child)
  await until(() => device.journal.lines.length >= count, 'all lines', 60_000)
  assertEveryLineOnce(device, count)
})

test('delivery D13: killed, renamed twice and gzipped while it is down and a sensor writes: every line once', async (t) => {
  await using device = await TestDevice.make()
  const child = await sensor(t, device)
  const handler = startProcess(device, device.configuration())
  t.after(() => handler.kill('SIGKILL'))
  await using exchange = await device.exchange()
  await until(() => device.journal.lines.length > 5_000, 'it is read')
  await kill(handler)
  await rotate(device, child)
  await rotate(device, child)
  await gzip(`${device.file}.2`)
  await using _again = await device.start()
  const count = await stopped(child)
  await until(() => device.journal.lines.length >= count, 'all lines', 60_000)
  assertEveryLineOnce(device, count)
  assert.ok(exchange.meetings >= 2)
})

test('delivery D14: copied and truncated while a sensor writes: nothing twice, and what is missing is declared', async (t) => {
  await using device = await TestDevice.make()
  const child = await sensor(t, device)
  await using _handler = await device.start()
  await using _exchange = await device.exchange()
  for (let round = 1; round <= 3; round++) {
    await until(() => device.journal.lines.length > round * 5_000, 'it is read')
    await copyFile(device.file, `${device.file}.${round}`)
    await truncate(device.file)
    await until(() => device.journal.losses().length >= round, 'the truncation is declared')
  }
  const count = await stopped(child)
  await until(() => device.journal.lines.at(-1) === eve(count - 1), 'all is read', 60_000)
  const { lines } = device.journal
  const written = new Set(eves(0, count))
  // The first line behind a truncation may have lost its beginning with what was truncated.
  const cut = lines.filter((line) => !written.has(line))
  assert.ok(cut.length <= 3, `${cut.length} lines are cut`)
  const kept = lines.filter((line) => written.has(line))
  assert.equal(new Set(kept).size, kept.length, 'a line stands twice')
  assert.deepEqual(
    device.journal.losses(),
    Array.from({ length: 3 }, () => ({ cause: 'file.truncated', count: null })),
  )
  t.diagnostic(`${kept.length} of ${count} lines, ${cut.length} cut, 3 unknown losses declared`)
})

test('delivery D15: replaced by a longer file of the same name while another is written: read from its start', async (t) => {
  await using device = await TestDevice.make()
  const child = await sensor(t, device)
  await using _handler = await device.start()
  await using _exchange = await device.exchange()
  await until(() => device.journal.lines.length > 2_000, 'it is read')
  const count = await stopped(child)
  await until(() => device.journal.lines.length === count, 'all of the first')
  const longer = eves(10_000_000, count + 1_000)
  await writeFile(`${device.file}.new`, longer.map((line) => `${line}\n`).join(''))
  await rename(`${device.file}.new`, device.file)
  await until(() => device.journal.lines.length >= 2 * count + 1_000, 'all of the second', 60_000)
  assert.deepEqual(device.journal.lines.toSorted(), [...eves(0, count), ...longer].toSorted())
  assert.deepEqual(device.journal.losses(), [])
})
