// A disk that does not give what it holds (delivery D10): pages, whole segments, and rights that are missing for a while.
import assert from 'node:assert/strict'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { Fault } from '../../../core/fault.ts'
import {
  diskError,
  type FaultyDisk,
  faultyDisk,
  held,
  names,
  segments,
  settled,
  sourceStream,
  TestClock,
  type TestSpool,
  testSpool,
  writeBlock,
} from '../spool-fixture.ts'
import { until } from '../exchange-fixture.ts'
import type { SpoolLog } from './spool-log.ts'
import { isRun } from './spool-reader.ts'

const pageBytes = 4096
const hourMs = 3_600_000

/** Some hundred blocks of a stream in several segments; the process was killed. */
async function filled(): Promise<{ place: TestSpool; all: string[] } & AsyncDisposable> {
  await using living = await testSpool()
  await using spool = await living.open()
  const stream = sourceStream(spool, 'a')
  for (let number = 0; number < 300; number++) {
    writeBlock(stream, number * 100, 300 + ((number * 7919) % 1_500))
    if (number % 4 === number % 3) await settled(spool)
  }
  await settled(spool)
  const place = await living.crash()
  return { place, all: names(await held(spool)), [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() }
}

/** A disk that never gives one page, however it is asked for it. */
function withoutPage(segment: string, page: number): FaultyDisk {
  const disk = faultyDisk()
  disk.failRead = (path, position, length) =>
    path.endsWith(segment) && position < (page + 1) * pageBytes && position + length > page * pageBytes
      ? diskError('EIO')
      : undefined
  return disk
}

test('delivery D10: a page that cannot be read costs the blocks in it, and nothing once it can be read again', async () => {
  await using spool = await filled()
  const last = (await segments(spool.place.folder)).at(-1)
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...(await segments(spool.place.folder))),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      async (segment, share) => {
        await using copy = await spool.place.crash()
        const { size } = await stat(join(copy.folder, segment))
        const page = Math.floor((share * size) / pageBytes)
        let given: string[]
        {
          await using open = await copy.open(withoutPage(segment, page))
          given = names(await held(open))
        }
        assert(given.every((name) => spool.all.includes(name)))
        // A page holds 14 blocks at most; of the newest group nothing counts behind it, and a group here has four.
        assert(given.length >= spool.all.length - 18, `${spool.all.length - given.length} lost`)
        await using mended = await copy.open()
        const back = names(await held(mended))
        if (segment !== last) assert.deepEqual(back, spool.all)
        else assert(given.every((name) => back.includes(name)))
      },
    ),
    { numRuns: 40 },
  )
})

test('delivery D10: a read error at any single read of recovery costs nothing', async () => {
  await using spool = await filled()
  let reads = 0
  const counting = faultyDisk()
  counting.failRead = () => {
    reads++
    return undefined
  }
  {
    await using copy = await spool.place.crash()
    await using _open = await copy.open(counting)
  }
  assert(reads > 5, `${reads} reads`)
  for (let failing = 1; failing <= reads; failing++) {
    await using copy = await spool.place.crash()
    const disk = faultyDisk()
    let read = 0
    disk.failRead = () => (++read === failing ? diskError('EIO') : undefined)
    await using open = await copy.open(disk)
    assert.deepEqual(names(await held(open)), spool.all, `read ${failing} of ${reads}`)
  }
})

test('delivery D12: nothing is given up for an error that passes, at whatever read it comes', async () => {
  await using spool = await filled()
  for (const code of ['EACCES', 'EMFILE', 'ENOMEM'])
    for (const segment of await segments(spool.place.folder)) {
      await using copy = await spool.place.crash()
      const before = await readdir(copy.folder)
      const disk = faultyDisk()
      disk.failRead = (path) => (path.endsWith(segment) ? diskError(code) : undefined)
      await assert.rejects(copy.open(disk), (error: Error) => {
        assert(error instanceof Fault && error.code === 'spool.unwritable', String(error))
        assert.match(error.message, new RegExp(code))
        return true
      })
      assert.deepEqual((await readdir(copy.folder)).sort(), before.sort())
      await using open = await copy.open()
      assert.deepEqual(names(await held(open)), spool.all)
    }
})

