import assert from 'node:assert/strict'
import { readFile, truncate, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Block, encodeBlock, isBlock, decodeBlock } from '../../../wire/block-format.ts'
import { findFrameMagic, frameHeadBytes, readFrameHead } from './spool-frame.ts'
import { decodeTable } from './spool-table.ts'
import {
  type TestSpool,
  held,
  names,
  segments,
  settled,
  sourceStream,
  testSpool,
  writeBlock,
} from '../spool-fixture.ts'

type FrameAt = { segment: string; offset: number; end: number; group: number; index: number; name: string }
type Filled = { place: TestSpool; blocks: Block[]; frames: FrameAt[] }

/** Two sources, groups of one to four blocks, two segments; the process was killed. */
async function filled(blocks = 120): Promise<Filled & AsyncDisposable> {
  await using living = await testSpool()
  await using spool = await living.open()
  const streams = [sourceStream(spool, 'a'), sourceStream(spool, 'b')] as const
  for (let number = 0; number < blocks; number++) {
    writeBlock(streams[number % 2 === 0 ? 0 : 1], number * 100, 300 + ((number * 7919) % 2_000))
    if (number % 4 === number % 3) await settled(spool)
  }
  await settled(spool)
  const place = await living.crash()
  const all = await held(spool)
  return {
    place,
    blocks: all,
    frames: await framesOf(place.folder),
    [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
  }
}

async function framesOf(folder: string): Promise<FrameAt[]> {
  const frames: FrameAt[] = []
  for (const segment of await segments(folder)) {
    const bytes = await readFile(join(folder, segment))
    const table = decodeTable(bytes)
    for (let at = findFrameMagic(bytes, table?.framesAt ?? 0); at >= 0; at = findFrameMagic(bytes, at + 1)) {
      const head = readFrameHead(bytes, at, undefined)
      if (head === undefined) continue
      const end = at + frameHeadBytes + head.length
      const block = decodeBlock(bytes.subarray(at + frameHeadBytes, end))
      if (isBlock(block))
        frames.push({ segment, offset: at, end, group: head.group, index: head.index, name: names([block])[0] ?? '' })
    }
  }
  return frames
}

/** What is there after recovery, and what the next scan finds. */
async function recovered(place: TestSpool): Promise<string[]> {
  let first: string[]
  {
    await using spool = await place.open()
    first = names(await held(spool)).sort()
    for (const stream of spool.streams.all()) assert(stream.head.block < stream.blocks.next + 1_000)
  }
  await using again = await place.open()
  assert.deepEqual(names(await held(again)).sort(), first, 'the next scan finds something else')
  return first
}

async function damage(place: TestSpool, segment: string, change: (bytes: Buffer) => void): Promise<void> {
  const path = join(place.folder, segment)
  const bytes = await readFile(path)
  change(bytes)
  await writeFile(path, bytes)
}

test('delivery S4: everything synced before a kill is there after it, and sources go on at their last block', async () => {
  await using spool = await filled()
  assert.deepEqual(await recovered(spool.place), names(spool.blocks).sort())
  await using open = await spool.place.open()
  const end = (name: string) => {
    const position = open.streams.source(name)?.position
    return position?.kind === 'file' ? position.end : -1
  }
  assert.deepEqual([end('a'), end('b')], [118 * 100 + 100, 119 * 100 + 100])
})

test('delivery D8: a tail cut at any byte leaves every group before it, and an unbroken beginning of the newest', async () => {
  await using spool = await filled(40)
  const last = spool.frames.at(-1)?.segment ?? ''
  const inLast = spool.frames.filter((frame) => frame.segment === last)
  const before = spool.frames.filter((frame) => frame.segment !== last).map((frame) => frame.name)
  const end = inLast.at(-1)?.end ?? 0
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: inLast[0]?.offset ?? 0, max: end }), async (cut) => {
      await using copy = await spool.place.crash()
      await truncate(join(copy.folder, last), cut)
      const whole = inLast.filter((frame) => frame.end <= cut).map((frame) => frame.name)
      assert.deepEqual(await recovered(copy), [...before, ...whole].sort())
    }),
    { numRuns: 25 },
  )
})

