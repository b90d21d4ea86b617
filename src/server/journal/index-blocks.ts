// Brings an organisation's index up to its blocks: in order, a batch a transaction, from where each day's cursor stands.
// A few blocks are read here, at once; of a backlog the next batches are read by parsers while one is written.
import { setImmediate as turn } from 'node:timers/promises'
import type { BlockStore } from './block-store.ts'
import type { EventIndex, IndexedBlock } from './event-index.ts'
import type { ParserPool } from './parser-pool.ts'
import { type FormatNamed, readBlock } from './read-block.ts'

export type IndexParts = {
  readonly store: BlockStore
  readonly index: EventIndex
  readonly formatNamed: FormatNamed
  /** Starts parsers, where there are none. */
  readonly parsers: () => ParserPool
}

/** Blocks of 64 events a transaction: 4,096 events, the best of performance 3. */
const blocksPerBatch = 64
/** What is worth parsers of its own: 16,384 events. */
const backlogBlocks = 256
/** Batches that parsers work at while one is written. */
const batchesAhead = 3

/** Returns when no block is left, or the signal aborts. */
export async function indexBlocks(parts: IndexParts, organisation: string, signal: AbortSignal): Promise<void> {
  const { store, index } = parts
  const cursors = await index.cursors(organisation)
  for (const { day } of await store.days(organisation)) {
    let ordinal = cursors.get(day) ?? 0
    while (!signal.aborted) {
      // Asked again each time: a writer that is ahead makes it a backlog.
      const blocks = (await store.days(organisation)).find((each) => each.day === day)?.blocks ?? 0
      if (ordinal >= blocks) break
      const before = ordinal
      for await (const batch of batches(parts, organisation, day, ordinal, blocks)) {
        // Large blocks make a batch shorter than was asked; what comes behind it is asked again.
        if (batch[0]?.ordinal !== ordinal + 1) break
        await index.add(organisation, day, batch)
        ordinal = batch.at(-1)?.ordinal ?? ordinal
        if (signal.aborted) return
        // Between batches the thread hears its messages.
        await turn()
      }
      // The day was dropped by retention meanwhile.
      if (ordinal === before) break
    }
  }
}

async function* batches(
  parts: IndexParts,
  organisation: string,
  day: string,
  from: number,
  to: number,
): AsyncGenerator<readonly IndexedBlock[]> {
  const read =
    to - from < backlogBlocks
      ? (after: number, limit: number) => readHere(parts, organisation, day, after, limit)
      : readBeside(parts.parsers(), organisation, day)
  const ahead: Promise<readonly IndexedBlock[]>[] = []
  const depth = to - from < backlogBlocks ? 1 : batchesAhead
  let after = from
  for (;;) {
    while (ahead.length < depth && after < to) {
      const batch = read(after, Math.min(blocksPerBatch, to - after))
      // Whoever awaits it hears of a failure; until then it is not unhandled.
      batch.catch(() => undefined)
      ahead.push(batch)
      after += blocksPerBatch
    }
    const batch = await ahead.shift()
    if (batch === undefined || batch.length === 0) return
    yield batch
  }
}

async function readHere(parts: IndexParts, organisation: string, day: string, after: number, limit: number) {
  const blocks = await parts.store.read(organisation, { day, ordinal: after }, limit)
  return blocks.filter((block) => block.day === day).map((block) => readBlock(block, parts.formatNamed))
}

function readBeside(parsers: ParserPool, organisation: string, day: string) {
  return (after: number, limit: number) => parsers.read(organisation, day, after, limit)
}
