import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '../../platform/clock.ts'
import { Packer } from './packer.ts'
import type { SpoolLog } from './spool/spool-log.ts'
import { held, settled, sourceStream, testSpool } from './spool-fixture.ts'

/** A clock that moves only when told. */
function stoppedClock(): Clock & { at: number } {
  const clock = { at: 1_000, now: () => clock.at, monotonic: () => clock.at, sleep: async () => {} }
  return clock
}

function packing(spool: SpoolLog) {
  const clock = stoppedClock()
  const packer = new Packer({ stream: sourceStream(spool, 'a'), clock, lingerMs: () => 50, zone: 60 })
  const file = {
    generation: 1,
    name: 'eve.json',
    fingerprint: { length: 64, sha256: '0123456789abcdef' },
    finished: [],
  }
  packer.start(file, 'suricata/eve', 0, '')
  let offset = 0
  return {
    clock,
    packer,
    event(line: string | Buffer) {
      const bytes = Buffer.from(line)
      packer.event(bytes, offset, offset + bytes.length + 1, clock.at)
      offset += bytes.length + 1
    },
    skip(bytes: number) {
      offset += bytes
      packer.ignored(offset)
    },
  }
}

async function headers(spool: SpoolLog) {
  await settled(spool)
  return (await held(spool)).map((block) => block.header).filter((header) => header.kind === 'events')
}

test('delivery 1.0: a block is closed at 64 events and at 256 KiB; one longer line is a block of its own', async () => {
  await using place = await testSpool()
  await using spool = await place.open(undefined, 64 * 1024 * 1024)
  const { event, packer } = packing(spool)
  for (let number = 0; number < 130; number++) event(`line ${number}`)
  for (let number = 0; number < 3; number++) event(Buffer.alloc(100 * 1024, 'x'))
  event(Buffer.alloc(300 * 1024, 'y'))
  event('last')
  packer.close()
  const blocks = await headers(spool)
  assert.deepEqual(
    blocks.map((block) => block.count),
    [64, 64, 4, 1, 1, 1],
  )
  for (const block of blocks) assert(block.count === 1 || block.raw <= 256 * 1024)
  assert.deepEqual(new Set(blocks.map((block) => block.zone)), new Set([60]))
  assert.equal(
    blocks.some((block) => block.at !== undefined),
    false,
    'no line between was skipped',
  )
})

test('delivery 1.0: a block is closed after its linger, and not before', async () => {
  await using place = await testSpool()
  await using spool = await place.open()
  const { event, packer, clock } = packing(spool)
  event('one')
  clock.at += 49
  assert.equal(packer.closeDue(), 1)
  event('two')
  clock.at += 1
  packer.closeDue()
  assert.deepEqual(
    (await headers(spool)).map((block) => [block.count, block.from, block.to]),
    [[2, 1_000, 1_049]],
  )
})

test('delivery 1.0: where only the position moves, a block without events says so after 8 MiB or 60 s', async () => {
  await using place = await testSpool()
  await using spool = await place.open()
  const { skip, packer, clock, event } = packing(spool)
  const mib = 1024 * 1024
  skip(5 * mib)
  packer.closeDue()
  assert.equal((await headers(spool)).length, 0)
  skip(4 * mib)
  packer.closeDue()
  skip(10)
  clock.at += 60_000
  packer.closeDue()
  event('one')
  packer.closeAll()
  const blocks = await headers(spool)
  assert.deepEqual(
    blocks.map((block) => [block.count, block.ignored ?? 0]),
    [
      [0, 2],
      [0, 1],
      [1, 0],
    ],
  )
  assert.deepEqual(
    blocks.map(({ position }) => position.kind === 'file' && [position.begin, position.end]),
    [
      [0, 9 * mib],
      [9 * mib, 9 * mib + 10],
      [9 * mib + 10, 9 * mib + 14],
    ],
  )
})

test('delivery 1.0: offsets stand in a block only where lines between were skipped', async () => {
  await using place = await testSpool()
  await using spool = await place.open()
  const { skip, packer, event } = packing(spool)
  event('one')
  event('two')
  packer.closeAll()
  event('three')
  skip(7)
  event('four')
  packer.closeAll()
  assert.deepEqual(
    (await headers(spool)).map((block) => block.at),
    [undefined, [8, 21]],
  )
})
