// What every block store must do (delivery J1–J3, J7): one call a store, `blockStoreContract(open, { manyWriters })`.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Block } from '../../../wire/block-format.ts'
import type { Outcome } from '../committing.ts'
import type { BlockPosition, BlockStore, StoreReply } from './block-store.ts'
import { fixtureStart, StreamFixture } from '../stream-fixture.ts'

export type StoreHouse = AsyncDisposable & {
  /** Opens the store, the same one each time; several may be open at once where `manyWriters`. */
  open(): Promise<BlockStore>
}

export type StoreCapabilities = {
  /** Several processes may write at once; else the reason why not. */
  readonly manyWriters: boolean
}

const org = 'acme'
const sender = { organisation: org, device: 'fw-1' }
const other = { organisation: org, device: 'fw-2' }
const day = 86_400_000

export function blockStoreContract(makeHouse: () => Promise<StoreHouse>, capabilities: StoreCapabilities): void {
  const withStore = async (work: (store: BlockStore, house: StoreHouse) => Promise<void>) => {
    await using house = await makeHouse()
    await using store = await house.open()
    await work(store, house)
  }

  test('delivery J1: blocks in order are stored and the head follows', () =>
    withStore(async (store) => {
      const stream = new StreamFixture()
      const blocks = [stream.open(), stream.events(['a', 'b']), stream.events(['c'])]
      const outcomes = await append(store, blocks)
      assert.deepEqual(kinds(outcomes), ['stored', 'stored', 'stored'])
      const { block, hash, sequence } = stream.end
      assert.deepEqual(lastHead(outcomes), { block, hash, sequence })
    }))

  test('delivery J1: a block whose CRC does not hold is bad and its neighbours are not', () =>
    withStore(async (store) => {
      const stream = new StreamFixture()
      const open = stream.open()
      const events = stream.events(['a'])
      const broken = Buffer.from(events.bytes)
      broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1
      assert.deepEqual(kinds(await appendBytes(store, [open.bytes, broken, events.bytes])), ['stored', 'bad', 'stored'])
    }))

  test('delivery J1: a wrong prev, a wrong first sequence and a stream that does not begin are refused', () =>
    withStore(async (store) => {
      const stream = new StreamFixture()
      const open = stream.open()
      const events = stream.events(['a'])
      assert.deepEqual(kinds(await append(store, [events])), ['gap'])
      await append(store, [open])
      assert.deepEqual(kinds(await append(store, [stream.twin(events, { prev: 'f'.repeat(64) })])), ['conflict'])
      assert.deepEqual(kinds(await append(store, [stream.twin(events, { first: 2 })])), ['conflict'])
      assert.deepEqual(kinds(await append(store, [events])), ['stored'])
    }))

  test('delivery J2: the same block again is a duplicate, another at its place a conflict, and nothing is stored', () =>
    withStore(async (store) => {
      const stream = new StreamFixture()
      const blocks = [stream.open(), stream.events(['a']), stream.events(['b'])]
      await append(store, blocks)
      assert.deepEqual(kinds(await append(store, blocks)), ['duplicate', 'duplicate', 'duplicate'])
      const forged = blocks.slice(1).map((block) => stream.twin(block, { source: 'forged' }))
      assert.deepEqual(kinds(await append(store, forged)), ['conflict', 'conflict'])
      assert.equal((await everything(store)).length, 3)
      // Duplicates are only noted: a group without writes puts down what is.
      await store.write(org, [], fixtureStart)
      const { streams } = await store.ledger(org, 'counts')
      assert.equal(streams[0]?.record.duplicates, 3)
    }))

  test('delivery J2: a block that comes twice in one group is stored once, a forged one is seen', () =>
    withStore(async (store) => {
      const stream = new StreamFixture()
      const [open, first, second] = [stream.open(), stream.events(['a']), stream.events(['b'])]
      const forged = stream.twin(first, { source: 'forged' })
      const outcomes = await append(store, [open, first, second, first, forged])
      assert.deepEqual(kinds(outcomes), ['stored', 'stored', 'stored', 'duplicate', 'conflict'])
    }))

  test("delivery J2: another device's stream is refused", () =>
    withStore(async (store) => {
      const stream = new StreamFixture()
      const blocks = [stream.open(), stream.events(['a'])]
      await append(store, blocks)
      const [reply] = await store.write(org, [appendOf([stream.events(['b'])], other)], fixtureStart)
      assert.deepEqual(kinds(outcomesOf(reply)), ['conflict'])
      const heads = await resume(store, other, [listed(stream)])
      assert.equal(heads[stream.stream]?.block, -1)
    }))

  test('delivery J3: a block beyond the next one is answered with the number wanted', () =>
    withStore(async (store) => {
      const stream = new StreamFixture()
      const [open, , last] = [stream.open(), stream.events(['a']), stream.events(['b'])]
      const outcomes = await append(store, [open, last])
      assert.deepEqual(outcomes[1], { kind: 'gap', stream: stream.stream, wanted: 1 })
    }))

  test('delivery J3: after `missing` a hole stands between its neighbours and the chain goes on behind it', () =>
    withStore(async (store) => {
      const stream = new StreamFixture()
      const [open, first, , , last] = [
        stream.open(),
        stream.events(['a']),
        stream.events(['b', 'c']),
        stream.events(['d']),
        stream.events(['e']),
      ]
      await append(store, [open, first])
      const head = await missing(store, stream, 0, 3)
      assert.equal(head.block, 3)
      assert.deepEqual(kinds(await append(store, [last])), ['stored'])
      const [counts] = (await store.ledger(org, 'counts')).streams
      assert.deepEqual(
        counts?.record.holes.map(({ from, through, first: low, last: high, cause }) => [
          from,
          through,
          low,
          high,
          cause,
        ]),
        [[2, 3, 2, 4, 'spool.damaged']],
      )
      assert.equal(counts?.stored, 2)
    }))

  test('delivery J3: what is held is never declared missing, and `missing` may be said again', () =>
    withStore(async (store) => {
      const stream = new StreamFixture()
      await append(store, [stream.open(), stream.events(['a'])])
      assert.equal((await missing(store, stream, 0, 1)).block, 1)
      assert.equal((await missing(store, stream, 2, 4)).block, 4)
      assert.equal((await missing(store, stream, 2, 4)).block, 4)
      const [counts] = (await store.ledger(org, 'counts')).streams
      assert.equal(counts?.record.holes.length, 1)
    }))

  test('delivery J3: no hole is declared before one that is stored, also with the clock set back over a restart', () =>
    withStore(async (store, house) => {
      if (capabilities.manyWriters) return
      const [ended, third] = [new StreamFixture(), new StreamFixture()]
      await append(store, [ended.open(), third.open()])
      await missing(store, ended, 1, 2, fixtureStart + 3_600_000)
      const live = new StreamFixture({ previous: ended.end })
      await append(store, [live.open()])
      // The day that holds the ended stream is over: its hole is in the ledger alone.
      await append(store, [live.events(['a'])], fixtureStart + day)
      await store[Symbol.asyncDispose]()
      for (const [stream, from, later] of [
        [live, 2, 1],
        [third, 1, 2],
      ] as const) {
        await using again = await house.open()
        await missing(again, stream, from, from, fixtureStart)
        const { streams } = await again.ledger(org, 'holes')
        const hole = streams.find(({ record }) => record.stream === stream.stream)?.record.holes[0]
        assert.equal(hole?.toAt, fixtureStart + 3_600_000 + later)
      }
    }))

  test('delivery J2: a block inside a hole is stored if it fits its neighbours, and the hole shrinks', () =>
    withStore(async (store) => {
      const stream = new StreamFixture()
      const blocks = [stream.open(), ...['a', 'b', 'c', 'd', 'e'].map((line) => stream.events([line]))]
      const at = (index: number) => blocks[index] ?? stream.open()
      await append(store, [at(0), at(1)])
      await missing(store, stream, 2, 4)
      await append(store, [at(5)])
      const holes = async () => (await resume(store, sender, [listed(stream)]))[stream.stream]?.holes
      assert.deepEqual(await holes(), [[2, 4]], 'the device is told of it')
      assert.deepEqual(kinds(await append(store, [stream.twin(at(4), { source: 'forged' })])), ['conflict'])
      assert.deepEqual(kinds(await append(store, [at(3), at(4), at(2), at(2)])), [
        'stored',
        'stored',
        'stored',
        'duplicate',
      ])
      const [counts] = (await store.ledger(org, 'counts')).streams
      assert.deepEqual([counts?.record.holes, counts?.stored, await holes()], [[], 5, undefined])
    }))

  test('delivery C3: resume tells the head of each stream listed; one never seen has none', () =>
    withStore(async (store) => {
      const stream = new StreamFixture()
      await append(store, [stream.open(), stream.events(['a', 'b'])])
      const unseen = new StreamFixture()
      const heads = await resume(store, sender, [listed(stream), listed(unseen)])
      const { block, hash, sequence } = stream.end
      assert.deepEqual(heads[stream.stream], { block, hash, sequence })
      assert.equal(heads[unseen.stream]?.block, -1)
    }))

  test('delivery J3: what ended and the device no longer lists is a hole up to its end', () =>
    withStore(async (store) => {
      const first = new StreamFixture()
      const open = first.open()
      first.events(['a', 'b', 'c'])
      await append(store, [open])
      const next = new StreamFixture({ previous: first.end })
      await append(store, [next.open()])
      await resume(store, sender, [listed(next)])
      const counts = (await store.ledger(org, 'counts')).streams.find(({ record }) => record.stream === first.stream)
      assert.deepEqual(
        counts?.record.holes.map(({ from, through, first: low, last, cause }) => [from, through, low, last, cause]),
        [[1, 1, 1, 3, 'spool.removed']],
      )
      const heads = await resume(store, sender, [listed(first, 'ended')])
      assert.equal(heads[first.stream]?.hash, first.end.hash)
    }))

  test('delivery J7: streams go on over days, and a resend of yesterday is a duplicate', () =>
    withStore(async (store, house) => {
      const stream = new StreamFixture()
      const yesterday = [stream.open(), stream.events(['a'])]
      await append(store, yesterday)
      const today = [stream.events(['b']), stream.events(['c'])]
      assert.deepEqual(kinds(await append(store, today, fixtureStart + day)), ['stored', 'stored'])
      assert.deepEqual(kinds(await append(store, yesterday, fixtureStart + day)), ['duplicate', 'duplicate'])
      assert.deepEqual(await store.days(org), [
        { day: '2026-11-24', blocks: 2 },
        { day: '2026-11-25', blocks: 2 },
      ])
      if (capabilities.manyWriters) return
      await store[Symbol.asyncDispose]()
      await using again = await house.open()
      assert.deepEqual(kinds(await append(again, [stream.events(['d'])], fixtureStart + day)), ['stored'])
    }))

  test('delivery D23: a clock that jumps back stores on the newest day', () =>
    withStore(async (store) => {
      const stream = new StreamFixture()
      await append(store, [stream.open()], fixtureStart + day)
      assert.deepEqual(kinds(await append(store, [stream.events(['a'])], fixtureStart)), ['stored'])
      assert.deepEqual(await store.days(org), [{ day: '2026-11-25', blocks: 2 }])
    }))

  test('delivery J7: an expired day leaves its counts; a resend below it is a duplicate, and no stream is unknown', () =>
    withStore(async (store) => {
      const ended = new StreamFixture()
      const old = [ended.open(), ended.events(['a', 'b'])]
      await append(store, old)
      const live = new StreamFixture({ previous: ended.end })
      const before = [live.open(), live.events(['c'])]
      await append(store, before)
      await append(store, [live.events(['d'])], fixtureStart + day)
      assert.deepEqual(await store.expire(org, '2026-11-25'), ['2026-11-24'])
      assert.deepEqual(kinds(await append(store, [...old, ...before], fixtureStart + day)), Array(4).fill('duplicate'))
      const { streams, boundaries } = await store.ledger(org, 'counts')
      const of = (stream: StreamFixture) => streams.find(({ record }) => record.stream === stream.stream)
      assert.deepEqual([of(ended)?.stored, of(ended)?.expired], [0, 2])
      assert.deepEqual([of(live)?.stored, of(live)?.expired], [1, 1])
      assert.equal(boundaries.find(({ stream }) => stream === live.stream)?.hash, before[1]?.hash)
      assert.equal(await store.find(org, ended.stream, 1), undefined)
    }))

  test('delivery J5: a cursor reader sees every block once, also while others write', () =>
    withStore(async (store, house) => {
      const writers = capabilities.manyWriters ? [store, await house.open()] : [store]
      const streams = Array.from({ length: 4 }, () => new StreamFixture())
      const seen: string[] = []
      let after: BlockPosition | null = null
      const read = async () => {
        for (const block of await store.read(org, after, 3)) {
          after = block
          seen.push(`${block.day} ${block.ordinal}`)
        }
      }
      for (let round = 0; round < 8; round++)
        await Promise.all([
          ...streams.map((stream, index) =>
            append(writers[index % writers.length] ?? store, [
              round === 0 ? stream.open() : stream.events([`${round}`]),
            ]),
          ),
          read(),
        ])
      for (let rest = -1; rest !== seen.length; ) {
        rest = seen.length
        await read()
      }
      assert.equal(seen.length, 32)
      assert.equal(new Set(seen).size, 32)
      for (const each of writers.slice(1)) await each[Symbol.asyncDispose]()
    }))

  test('delivery J5: a block is found by any sequence it holds, and comes back byte for byte', () =>
    withStore(async (store) => {
      const stream = new StreamFixture()
      const blocks = [
        stream.open(),
        stream.events(['a', 'b']),
        stream.loss('file.truncated', null),
        stream.events(['c']),
      ]
      await append(store, blocks)
      for (const [sequence, index] of [
        [1, 1],
        [2, 1],
        [3, 3],
      ] as const) {
        const found = await store.find(org, stream.stream, sequence)
        assert.deepEqual(found?.bytes, blocks[index]?.bytes)
        assert.equal(found?.device, 'fw-1')
      }
      assert.equal(await store.find(org, stream.stream, 4), undefined)
    }))

  test('delivery J7: organisations never meet', () =>
    withStore(async (store) => {
      const stream = new StreamFixture()
      const open = stream.open()
      await append(store, [open])
      const elsewhere = { organisation: 'umbrella', device: 'fw-1' }
      const [reply] = await store.write('umbrella', [appendOf([open], elsewhere)], fixtureStart)
      assert.deepEqual(kinds(outcomesOf(reply)), ['stored'])
      assert.deepEqual([...(await store.organisations())].sort(), ['acme', 'umbrella'])
      assert.equal((await store.read('umbrella', null, 9)).length, 1)
    }))

  test('delivery C11: a checkpoint is kept with its certificate, and says how much was given', () =>
    withStore(async (store) => {
      const stream = new StreamFixture()
      await append(store, [stream.open(), stream.events(['a'])])
      const checkpoint = {
        stream: stream.stream,
        block: 3,
        hash: 'a'.repeat(64),
        sequence: 9,
        at: 1,
        signature: 's',
        certificate: 'c',
      }
      await store.write(org, [{ kind: 'checkpoint', sender, checkpoint }], fixtureStart)
      const ledger = await store.ledger(org, 'checkpoints')
      assert.deepEqual(ledger.checkpoints, [checkpoint])
      assert.equal(ledger.streams[0]?.record.given, 9)
    }))
}

