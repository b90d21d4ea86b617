// Brings an organisation's index up to its blocks: in order, a batch a transaction, from where each day's cursor stands.
// A few blocks are read here, at once; of a backlog the next ones are read by parsers while a batch is written.
import { setImmediate as turn } from 'node:timers/promises'
import type { BlockStore } from '../blocks/block-store.ts'
import type { EventIndex, IndexedBlock } from './event-index.ts'
import type { ParserPool } from '../threads/parser-pool.ts'
import { type FormatNamed, readRange } from './read-block.ts'

export type IndexParts = {
  readonly store: BlockStore
  readonly index: EventIndex
  readonly formatNamed: FormatNamed
  /** Starts parsers, where there are none. */
  readonly parsers: () => ParserPool
  /** Hears before and behind each batch how many blocks are left. */
  readonly left: (blocks: number) => void
}

/** Blocks of 64 events a transaction: 16,384 events, where there are so many; a tenth cheaper than 4,096. */
const blocksPerBatch = 256
/** What is read at a time: little enough that it is gone again before the collector has to move it. */
const blocksPerRead = 16
/** What is worth parsers of its own: 16,384 events. */
const backlogBlocks = 256
/** Reads under way in parsers: both have their next ones while a batch is written. */
const readsAhead = 32

/** Returns when no block is left, or the signal aborts. */
export async function indexBlocks(parts: IndexParts, organisation: string, signal: AbortSignal): Promise<void> {
  const { store, index } = parts
  const cursors = await index.cursors(organisation)
  for (const { day } of await store.days(organisation)) {
    let ordinal = cursors.get(day) ?? 0
    while (!signal.aborted) {
      // Asked again each time: a writer that is ahead makes it a backlog.
      const blocks = await blocksOf(store, organisation, day)
      parts.left(blocks - ordinal)
      if (ordinal >= blocks) break
      for await (const batch of batches(parts, organisation, day, ordinal, blocks)) {
        await index.add(organisation, day, batch)
        if (signal.aborted) return
        parts.left((await blocksOf(store, organisation, day)) - (batch.at(-1)?.ordinal ?? 0))
        // Between batches the thread hears its messages.
        await turn()
      }
      ordinal = blocks
    }
  }
}

async function blocksOf(store: BlockStore, organisation: string, day: string): Promise<number> {
  return (await store.days(organisation)).find((each) => each.day === day)?.blocks ?? 0
}

async function* batches(
  parts: IndexParts,
  organisation: string,
  day: string,
  from: number,
  to: number,
): AsyncGenerator<readonly IndexedBlock[]> {
  let batch: IndexedBlock[] = []
  for await (const read of reads(parts, organisation, day, from, to)) {
    batch.push(...read)
    if (batch.length < blocksPerBatch) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

async function* reads(
  parts: IndexParts,
  organisation: string,
  day: string,
  from: number,
  to: number,
): AsyncGenerator<readonly IndexedBlock[]> {
  const parsers = to - from < backlogBlocks ? undefined : parts.parsers()
  const read = (after: number, through: number) =>
    parsers === undefined
      ? readRange(parts.store, organisation, { day, after, through }, parts.formatNamed)
      : parsers.read(organisation, { day, after, through })
  const ahead: Promise<readonly IndexedBlock[]>[] = []
  const depth = parsers === undefined ? 1 : readsAhead
  for (let after = from; after < to || ahead.length > 0; ) {
    while (ahead.length < depth && after < to) {
      const through = Math.min(after + blocksPerRead, to)
      const blocks = read(after, through)
      // Whoever awaits it hears of a failure; until then it is not unhandled.
      blocks.catch(() => undefined)
      ahead.push(blocks)
      after = through
    }
    const blocks = await ahead.shift()
    if (blocks !== undefined) yield blocks
  }
}
