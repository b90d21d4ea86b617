// The hashes of the heads that recovery found (delivery S4).
import { noHash } from '../../../wire/block-format.ts'
import { isRun, type SpoolReader } from './spool-reader.ts'
import type { SpoolStreams } from './spool-streams.ts'

/**
 * A scan computes no hashes: only those of the heads are needed, and their chain to the block before is
 * checked here. @returns why one cannot be read just now
 */
export async function hashHeads(streams: SpoolStreams, reader: SpoolReader): Promise<{ error: unknown } | undefined> {
  for (const record of streams.all()) {
    if (record.head.hash !== '') continue
    // The block before may lie in another segment: read first, the head is checked against it.
    if (record.blocks.place(record.head.block - 1) !== undefined) await reader.run(record, record.head.block - 1)
    const run = await reader.run(record, record.head.block)
    if (!isRun(run) && run.kind === 'later') return run
    const head = isRun(run) ? run[0] : undefined
    streams.setHeadHash(record, head?.hash ?? noHash)
    if (head === undefined) record.blocks.lose(record.head.block)
  }
  return undefined
}
