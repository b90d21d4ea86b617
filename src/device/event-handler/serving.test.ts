import assert from 'node:assert/strict'
import { readdir, readFile, rename, unlink, writeFile, appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { nextSequence, noHash } from '../../wire/block-format.ts'
import { systemClock } from '../../platform/clock.ts'
import { frameHeadBytes, readFrameHead, findFrameMagic } from './spool/spool-frame.ts'
import { decodeTable } from './spool/spool-table.ts'
import { TestDevice, eves, text } from './device-fixture.ts'
import { TestJournal, until } from './exchange-fixture.ts'

/** A device with `count` lines in its spool, none of them acknowledged; EventHandler has stopped. */
async function spooled(count: number): Promise<TestDevice> {
  const device = await TestDevice.make()
  await writeFile(device.file, text(eves(0, count)))
  await using handler = await device.start()
  await until(() => handler.status().spool.outstandingEvents === count, 'everything spooled')
  return device
}

async function found<T>(value: () => T | undefined, what: string): Promise<T> {
  await until(() => value() !== undefined, what)
  const there = value()
  assert(there !== undefined)
  return there
}

/** Changes a byte of a block in the spool. */
async function damageBlock(device: TestDevice, index: number): Promise<void> {
  for (const name of (await readdir(device.spool)).filter((file) => file.endsWith('.seg')).sort()) {
    const path = join(device.spool, name)
    const bytes = await readFile(path)
    let at = findFrameMagic(bytes, decodeTable(bytes)?.framesAt ?? 0)
    for (let left = index; at >= 0 && left > 0; left--) at = findFrameMagic(bytes, at + 1)
    if (at < 0) continue
    assert(readFrameHead(bytes, at, undefined) !== undefined)
    bytes[at + frameHeadBytes + 40] = (bytes[at + frameHeadBytes + 40] ?? 0) ^ 1
    return writeFile(path, bytes)
  }
  assert.fail('no such block')
}

test('delivery H2: a connector that comes back gets what is behind the heads of the exchange, nothing twice', async () => {
  await using device = await spooled(3_000)
  await using _handler = await device.start()
  {
    await using exchange = await device.exchange({ creditBytes: 40_000, silent: true })
    await until(() => device.journal.lines.length > 500, 'some')
    exchange.acking = false
  }
  await using _exchange = await device.exchange()
  await until(() => device.journal.lines.length === 3_000, 'all')
  assert.deepEqual(device.journal.lines, eves(0, 3_000))
  assert.equal(device.journal.duplicates, 0)
})

test('delivery C3: a head of the same hash is an ack, a head beyond our own is an ack of all there is', async () => {
  await using device = await spooled(300)
  await using handler = await device.start()
  await using exchange = await device.exchange({ idle: true })
  await until(() => exchange.hop.state === 'connected', 'connected')
  const status = () => handler.status().spool
  const [stream, given] = Object.entries(status().given)[0] ?? ['', undefined]
  device.journal.heads.set(stream, { block: 1_000, hash: 'a'.repeat(64), sequence: 99_999 })
  exchange.attach()
  await until(() => status().outstandingEvents === 0, 'acknowledged')
  assert.equal(given?.sequence, 300)
  assert.deepEqual(device.journal.lines, [])
})

test('delivery C3: the answer replaces every ack noted before: a restored exchange gets again what is kept', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, text(eves(0, 500)))
  await using handler = await device.start({ once: true })
  {
    await using _exchange = await device.exchange()
    await handler.drained
  }
  device.journal = new TestJournal()
  await using exchange = await device.exchange({ ended: true })
  await until(() => device.journal.lines.length === 500, 'everything again')
  assert.deepEqual(device.journal.lines, eves(0, 500))
  assert.equal(exchange.listed[0]?.state, 'ended')
  assert.equal(exchange.listed[0]?.lowest, 0)
})

