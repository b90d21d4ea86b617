import assert from 'node:assert/strict'
import { readFile, stat, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { Fault } from '../../../core/fault.ts'
import { systemClock } from '../../../platform/clock.ts'
import { durableFiles } from '../../../platform/durable-files.ts'
import { openSpool } from './spool-log.ts'
import { decodeTable } from './spool-table.ts'
import { until } from '../exchange-fixture.ts'
import { testLog } from '../device-fixture.ts'
import {
  diskError,
  faultyDisk,
  held,
  names,
  segments,
  settled,
  smallSpool,
  sourceStream,
  testSpool,
  writeBlock,
} from '../spool-fixture.ts'

const tableOf = async (folder: string, name: string) => decodeTable(await readFile(join(folder, name)))?.table

test('delivery S1: segments are written front to back behind preallocated zeros, and a full one is followed by the next', async () => {
  await using place = await testSpool()
  const disk = faultyDisk()
  {
    await using spool = await place.open(disk)
    const stream = sourceStream(spool, 'a')
    for (let number = 0; number < 300; number++) {
      writeBlock(stream, number * 100, 1_000)
      if (number % 10 === 0) await settled(spool)
    }
    await settled(spool)
    assert((await segments(place.folder)).length >= 3)
    assert.equal((await held(spool)).length, 301)
  }
  const ends = new Map<string, number>()
  for (const { path, position, length } of disk.written) {
    if (!path.endsWith('.seg')) continue
    const zeroed = ends.get(`${path} zeros`) ?? 0
    const end = ends.get(path) ?? 0
    // Either zeros ahead of everything, or the next bytes right behind the last.
    if (position === zeroed && position !== end) ends.set(`${path} zeros`, position + length)
    else {
      assert.equal(position, end, `${path} is rewritten`)
      ends.set(path, position + length)
      if (position === 0) ends.set(`${path} zeros`, length)
    }
  }
})

test('delivery S1: a spool held by a living process is refused after a wait; a stale lock is taken over', async () => {
  await using place = await testSpool()
  {
    await using _spool = await place.open()
    const began = systemClock.monotonic()
    await assert.rejects(place.open(), (error) => error instanceof Fault && error.code === 'spool.locked')
    assert(systemClock.monotonic() - began >= 4_900)
  }
  await writeFile(join(place.folder, 'lock'), '999999999 1\n')
  await using _spool = await place.open()
})

test('delivery S2: a block has a place only once its group is synced', async () => {
  await using place = await testSpool()
  const disk = faultyDisk()
  await using spool = await place.open(disk)
  const stream = sourceStream(spool, 'a')
  const before = disk.syncs
  writeBlock(stream, 0)
  const record = spool.streams.get(stream.id ?? '')
  assert.equal(record?.head.block, -1)
  await settled(spool)
  assert.equal(record?.head.block, 1)
  assert.equal(disk.syncs, before + 1, 'one sync for the open block and the first together')
})

test('delivery S3: the newest segment alone is enough to go on', async () => {
  await using place = await testSpool()
  let head
  {
    await using spool = await place.open()
    const stream = sourceStream(spool, 'a')
    for (let number = 0; number < 200; number++) writeBlock(stream, number * 100, 1_000)
    await settled(spool)
    head = spool.streams.get(stream.id ?? '')?.head
  }
  const all = await segments(place.folder)
  for (const name of all.slice(0, -1)) await unlink(join(place.folder, name))
  await using spool = await place.open()
  const mark = spool.streams.source('a')
  assert.deepEqual(mark?.last, { stream: mark?.last.stream, ...head })
  assert.equal(mark?.position.kind === 'file' && mark.position.end, 200 * 100)
  const [record] = spool.streams.active()
  assert(record !== undefined)
  assert.equal(spool.missingCause(record, 0, record.head.block), 'spool.removed')
})

test('delivery S5: a clean stop is marked clean, any other end is not', async () => {
  await using place = await testSpool()
  {
    await using spool = await place.open()
    assert.equal(spool.stoppedClean, false, 'a first start is no clean stop')
    writeBlock(sourceStream(spool, 'a'), 0)
    await settled(spool)
    await using crashed = await place.crash()
    await using after = await crashed.open()
    assert.equal(after.stoppedClean, false)
  }
  await using again = await place.open()
  assert.equal(again.stoppedClean, true)
})

test('delivery S6: a segment with one block unacknowledged is not unlinked; acknowledged ones are kept up to a quarter', async () => {
  await using place = await testSpool()
  await using spool = await place.open()
  const stream = sourceStream(spool, 'a')
  const id = () => stream.id ?? ''
  for (let number = 0; number < 500; number++) {
    writeBlock(stream, number * 100, 1_000)
    if (number % 20 === 0) await settled(spool)
  }
  await settled(spool)
  const before = await segments(place.folder)
  const record = spool.streams.get(id())
  assert(record !== undefined)
  const first = record.blocks.place(record.blocks.lowest)?.segment
  let lastOfFirst = 0
  while (record.blocks.place(lastOfFirst + 1)?.segment === first) lastOfFirst++
  spool.acknowledge(id(), lastOfFirst - 1)
  writeBlock(stream, 60_000)
  await settled(spool)
  assert.deepEqual((await segments(place.folder)).slice(0, before.length), before)
  spool.acknowledge(id(), record.head.block)
  writeBlock(stream, 60_100)
  await until(() => spool.size.bytes <= smallSpool / 4 + 128 * 1024, 'the rest is unlinked')
  assert((await segments(place.folder)).length > 1, 'some of what is acknowledged is kept')
  assert(record.blocks.lowest > 0)
})

test('delivery S6: what the exchange turns out to lack while segments go is not unlinked', async () => {
  await using place = await testSpool()
  const disk = faultyDisk()
  await using spool = await place.open(disk)
  const stream = sourceStream(spool, 'a')
  for (let number = 0; number < 500; number++) {
    writeBlock(stream, number * 100, 1_000)
    if (number % 20 === 0) await settled(spool)
  }
  await settled(spool)
  const record = spool.streams.get(stream.id ?? '')
  assert(record !== undefined)
  let unlinked = 0
  disk.unlink = async (path) => {
    // While the first segment goes, a restored exchange answers that it holds nothing.
    if (++unlinked === 1) spool.streams.replaceAcknowledged(record.stream, -1, 0)
    await durableFiles.unlink(path)
  }
  spool.acknowledge(record.stream, record.head.block)
  writeBlock(stream, 60_000)
  await settled(spool)
  await until(() => unlinked > 0, 'one goes')
  writeBlock(stream, 60_100)
  await settled(spool)
  assert.equal(unlinked, 1)
  const kept = (await held(spool)).map((block) => block.header.block)
  assert.deepEqual(
    kept,
    Array.from({ length: record.head.block + 1 - record.blocks.lowest }, (_, at) => record.blocks.lowest + at),
  )
})

test('delivery S7: a failed sync is never retried on the same file; the next segment takes the same bytes', async () => {
  await using place = await testSpool()
  const disk = faultyDisk()
  await using spool = await place.open(disk)
  const stream = sourceStream(spool, 'a')
  writeBlock(stream, 0)
  await settled(spool)
  let failed: string | undefined
  const written = new Map<string, number>()
  disk.failSync = (path) => {
    if (path === failed) written.set(path, (written.get(path) ?? 0) + 1)
    if (failed !== undefined || !path.endsWith('.seg')) return undefined
    failed = path
    return diskError('EIO')
  }
  writeBlock(stream, 100)
  await settled(spool)
  assert(failed !== undefined)
  assert.equal(written.get(failed), undefined, 'the failed file is synced again')
  const after = disk.written.length
  writeBlock(stream, 200)
  await settled(spool)
  assert(disk.written.slice(after).every(({ path }) => path !== failed))
  assert.equal(spool.state, 'open')
  const before = names(await held(spool))
  assert.equal(before.length, 4)
  await using crashed = await place.crash()
  await using recovered = await crashed.open()
  assert.deepEqual(names(await held(recovered)), before, 'a block that stands twice is one block')
  assert.equal(recovered.streams.source('a')?.position.kind === 'file' && recovered.streams.source('a')?.last.block, 3)
})

test('delivery S7: where a new segment fails too, the spool is unwritable, sources wait, and nothing is offered', async () => {
  await using place = await testSpool()
  const disk = faultyDisk()
  await using spool = await place.open(disk)
  const stream = sourceStream(spool, 'a')
  disk.failWrite = (path) => (path.endsWith('.seg') ? diskError('EIO') : undefined)
  writeBlock(stream, 0)
  await until(() => spool.state === 'unwritable', 'unwritable')
  assert.equal(spool.hasRoom, false)
  assert.equal(spool.streams.get(stream.id ?? '')?.head.block, -1)
  disk.failWrite = () => undefined
  await settled(spool)
  assert.equal(spool.state, 'open')
  assert.equal((await held(spool)).length, 2)
})

test('delivery S8: on a full disk the reserve is given up, so that what was accepted is still written', async () => {
  await using place = await testSpool()
  const disk = faultyDisk()
  await using spool = await place.open(disk)
  const reserve = join(place.folder, 'reserve')
  assert.equal((await stat(reserve)).size, 16 * 1024 * 1024)
  const stream = sourceStream(spool, 'a')
  let free = false
  disk.unlink = async (path) => {
    if (path === reserve) free = true
    await durableFiles.unlink(path)
  }
  disk.freeBytes = async () => (free ? 16 * 1024 * 1024 : 0)
  disk.failWrite = (path) => (path.endsWith('.seg') && !free ? diskError('ENOSPC') : undefined)
  writeBlock(stream, 0)
  await settled(spool)
  assert.equal((await held(spool)).length, 2)
  assert.equal(spool.state, 'full')
  assert.equal(spool.hasRoom, false)
  disk.freeBytes = async () => 2 ** 30
  await until(() => spool.hasRoom, 'room again')
  assert.equal((await stat(reserve)).size, 16 * 1024 * 1024)
})

test('delivery S9: a full spool deletes nothing unacknowledged, and has room again once acknowledged', async () => {
  await using place = await testSpool()
  await using spool = await place.open()
  const stream = sourceStream(spool, 'a')
  let at = 0
  while (spool.hasRoom) {
    writeBlock(stream, (at += 100), 4_000)
    await settled(spool)
  }
  assert.equal(spool.state, 'full')
  const count = (await held(spool)).length
  assert(count > 100)
  assert.equal(spool.streams.get(stream.id ?? '')?.head.block, count - 1)
  assert(spool.size.bytes <= smallSpool + 64 * 1024)
  spool.acknowledge(stream.id ?? '', count - 1)
  await until(() => spool.hasRoom, 'room again')
})

test('delivery S3: both copies of a table stand in different pages, and the segment before is synced first', async () => {
  await using place = await testSpool()
  {
    await using spool = await place.open()
    const stream = sourceStream(spool, 'a')
    for (let number = 0; number < 200; number++) writeBlock(stream, number * 100, 1_000)
    await settled(spool)
  }
  const all = await segments(place.folder)
  for (const [index, name] of all.entries()) {
    const bytes = await readFile(join(place.folder, name))
    const second = bytes.indexOf('SPT1', 4)
    assert(second >= 4096 && second % 4096 === 0)
    const table = await tableOf(place.folder, name)
    assert.equal(table?.previous?.segment ?? null, index === 0 ? null : Number(all[index - 1]?.slice(0, 8)))
  }
  assert.equal((await tableOf(place.folder, all.at(-1) ?? ''))?.clean, true)
})

test('delivery D12: a spool folder that cannot be used is a clear fault', async () => {
  await using place = await testSpool()
  const file = join(place.folder, 'file')
  await writeFile(file, '')
  await assert.rejects(
    openSpool({ folder: join(file, 'spool'), bytesMax: smallSpool, log: testLog }),
    (error) => error instanceof Fault && error.code === 'spool.unwritable',
  )
})
