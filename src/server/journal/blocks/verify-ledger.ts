// `ledger verify` (delivery L3): recomputes everything from the stored blocks alone, walks every chain, checks the
// signature of every checkpoint, and names the first block that does not hold.
import { setImmediate as turn } from 'node:timers/promises'
import type { LedgerVerification } from '../../../wire/api/ledger.ts'
import { type Block, decodeBlock, isBlock, nextSequence } from '../../../wire/block-format.ts'
import type { BlockPosition, BlockStore, StoredBlock } from './block-store.ts'
import { ChainWalk } from './chain-walk.ts'
import { CheckpointCheck } from './checkpoint-check.ts'

const blocksPerRead = 64

/** @param progress hears how many blocks were read so far */
export async function verifyLedger(
  store: BlockStore,
  organisation: string,
  signal: AbortSignal,
  progress: (done: number) => void,
): Promise<LedgerVerification> {
  // Read before the blocks: they then reach at least to the heads it names.
  const { streams, checkpoints, boundaries } = await store.ledger(organisation, 'checkpoints')
  const ends = new Map(boundaries.map((boundary) => [boundary.stream, boundary]))
  const walks = new Map(streams.map(({ record }) => [record.stream, new ChainWalk(record, ends.get(record.stream))]))
  const signed = new CheckpointCheck(checkpoints)
  let broken: LedgerVerification['broken'] = null
  let blocks = 0
  let events = 0
  let after: BlockPosition | null = null
  for (;;) {
    const batch: readonly StoredBlock[] = await store.read(organisation, after, blocksPerRead)
    const last = batch.at(-1)
    if (last === undefined) break
    after = last
    for (const stored of batch) {
      const block = decodeBlock(stored.bytes)
      blocks++
      if (isBlock(block)) {
        events += nextSequence(block.header) - block.header.first
        broken ??= seen(walks, block) ?? signed.see(block) ?? null
      } else
        broken ??= {
          stream: '',
          block: stored.ordinal,
          reason: `block ${stored.ordinal} of ${stored.day}: ${block.reason}`,
        }
    }
    progress(blocks)
    await turn()
    signal.throwIfAborted()
  }
  for (const { record, stored } of streams) {
    const walk = walks.get(record.stream)
    const end = walk?.finish()
    if (end !== undefined) broken ??= { stream: record.stream, ...end }
    else if (walk !== undefined && walk.events < stored)
      broken ??= {
        stream: record.stream,
        block: record.block,
        reason: `${walk.events} events where the store counts ${stored}`,
      }
  }
  const { counts, broken: unsigned } = signed.finish(new Map(streams.map(({ record }) => [record.stream, record])))
  broken ??= unsigned ?? null
  return { v: 1, holds: broken === null, blocks, events, streams: streams.length, checkpoints: counts, broken }
}

/** A stream that began since the ledger was read is not its to explain. */
function seen(
  walks: ReadonlyMap<string, ChainWalk>,
  { header, hash }: Block,
): LedgerVerification['broken'] | undefined {
  const broken = walks.get(header.stream)?.see(header, hash)
  return broken === undefined ? undefined : { stream: header.stream, ...broken }
}