test('delivery C3: a block that cannot be read is declared missing with its cause, and serving goes on behind it', async () => {
  await using device = await spooled(64 * 10)
  await damageBlock(device, 4)
  await using _handler = await device.start()
  await using _exchange = await device.exchange()
  await until(() => device.journal.lines.length === 64 * 9, 'the others')
  const [missing, ...others] = device.journal.missing
  assert.deepEqual(others, [])
  assert.equal(missing?.from, 4)
  assert.equal(missing.through, 4)
  assert.equal(missing.cause, 'spool.damaged')
  assert.equal(missing.final, undefined)
})

test('delivery C3: where the end of a stream is gone, its final hash and sequence are told', async () => {
  await using device = await spooled(64 * 10)
  const names = (await readdir(device.spool)).filter((file) => file.endsWith('.seg')).sort()
  await unlink(join(device.spool, names[0] ?? ''))
  await using handler = await device.start()
  await using _exchange = await device.exchange()
  await until(() => device.journal.missing.length === 1, 'missing')
  const [missing] = device.journal.missing
  assert.deepEqual([missing?.from, missing?.through, missing?.cause], [0, 10, 'spool.removed'])
  assert.equal(missing?.final?.sequence, 640)
  assert.match(missing.final.hash, /^[0-9a-f]{64}$/)
  await until(() => handler.status().spool.outstandingEvents === 0, 'its end acknowledged')
})

test('delivery J2: what was declared missing is given once it can be read again, and fills its hole', async () => {
  await using device = await spooled(64 * 10)
  const [lost = ''] = (await readdir(device.spool)).filter((file) => file.endsWith('.seg')).sort()
  await rename(join(device.spool, lost), join(device.folder, lost))
  {
    await using handler = await device.start()
    await using _exchange = await device.exchange()
    await until(() => device.journal.missing.length === 1, 'missing')
    await until(() => handler.status().spool.outstandingEvents === 0, 'acknowledged')
  }
  assert.deepEqual(device.journal.lines, [])
  await rename(join(device.folder, lost), join(device.spool, lost))
  await using _handler = await device.start()
  {
    // Cut in the middle.
    await using _exchange = await device.exchange({ creditBytes: 1_500, hoard: true })
    await until(() => device.journal.lines.length > 0, 'the first of it')
    assert(device.journal.lines.length < 64 * 10)
  }
  await using _exchange = await device.exchange()
  await until(() => device.journal.lines.length === 64 * 10, 'all of it')
  assert.deepEqual(device.journal.lines, eves(0, 64 * 10))
  assert.deepEqual([device.journal.duplicates, device.journal.missing.length], [0, 1])
})

test('delivery C5: an ack beyond what is synced ends the serving, and nothing is unlinked', async () => {
  await using device = await spooled(200)
  await using handler = await device.start()
  await using exchange = await device.exchange({ idle: true, silent: true })
  await until(() => exchange.hop.state === 'connected', 'connected')
  const [stream = ''] = Object.keys(handler.status().spool.given)
  exchange.attach()
  await until(() => device.journal.lines.length === 200, 'all')
  exchange.hop.send({ t: 'ack', acks: { [stream]: 1_000_000 } })
  exchange.hop.send({ t: 'ack', acks: { [stream]: -5 } })
  await until(() => exchange.meetings === 2, 'the connector is asked to begin anew')
  assert.equal(handler.status().spool.outstandingEvents, 200)
})

test('delivery C4: the credit is never exceeded, and a block larger than it travels alone', async () => {
  await using device = await TestDevice.make()
  const noise = Buffer.alloc(600_000)
  for (let at = 0; at < noise.length; at++) noise[at] = 32 + ((at * 7919 + (at >> 3) * 31) % 90)
  const big = noise.toString('latin1').replaceAll('\n', ' ')
  const lines = [...eves(0, 500), `{"event_type":"big","x":"${big.replaceAll(/["\\]/g, '.')}"}`, ...eves(500, 500)]
  await writeFile(device.file, text(lines))
  await using handler = await device.start({ once: true })
  await using exchange = await device.exchange({ creditBytes: 20_000 })
  await handler.drained
  assert.deepEqual(device.journal.lines, lines)
  const largest = Math.max(...exchange.order.map(({ bytes }) => bytes))
  assert(exchange.underWayMax <= Math.max(20_000, largest), `${exchange.underWayMax} bytes under way`)
})