test('delivery D6: one flipped bit anywhere costs at most the block it is in, or the rest of the newest group', async () => {
  await using spool = await filled(60)
  const all = names(spool.blocks)
  const newest = Math.max(...spool.frames.map((frame) => frame.group))
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...(await segments(spool.place.folder))),
      fc.double({ min: 0, max: 0.999999, noNaN: true }),
      fc.nat(7),
      async (segment, share, bit) => {
        const frames = spool.frames.filter((frame) => frame.segment === segment)
        const at = Math.floor(share * (frames.at(-1)?.end ?? 4096))
        await using copy = await spool.place.crash()
        await damage(copy, segment, (bytes) => {
          bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
        })
        const hit = frames.find((frame) => at >= frame.offset && at < frame.end)
        const lost =
          hit === undefined
            ? []
            : hit.group === newest
              ? frames.filter((frame) => frame.group === newest && frame.index >= hit.index)
              : [hit]
        const lostNames = new Set(lost.map((frame) => frame.name))
        assert.deepEqual(await recovered(copy), all.filter((name) => !lostNames.has(name)).sort())
      },
    ),
    { numRuns: 40 },
  )
})

test('delivery D7: any 4 KiB zeroed costs at most the blocks it touches, or the rest of the newest group', async () => {
  await using spool = await filled(60)
  const newest = Math.max(...spool.frames.map((frame) => frame.group))
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...(await segments(spool.place.folder))),
      fc.double({ min: 0, max: 0.999999, noNaN: true }),
      async (segment, share) => {
        const frames = spool.frames.filter((frame) => frame.segment === segment)
        const at = Math.floor((share * (frames.at(-1)?.end ?? 8192)) / 4096) * 4096
        await using copy = await spool.place.crash()
        await damage(copy, segment, (bytes) => void bytes.fill(0, at, at + 4096))
        const lost = frames.filter((frame) => frame.offset < at + 4096 && frame.end > at)
        const first = Math.min(...lost.filter((frame) => frame.group === newest).map((frame) => frame.index))
        const gone = new Set(
          frames
            .filter((frame) => lost.includes(frame) || (frame.group === newest && frame.index >= first))
            .map((frame) => frame.name),
        )
        assert.deepEqual(
          await recovered(copy),
          names(spool.blocks)
            .filter((name) => !gone.has(name))
            .sort(),
        )
      },
    ),
    { numRuns: 25 },
  )
})

test('delivery S4: nothing of the newest group counts where its first block is bad', async () => {
  await using spool = await filled(60)
  const newest = Math.max(...spool.frames.map((frame) => frame.group))
  const group = spool.frames.filter((frame) => frame.group === newest)
  const first = group[0]
  assert(first !== undefined && group.length > 1, 'a group of several blocks')
  await damage(spool.place, first.segment, (bytes) => {
    bytes[first.end - 1] = (bytes[first.end - 1] ?? 0) ^ 1
  })
  const gone = new Set(group.map((frame) => frame.name))
  assert.deepEqual(
    await recovered(spool.place),
    names(spool.blocks)
      .filter((name) => !gone.has(name))
      .sort(),
  )
})

test('delivery D9: a segment deleted by hand is a hole whose cause is spool.removed', async () => {
  await using spool = await filled(300)
  const all = await segments(spool.place.folder)
  const victim = all[1]
  assert(all.length >= 3 && victim !== undefined)
  await unlink(join(spool.place.folder, victim))
  const gone = new Set(spool.frames.filter((frame) => frame.segment === victim).map((frame) => frame.name))
  await using open = await spool.place.open()
  assert.deepEqual(
    names(await held(open)).sort(),
    names(spool.blocks)
      .filter((name) => !gone.has(name))
      .sort(),
  )
  for (const stream of open.streams.all()) {
    const missing: number[] = []
    for (let block = 0; block <= stream.head.block; block++)
      if (stream.blocks.place(block) === undefined) missing.push(block)
    assert(missing.length > 0)
    assert.equal(open.missingCause(stream, missing[0] ?? 0, missing.at(-1) ?? 0), 'spool.removed')
  }
})

test('delivery S4: a damaged block in the middle is a hole whose cause is spool.damaged', async () => {
  await using spool = await filled(60)
  const victim = spool.frames[20]
  assert(victim !== undefined)
  await damage(spool.place, victim.segment, (bytes) => void bytes.fill(0xff, victim.offset + 60, victim.offset + 70))
  await using open = await spool.place.open()
  const holes = [...open.streams.all()].flatMap((stream) =>
    Array.from({ length: stream.head.block + 1 }, (_, block) => ({ stream, block })).filter(
      ({ block }) => stream.blocks.place(block) === undefined,
    ),
  )
  assert.equal(holes.length, 1)
  for (const { stream, block } of holes) assert.equal(open.missingCause(stream, block, block), 'spool.damaged')
})