test('delivery D10: serving waits for an error that passes, and takes no block for lost', async () => {
  await using spool = await filled()
  const disk = faultyDisk()
  await using open = await spool.place.open(disk)
  const [record] = open.streams.active()
  assert(record !== undefined)
  disk.failRead = () => diskError('EMFILE')
  const read = await open.read(record, 7)
  assert.equal(isRun(read) ? 'blocks' : read.kind, 'later')
  disk.failRead = () => undefined
  assert.deepEqual(names(await held(open)), spool.all)
})

test('delivery D10: the newest segment that nothing can be read of is put aside, and never counts again', async () => {
  await using spool = await filled()
  const newest = (await segments(spool.place.folder)).at(-1) ?? ''
  const disk = faultyDisk()
  disk.failRead = (path) => (path.endsWith(newest) ? diskError('EIO') : undefined)
  let given: string[]
  {
    await using open = await spool.place.open(disk)
    given = names(await held(open))
    assert(given.length > 0 && given.length < spool.all.length)
    assert.deepEqual(given, spool.all.slice(0, given.length))
    assert.equal(open.stoppedClean, false)
    writeBlock(sourceStream(open, 'a'), 1_000_000)
    await settled(open)
    given = names(await held(open))
  }
  assert((await readdir(spool.place.folder)).includes(`${newest}.unreadable`))
  await using again = await spool.place.open()
  assert.deepEqual(names(await held(again)), given)
})

test('delivery D10: a segment that cannot be read outlives its day, and goes where room is scarce', async () => {
  await using spool = await filled()
  const [, bad = ''] = await segments(spool.place.folder)
  const disk = faultyDisk()
  disk.failRead = (path) => (path.endsWith(bad) ? diskError('EIO') : undefined)
  const clock = new TestClock()
  const there = async () => (await segments(spool.place.folder)).includes(bad)
  {
    await using open = await spool.place.open(disk, 64 * 1024 * 1024, clock)
    const [record] = open.streams.active()
    assert(record !== undefined)
    open.acknowledge(record.stream, record.head.block)
    clock.pass(25 * hourMs)
    await upkeep(open)
    assert(await there(), 'kept after a day')
    assert(!(await segments(spool.place.folder)).includes('00000001.seg'), 'what could be read is gone')
  }
  await using open = await spool.place.open(disk, 64 * 1024, clock)
  await upkeep(open)
  assert(!(await there()), 'it goes first where room is scarce')
})

test('delivery S9: a segment that cannot be read stays, however scarce room is, while its loss is not declared', async () => {
  await using spool = await filled()
  const [bad = ''] = await segments(spool.place.folder)
  const disk = faultyDisk()
  disk.failRead = (path) => (path.endsWith(bad) ? diskError('EIO') : undefined)
  await using open = await spool.place.open(disk, 64 * 1024)
  await upkeep(open)
  assert((await segments(spool.place.folder)).includes(bad))
  const [record] = open.streams.active()
  assert(record !== undefined)
  // The exchange has noted the loss, and acknowledges what stands before the first block that is held.
  open.acknowledge(record.stream, record.blocks.firstHeld(0) - 1)
  await upkeep(open)
  assert(!(await segments(spool.place.folder)).includes(bad))
})

async function upkeep(spool: SpoolLog): Promise<void> {
  writeBlock(sourceStream(spool, 'b'), 0)
  await settled(spool)
  await until(() => spool.idle, 'settled')
  spool.rollSoon()
  writeBlock(sourceStream(spool, 'c'), 0)
  await settled(spool)
}