test('delivery C6: live streams go first, backlog gets a fifth of the bytes while both wait', async () => {
  await using device = await spooled(20_000)
  await using handler = await device.start()
  await appendFile(device.file, text(eves(20_000, 20_000)))
  await until(() => handler.status().spool.outstandingEvents === 40_000, 'both spooled')
  await using exchange = await device.exchange({ creditBytes: 30_000 })
  await until(() => device.journal.lines.length === 40_000, 'all')
  const states = new Map(exchange.listed.map(({ stream, state }) => [stream, state]))
  const bytes = { live: 0, backlog: 0, ended: 0 }
  for (const block of exchange.order) {
    if ((states.get(block.stream) ?? 'live') === 'live' && bytes.live > 2 * 1024 ** 2) break
    bytes[states.get(block.stream) ?? 'live'] += block.bytes
    if (bytes.live + bytes.backlog > 150_000) break
  }
  const share = bytes.backlog / (bytes.live + bytes.backlog)
  assert(share > 0.15 && share < 0.35, `backlog got ${share}`)
})

test('delivery C6: of live streams the one of higher priority goes first', async () => {
  await using device = await TestDevice.make()
  const path = (name: string) => join(device.folder, `${name}.json`)
  for (const name of ['flows', 'alerts']) await writeFile(path(name), text(eves(0, 5_000)))
  const source = (name: string, priority: number) => ({
    name,
    path: path(name),
    format: 'suricata/eve' as const,
    priority,
  })
  await using handler = await device.start({}, { sources: [source('flows', 0), source('alerts', 5)] })
  await until(() => handler.status().spool.outstandingEvents === 10_000, 'both spooled')
  await using exchange = await device.exchange({ creditBytes: 20_000 })
  await until(() => device.journal.lines.length === 10_000, 'all')
  const alerts = exchange.listed.find(({ source: name }) => name === 'alerts')?.stream
  const first = exchange.order.findIndex(({ stream }) => stream !== alerts)
  assert.equal(first, exchange.order.filter(({ stream }) => stream === alerts).length)
})

test('delivery C7: a live stream too far behind when the channel opens becomes backlog, and new events overtake it', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, text(Array.from({ length: 20_000 }, (_, number) => noisy(number))))
  await using handler = await device.start()
  await until(() => handler.status().spool.outstandingBytes > 8.5 * 1024 ** 2, 'more than 8 MiB spooled')
  await using exchange = await device.exchange({ creditBytes: 30_000 })
  await until(() => exchange.listed.length === 1 && device.journal.lines.length > 0, 'serving')
  await appendFile(device.file, text(eves(0, 5)))
  await until(() => device.journal.lines.includes(eves(4, 1)[0] ?? ''), 'the new lines')
  assert(device.journal.lines.length < 20_005, 'the backlog still waits')
  await until(() => device.journal.lines.length === 20_005, 'everything')
  const opened = device.journal.headers.filter((header) => header.kind === 'open')
  assert.deepEqual(opened.map((header) => header.reason).sort(), ['behind', 'first'])
  const behind = opened.find((header) => header.reason === 'behind')
  assert.equal(behind?.previous?.stream, opened.find((header) => header.reason === 'first')?.stream)
})

test('delivery J2: a refused stream ends at its last acknowledged block, and the file is read again from there', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, text(eves(0, 640)))
  await using handler = await device.start()
  {
    await using exchange = await device.exchange()
    await until(() => device.journal.lines.length === 640, 'the first lines')
    exchange.acking = false
    await until(() => handler.status().spool.outstandingEvents === 0, 'acknowledged')
    await appendFile(device.file, text(eves(640, 320)))
    await until(() => device.journal.lines.length === 960, 'more lines, not acknowledged')
    const [stream = ''] = device.journal.streams.keys()
    exchange.hop.send({ t: 'refused', stream, block: 11 })
    exchange.acking = true
    await until(() => device.journal.streams.size === 2, 'a new stream')
  }
  await until(async () => {
    await using _again = await device.exchange()
    await systemClock.sleep(100)
    return device.journal.lines.length === 960 + 320
  }, 'the lines again')
  const opens = device.journal.headers.filter((header) => header.kind === 'open')
  assert.deepEqual(
    opens.map((header) => header.reason),
    ['first', 'refused'],
  )
  assert.equal(opens[1]?.previous?.block, 10)
  assert.equal(opens[1]?.previous?.sequence, 640)
  assert.deepEqual(
    device.journal.events.filter((event) => event.stream === opens[1]?.stream).map(({ line }) => line),
    eves(640, 320),
  )
})