async function append(store: BlockStore, blocks: readonly Block[], now = fixtureStart): Promise<readonly Outcome[]> {
  return await appendBytes(
    store,
    blocks.map((block) => block.bytes),
    now,
  )
}

async function appendBytes(store: BlockStore, blocks: readonly Buffer[], now = fixtureStart) {
  const [reply] = await store.write(org, [{ kind: 'append', sender, blocks }], now)
  return outcomesOf(reply)
}

function appendOf(blocks: readonly Block[], from: typeof sender) {
  return { kind: 'append' as const, sender: from, blocks: blocks.map((block) => block.bytes) }
}

function outcomesOf(reply: StoreReply | undefined): readonly Outcome[] {
  assert(reply?.kind === 'append')
  return reply.outcomes
}

async function missing(
  store: BlockStore,
  stream: StreamFixture,
  from: number,
  through: number,
  now: number = fixtureStart,
) {
  const said = { stream: stream.stream, from, through, cause: 'spool.damaged' as const }
  const [reply] = await store.write(org, [{ kind: 'missing', sender, missing: said }], now)
  assert(reply?.kind === 'missing')
  return reply.head
}

async function resume(store: BlockStore, from: typeof sender, streams: readonly ReturnType<typeof listed>[]) {
  const [reply] = await store.write(org, [{ kind: 'resume', sender: from, streams }], fixtureStart)
  assert(reply?.kind === 'resume')
  return reply.heads
}

function listed(stream: StreamFixture, state: 'live' | 'ended' = 'live') {
  const { block, hash, sequence } = stream.end
  return { stream: stream.stream, source: stream.source, state, head: { block, hash, sequence }, lowest: 0 }
}

async function everything(store: BlockStore) {
  return await store.read(org, null, 1_000)
}

function kinds(outcomes: readonly Outcome[]): string[] {
  return outcomes.map((outcome) => outcome.kind)
}

function lastHead(outcomes: readonly Outcome[]) {
  const last = outcomes.at(-1)
  return last !== undefined && 'head' in last ? last.head : undefined
}
