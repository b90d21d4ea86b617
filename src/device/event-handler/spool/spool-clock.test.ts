// The hours and days of the spool, by a clock that is set (delivery S1, S3, S6), and read errors of its disk (D10).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../exchange-fixture.ts'
import {
  diskError,
  faultyDisk,
  held,
  names,
  segments,
  settled,
  sourceStream,
  TestClock,
  testSpool,
  writeBlock,
} from '../spool-fixture.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
/** Large enough that age decides, and not size. */
const wide = 64 * 1024 * 1024

test('delivery S1: a segment is written for an hour at most, also where nothing more comes', async () => {
  await using place = await testSpool()
  const clock = new TestClock()
  await using spool = await place.open(undefined, wide, clock)
  const stream = sourceStream(spool, 'a')
  const write = async (at: number) => {
    writeBlock(stream, at)
    await settled(spool)
  }
  await write(0)
  const [first] = await segments(place.folder)
  clock.pass(59 * minuteMs)
  await write(100)
  assert.deepEqual(await segments(place.folder), [first])
  clock.pass(2 * minuteMs)
  await write(200)
  assert.equal((await segments(place.folder)).length, 2, 'the next block begins the next segment')
  clock.pass(61 * minuteMs)
  await until(async () => (await segments(place.folder)).length === 3, 'a segment ends while nothing is written')
  await write(300)
  assert.deepEqual(
    (await held(spool)).map(({ header }) => header.block),
    [0, 1, 2, 3, 4],
  )
})

test('delivery S6: what is acknowledged is kept for 24 hours, and then unlinked', async () => {
  await using place = await testSpool()
  const clock = new TestClock()
  await using spool = await place.open(undefined, wide, clock)
  const stream = sourceStream(spool, 'a')
  const write = async (at: number) => {
    writeBlock(stream, at)
    await settled(spool)
  }
  await write(0)
  const [first = ''] = await segments(place.folder)
  clock.pass(61 * minuteMs)
  await write(100)
  const id = stream.id ?? ''
  spool.acknowledge(id, 1)
  clock.pass(23 * hourMs)
  await write(200)
  assert((await segments(place.folder)).includes(first), 'a restored exchange gets the day again')
  assert.equal((await held(spool))[0]?.header.block, 0)
  clock.pass(61 * minuteMs)
  await write(300)
  await until(async () => !(await segments(place.folder)).includes(first), 'the segment of yesterday goes')
  clock.pass(10 * dayMs)
  await write(400)
  const kept = (await held(spool)).map(({ header }) => header.block)
  assert.deepEqual(kept, [2, 3, 4, 5], 'what nobody acknowledged stays, however old')
})

test('delivery S3: a stream that has ended is listed for 90 days, with its final numbers', async () => {
  await using place = await testSpool()
  const clock = new TestClock()
  let id = ''
  {
    await using spool = await place.open(undefined, wide, clock)
    const stream = sourceStream(spool, 'a')
    writeBlock(stream, 0)
    await settled(spool)
    id = stream.id ?? ''
    const { block = -1 } = spool.streams.get(id)?.head ?? {}
    spool.closeStream(id)
    spool.acknowledge(id, block)
    assert.equal(spool.streams.get(id)?.state, 'ended')
  }
  const listed = async () => {
    await using spool = await place.open(undefined, wide, clock)
    return [...spool.streams.all()].map(({ stream, state, head }) => ({ stream, state, sequence: head.sequence }))
  }
  clock.pass(89 * dayMs)
  assert.deepEqual(await listed(), [{ stream: id, state: 'ended', sequence: 1 }])
  clock.pass(2 * dayMs)
  await listed()
  assert.deepEqual(await listed(), [])
})

test('delivery D10: a read that fails once is tried again; one that fails twice makes a hole of its block alone', async () => {
  await using place = await testSpool()
  {
    await using spool = await place.open(undefined, wide)
    const stream = sourceStream(spool, 'a')
    for (let number = 0; number < 10; number++) writeBlock(stream, number * 100)
    await settled(spool)
  }
  const disk = faultyDisk()
  await using spool = await place.open(disk, wide)
  const [record] = spool.streams.active()
  assert(record !== undefined)
  const placed = record.blocks.place(4)
  assert(placed !== undefined)
  let failures = 1
  disk.failRead = (_path, position) => {
    if (position !== placed.offset || failures === 0) return undefined
    failures--
    return diskError('EIO')
  }
  const once = await spool.read(record, 4)
  assert(!('kind' in once), 'once is no loss')
  assert.equal(once[0]?.header.block, 4)
  assert.equal(failures, 0)
  failures = 2
  assert.deepEqual(await spool.read(record, 4), { kind: 'hole', cause: 'spool.damaged' })
  assert.equal(failures, 0)
  const rest = (await held(spool)).map(({ header }) => header.block)
  assert.deepEqual(rest, [0, 1, 2, 3, 5, 6, 7, 8, 9, 10])
})

test('delivery D10: a recovery that cannot read a segment starts without it, and reads it again once it can', async () => {
  await using place = await testSpool()
  {
    await using spool = await place.open()
    const stream = sourceStream(spool, 'a')
    for (let number = 0; number < 300; number++) {
      writeBlock(stream, number * 100, 1_000)
      if (number % 20 === 0) await settled(spool)
    }
    await settled(spool)
  }
  await using untouched = await place.crash()
  const all = await (async () => {
    await using spool = await untouched.open()
    return names(await held(spool))
  })()
  const [, bad = ''] = await segments(place.folder)
  const disk = faultyDisk()
  // Once at every place: tried again, and nothing is missing.
  const failed = new Set<string>()
  disk.failRead = (path, position) => {
    const place = `${path} ${position}`
    if (!path.endsWith(bad) || failed.has(place)) return undefined
    failed.add(place)
    return diskError('EIO')
  }
  await using flaky = await place.crash()
  {
    await using spool = await flaky.open(disk)
    assert(failed.size > 0)
    assert.deepEqual(names(await held(spool)), all)
  }
  // For good: a hole as large as the segment.
  disk.failRead = (path) => (path.endsWith(bad) ? diskError('EIO') : undefined)
  await using broken = await place.crash()
  {
    await using spool = await broken.open(disk)
    const rest = names(await held(spool))
    assert(rest.length > 0 && rest.length < all.length, `${rest.length} of ${all.length}`)
    assert(rest.every((name) => all.includes(name)))
    assert((await segments(broken.folder)).includes(bad), 'what cannot be read now is not thrown away')
  }
  await using mended = await broken.open()
  assert.deepEqual(names(await held(mended)), all)
})