test('delivery J2: another hash at the head of the exchange is a conflict, also after a restart', async () => {
  await using device = await spooled(200)
  await using _handler = await device.start()
  await using exchange = await device.exchange({ idle: true })
  await until(() => exchange.hop.state === 'connected', 'connected')
  const [stream = ''] = Object.keys(_handler.status().spool.given)
  device.journal.heads.set(stream, { block: 1, hash: 'b'.repeat(64), sequence: 64 })
  exchange.attach()
  await until(() => device.journal.lines.length === 200, 'everything again in a new stream')
  assert.deepEqual(device.journal.lines, eves(0, 200))
  const open = device.journal.headers.find((header) => header.kind === 'open')
  assert.equal(open?.kind === 'open' && open.reason, 'refused')
  assert.deepEqual(open?.kind === 'open' && open.previous, { stream, block: -1, hash: noHash, sequence: 0 })
})

test('delivery J3: from the block that is wanted on everything is sent again', async () => {
  await using device = await spooled(64 * 20)
  await using _handler = await device.start()
  await using exchange = await device.exchange({ silent: true })
  await until(() => device.journal.lines.length === 64 * 20, 'all')
  const [stream = ''] = device.journal.streams.keys()
  const before = exchange.order.length
  exchange.hop.send({ t: 'wanted', stream, block: 11 })
  exchange.hop.send({ t: 'wanted', stream, block: 11 })
  await until(() => exchange.order.length === before + 10, 'the blocks again')
  assert.equal(device.journal.duplicates, 10)
})

test('delivery J1: a block that arrives damaged is sent again; after three times it is a hole', async () => {
  await using device = await spooled(64 * 10)
  await using _handler = await device.start()
  await using _exchange = await device.exchange({
    damaged: new Map([
      ['eve 3', 2],
      ['eve 6', 3],
    ]),
  })
  const blocks = () => new Map(device.journal.headers.map((header) => [header.block, header]))
  // How many lines stand in a block depends on the machine: the neighbours say which are in the missing one.
  const [before, behind] = await found(() => {
    const [five, seven] = [blocks().get(5), blocks().get(7)]
    return five === undefined || seven === undefined ? undefined : [nextSequence(five) - 1, seven.first - 1]
  }, 'the neighbours of the missing block')
  assert(behind > before, 'it holds lines')
  const lines = [...eves(0, before), ...eves(behind, 64 * 10 - behind)]
  await until(() => device.journal.lines.length === lines.length, 'the others')
  assert.deepEqual(device.journal.lines, lines)
  // It may be said again for each block behind it that was on its way: each time the same.
  for (const { from, through, cause } of device.journal.missing)
    assert.deepEqual([from, through, cause], [6, 6, 'spool.damaged'])
})

test('delivery H3: reading and spooling go on while nobody acknowledges or gives credit back', async () => {
  await using device = await TestDevice.make()
  await writeFile(device.file, text(eves(0, 1_000)))
  await using handler = await device.start()
  await using _exchange = await device.exchange({ hoard: true, creditBytes: 5_000 })
  await until(() => device.journal.lines.length > 0, 'some')
  await appendFile(device.file, text(eves(1_000, 5_000)))
  await until(() => handler.status().spool.outstandingEvents === 6_000, 'all spooled')
  assert(device.journal.lines.length < 6_000)
})

/** A line of about a kilobyte that does not compress. */
function noisy(seed: number): string {
  let state = seed + 1
  let noise = ''
  while (noise.length < 900) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    noise += state.toString(36)
  }
  return `{"event_type":"dns","noise":"${noise}"}`
}
