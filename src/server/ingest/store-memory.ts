// A store in memory for tests of whatever stands before it: keeps the rules of delivery J1–J3, forgets at the end.
import { randomUUID } from 'node:crypto'
import { systemClock } from '../../platform/clock.ts'
import { type Block, decodeBlock, isBlock, nextSequence, noHash } from '../../wire/block-format.ts'
import type { DeviceStream, MissingBlocks, StreamHead } from '../../wire/streams.ts'
import type { Checkpoint, Outcome, Sender, Store } from './store.ts'

export type MemoryStore = Store & {
  /** Blocks held of a stream, in order. */
  blocksOf(stream: string): readonly Block[]
  readonly checkpoints: readonly Checkpoint[]
  readonly missed: readonly MissingBlocks[]
  readonly givenBy: ReadonlyMap<string, Readonly<Record<string, { source: string; sequence: number }>>>
  /** How long a commit takes, and what it fails with, from now on. */
  commitMs: number
  failure: Error | undefined
  /** Commits wait, each for a `step`, until this is disposed. */
  hold(): Disposable
  /** Lets the commit that waits longest happen. @returns its bytes */
  step(): Promise<number>
  /** Devices whose blocks were given to it, in order. */
  readonly appended: readonly string[]
}

type Held = { readonly owner: string; head: StreamHead; anyPrev: boolean; readonly blocks: Map<number, Block> }

const unseen: StreamHead = { block: -1, hash: noHash, sequence: 0 }

export function openMemoryStore(journalId: string = randomUUID()): MemoryStore {
  const streams = new Map<string, Held>()
  const checkpoints: Checkpoint[] = []
  const missed: MissingBlocks[] = []
  const givenBy = new Map<string, Readonly<Record<string, { source: string; sequence: number }>>>()
  const ownerOf = (sender: Sender) => `${sender.organisation}/${sender.device}`
  const headFor = (sender: Sender, stream: string) => {
    const held = streams.get(stream)
    return held?.owner === ownerOf(sender) ? held.head : unseen
  }
  const steps = new Steps()
  const appended: string[] = []
  const store: MemoryStore = {
    journalId,
    commitMs: 0,
    failure: undefined,
    appended,
    hold: () => steps.hold(),
    step: () => steps.step(),
    checkpoints,
    missed,
    givenBy,
    blocksOf: (stream) =>
      [...(streams.get(stream)?.blocks.values() ?? [])].toSorted((a, b) => a.header.block - b.header.block),
    async resume(sender, listed: readonly DeviceStream[]) {
      return Object.fromEntries(listed.map(({ stream }) => [stream, headFor(sender, stream)]))
    },
    async append(sender, blocks) {
      // Copied before the call returns: the caller's memory may be a view into a socket's chunk.
      const copies = blocks.map((block) => Buffer.from(block))
      appended.push(sender.device)
      return await steps.take(async () => {
        await systemClock.sleep(store.commitMs)
        if (store.failure !== undefined) throw store.failure
        return copies.map((bytes) => place(streams, ownerOf(sender), bytes))
      }, copies)
    },
    async missing(sender, missing) {
      missed.push(missing)
      const held = streams.get(missing.stream) ?? newStream(streams, ownerOf(sender), missing.stream)
      if (missing.through > held.head.block) {
        held.head = {
          block: missing.through,
          hash: missing.final?.hash ?? noHash,
          sequence: missing.final?.sequence ?? held.head.sequence,
        }
        held.anyPrev = missing.final === undefined
      }
      return held.head
    },
    async checkpoint(_, checkpoint) {
      checkpoints.push(checkpoint)
    },
    async given(sender, given) {
      givenBy.set(ownerOf(sender), given)
    },
  }
  return store
}

/** Lets commits happen at once, or one by one as a test says. */
class Steps {
  readonly #waiting: { readonly go: PromiseWithResolvers<void>; readonly done: PromiseWithResolvers<number> }[] = []
  #held = false

  hold(): Disposable {
    this.#held = true
    return {
      [Symbol.dispose]: () => {
        this.#held = false
        for (const { go } of this.#waiting.splice(0)) go.resolve()
      },
    }
  }

  async step(): Promise<number> {
    const first = this.#waiting.shift()
    first?.go.resolve()
    return (await first?.done.promise) ?? 0
  }

  async take<T>(commit: () => Promise<T>, blocks: readonly Buffer[]): Promise<T> {
    const step = { go: Promise.withResolvers<void>(), done: Promise.withResolvers<number>() }
    if (this.#held) {
      this.#waiting.push(step)
      await step.go.promise
    }
    const result = await commit()
    step.done.resolve(blocks.reduce((bytes, block) => bytes + block.length, 0))
    return result
  }
}

function newStream(streams: Map<string, Held>, owner: string, stream: string): Held {
  const held: Held = { owner, head: unseen, anyPrev: false, blocks: new Map() }
  streams.set(stream, held)
  return held
}

function place(streams: Map<string, Held>, owner: string, bytes: Buffer): Outcome {
  const block = decodeBlock(bytes)
  if (!isBlock(block)) return { kind: 'bad', stream: null, reason: block.reason }
  const { stream, block: number, prev } = block.header
  const held = streams.get(stream) ?? newStream(streams, owner, stream)
  if (held.owner !== owner) return { kind: 'conflict', stream, block: number }
  const same = held.blocks.get(number)
  if (same !== undefined)
    return same.hash === block.hash
      ? { kind: 'duplicate', stream, head: held.head }
      : { kind: 'conflict', stream, block: number }
  if (number <= held.head.block) {
    held.blocks.set(number, block)
    return { kind: 'stored', stream, head: held.head }
  }
  if (number > held.head.block + 1) return { kind: 'gap', stream, wanted: held.head.block + 1 }
  if (!held.anyPrev && prev !== held.head.hash) return { kind: 'conflict', stream, block: number }
  held.blocks.set(number, block)
  held.anyPrev = false
  held.head = { block: number, hash: block.hash, sequence: nextSequence(block.header) - 1 }
  return { kind: 'stored', stream, head: held.head }
}