test('delivery S2: a frame copied to another place or out of another segment is none', async () => {
  await using spool = await filled(60)
  const [one, other] = await segments(spool.place.folder)
  const victim = spool.frames[5]
  assert(one !== undefined && victim?.segment === one)
  const bytes = await readFile(join(spool.place.folder, one))
  const frame = Buffer.from(bytes.subarray(victim.offset, victim.end))
  const last = spool.frames.findLast((found) => found.segment === one)
  await damage(spool.place, one, (changed) => void frame.copy(changed, last?.end ?? 0))
  if (other !== undefined)
    await damage(spool.place, other, (changed) => void frame.copy(changed, changed.length - frame.length))
  assert.deepEqual(await recovered(spool.place), names(spool.blocks).sort())
})

test('delivery S4: group numbers go on across starts, and what a recovery left out never counts again', async () => {
  await using spool = await filled(60)
  const newest = Math.max(...spool.frames.map((frame) => frame.group))
  const tail = spool.frames.filter((frame) => frame.group === newest)
  const first = tail[0]
  assert(first !== undefined)
  const path = join(spool.place.folder, first.segment)
  const good = await readFile(path)
  await damage(spool.place, first.segment, (bytes) => void bytes.fill(0, first.offset, first.offset + 8))
  const gone = new Set(tail.map((frame) => frame.name))
  const expected = names(spool.blocks).filter((name) => !gone.has(name))
  {
    await using open = await spool.place.open()
    const stream = sourceStream(open, 'a')
    writeBlock(stream, 100_000)
    await settled(open)
    expected.push(...names((await held(open)).filter(({ header }) => header.stream === stream.id)))
  }
  // The damage heals (a controller's cache): what stands behind the end that was named stays out.
  const now = await readFile(path)
  good.copy(now, 0, 0, now.length)
  await writeFile(path, now)
  assert.deepEqual(await recovered(spool.place), expected.sort())
  const groups = (await framesOf(spool.place.folder)).map((frame) => frame.group)
  assert(Math.max(...groups) > newest)
})

test('delivery S4: a folder of rubbish never keeps the spool from starting', async () => {
  await using place = await testSpool()
  await writeFile(join(place.folder, '00000001.seg'), Buffer.alloc(100_000, 'SPF1'))
  await writeFile(join(place.folder, '00000002.seg'), '')
  await writeFile(join(place.folder, '00000007.seg'), Buffer.alloc(5_000, 0))
  await writeFile(join(place.folder, 'notes.txt'), 'x')
  await using spool = await place.open()
  assert.equal(spool.state, 'open')
  assert.deepEqual(await held(spool), [])
  assert.deepEqual(await segments(place.folder), ['00000008.seg'])
})

test('delivery S4: a block whose prev does not fit is a hole', async () => {
  await using spool = await filled(20)
  const victim = spool.frames.at(-3)
  assert(victim !== undefined)
  await damage(spool.place, victim.segment, (bytes) => {
    const old = decodeBlock(bytes.subarray(victim.offset + frameHeadBytes, victim.end))
    assert(isBlock(old))
    // The same length, so that the frame still holds; only the chain does not.
    const forged = encodeBlock({ ...old.header, prev: 'f'.repeat(64) }, Buffer.from(old.payload))
    forged.bytes.copy(bytes, victim.offset + frameHeadBytes)
  })
  const left = await recovered(spool.place)
  assert(!left.includes(victim.name) && left.length < spool.blocks.length)
})

test('delivery S4: a head that begins a segment is kept, whose block before lies in the one before', async () => {
  await using place = await testSpool()
  {
    await using spool = await place.open()
    const stream = sourceStream(spool, 'a')
    for (let number = 0; number < 4; number++) {
      writeBlock(stream, number * 100)
      await settled(spool)
      spool.rollSoon()
    }
  }
  await using spool = await place.open()
  assert.deepEqual(
    (await held(spool)).map(({ header }) => header.block),
    [0, 1, 2, 3, 4],
  )
})
