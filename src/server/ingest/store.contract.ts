// What every store behind ingest must do (delivery J1–J3): the suite of its adapters.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { type Block, encodeBlock, noHash, packLines } from '../../wire/block-format.ts'
import type { Outcome, Store } from './store.ts'

/** A chain of valid blocks: an `open` and `count` blocks of two lines each. */
export function chainOf(stream: string, count: number, device = 'dev-1', text = 'line'): Block[] {
  const position = { kind: 'socket' } as const
  const common = { v: 1, source: 's', format: 'suricata/eve', stream, lost: { count: 0, unknown: false } } as const
  const blocks: Block[] = [
    encodeBlock({
      ...common,
      kind: 'open',
      block: 0,
      prev: noHash,
      first: 1,
      device,
      version: '0',
      position,
      previous: null,
      reason: 'first',
    }),
  ]
  for (let block = 1; block <= count; block++) {
    const raw = Buffer.from(`${text} ${block} a\n${text} ${block} b`)
    const { codec, payload } = packLines(raw)
    const header = { count: 2, from: 1, to: 2, raw: raw.length, codec, position } as const
    const prev = blocks.at(-1)?.hash ?? noHash
    blocks.push(encodeBlock({ ...common, kind: 'events', block, prev, first: block * 2 - 1, ...header }, payload))
  }
  return blocks
}

export function newStreamId(): string {
  return randomBytes(16).toString('hex')
}

const sender = { organisation: 'acme', device: 'dev-1' }

/** @param open a store that holds nothing yet */
export function storeContract(name: string, open: () => Promise<Store & Partial<AsyncDisposable>>): void {
  const cases: Record<string, (store: Store) => Promise<void>> = {
    'delivery J1: blocks in order are stored, the head is that of the last': async (store) => {
      const blocks = chainOf(newStreamId(), 5)
      const outcomes = await store.append(sender, bytesOf(blocks))
      assert.deepEqual(kinds(outcomes), Array(6).fill('stored'))
      assert.deepEqual(headOf(outcomes.at(-1)), { block: 5, hash: blocks[5]?.hash, sequence: 10 })
    },
    'delivery C3: the head of a stream listed is told, -1 where it was never seen': async (store) => {
      const [known, unknown] = [newStreamId(), newStreamId()]
      const blocks = chainOf(known, 2)
      await store.append(sender, bytesOf(blocks))
      const listed = [known, unknown].map((stream) => ({
        stream,
        source: 's',
        state: 'live' as const,
        head: { block: 2, hash: blocks[2]?.hash ?? noHash, sequence: 4 },
        lowest: 0,
      }))
      assert.deepEqual(await store.resume(sender, listed), {
        [known]: { block: 2, hash: blocks[2]?.hash, sequence: 4 },
        [unknown]: { block: -1, hash: noHash, sequence: 0 },
      })
    },
    'delivery J2: a block given twice is a duplicate and is acknowledged again': async (store) => {
      const blocks = bytesOf(chainOf(newStreamId(), 3))
      await store.append(sender, blocks)
      const again = await store.append(sender, blocks.slice(1, 3))
      assert.deepEqual(kinds(again), ['duplicate', 'duplicate'])
      assert.equal(headOf(again[0])?.block, 3)
    },
    'delivery J2: another block at the same place, and another device in the stream, are conflicts': async (store) => {
      const stream = newStreamId()
      await store.append(sender, bytesOf(chainOf(stream, 3)))
      const other = chainOf(stream, 3, 'dev-1', 'other')
      assert.deepEqual(kinds(await store.append(sender, bytesOf(other.slice(3)))), ['conflict'])
      const foreign = { organisation: 'acme', device: 'dev-2' }
      assert.deepEqual(kinds(await store.append(foreign, bytesOf(chainOf(stream, 4).slice(4)))), ['conflict'])
    },
    'delivery J3: a block beyond the next one is answered with the number wanted, and is not stored': async (store) => {
      const blocks = bytesOf(chainOf(newStreamId(), 5))
      await store.append(sender, blocks.slice(0, 2))
      const [gap] = await store.append(sender, blocks.slice(4, 5))
      assert(gap?.kind === 'gap')
      assert.equal(gap.wanted, 2)
      assert.deepEqual(kinds(await store.append(sender, blocks.slice(2))), Array(4).fill('stored'))
    },
    'delivery J3: behind a declared hole the stream goes on': async (store) => {
      const stream = newStreamId()
      const blocks = bytesOf(chainOf(stream, 5))
      await store.append(sender, blocks.slice(0, 2))
      const head = await store.missing(sender, { stream, from: 2, through: 3, cause: 'spool.damaged' })
      assert.equal(head.block, 3)
      assert.deepEqual(kinds(await store.append(sender, blocks.slice(4))), ['stored', 'stored'])
    },
    'delivery J1: one damaged block is bad, its neighbours in the same call are not': async (store) => {
      const [one, two] = [chainOf(newStreamId(), 1), chainOf(newStreamId(), 1)]
      const damaged = Buffer.from(one[1]?.bytes ?? '')
      damaged.writeUInt8(damaged.readUInt8(damaged.length - 1) ^ 1, damaged.length - 1)
      const given = [...bytesOf(one.slice(0, 1)), damaged, ...bytesOf(two)]
      assert.deepEqual(kinds(await store.append(sender, given)), ['stored', 'bad', 'stored', 'stored'])
    },
  }
  for (const [title, run] of Object.entries(cases))
    test(`${title} (${name})`, async () => {
      const store = await open()
      try {
        await run(store)
      } finally {
        await store[Symbol.asyncDispose]?.()
      }
    })
}

function bytesOf(blocks: readonly Block[]): Buffer[] {
  return blocks.map((block) => block.bytes)
}

function kinds(outcomes: readonly Outcome[]): string[] {
  return outcomes.map((outcome) => outcome.kind)
}

function headOf(outcome: Outcome | undefined) {
  return outcome !== undefined && 'head' in outcome ? outcome.head : undefined
}
