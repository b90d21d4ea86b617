// Brings an organisation's index up to its blocks: in order, a batch a transaction, from where each day's cursor stands.
import { setImmediate as turn } from 'node:timers/promises'
import type { BlockStore } from './block-store.ts'
import type { EventIndex } from './event-index.ts'
import { type FormatNamed, readBlock } from './read-block.ts'

export type IndexParts = { readonly store: BlockStore; readonly index: EventIndex; readonly formatNamed: FormatNamed }

/** Blocks of 64 events a transaction: 4,096 events, the best of performance 3. */
const blocksPerBatch = 64

/** Returns when no block is left, or the signal aborts. */
export async function indexBlocks(parts: IndexParts, organisation: string, signal: AbortSignal): Promise<void> {
  const { store, index, formatNamed } = parts
  const cursors = await index.cursors(organisation)
  for (const { day, blocks } of await store.days(organisation)) {
    let ordinal = cursors.get(day) ?? 0
    while (ordinal < blocks && !signal.aborted) {
      const limit = Math.min(blocksPerBatch, blocks - ordinal)
      const batch = await store.read(organisation, { day, ordinal }, limit)
      // The day was dropped by retention meanwhile: what comes is of a later one.
      const ours = batch.filter((each) => each.day === day)
      if (ours.length === 0) break
      await index.add(
        organisation,
        day,
        ours.map((each) => readBlock(each, formatNamed)),
      )
      ordinal = ours.at(-1)?.ordinal ?? blocks
      // Between batches the thread hears its messages.
      await turn()
    }
  }
}
