// What is settled when device and exchange meet: the streams listed, whether both hold the same, and what the exchange
// lacks that can be given after all (delivery C3, J2).
import type { Block, StreamEnd } from '../../wire/block-format.ts'
import type { DeviceStream, StreamHead } from '../../wire/streams.ts'
import type { SpoolLog } from './spool/spool-log.ts'
import { isRun } from './spool/spool-reader.ts'
import type { SpoolStream, SpoolStreams } from './spool/spool-streams.ts'
import type { SourceMark } from './spool/spool-table.ts'

/**
 * @param ended whether all ended streams are wanted
 * @param held whether those are of which blocks are here still: the exchange may lack some
 * @returns the streams as the exchange is told of them
 */
export function listStreams(streams: SpoolStreams, ended: boolean, held: boolean): DeviceStream[] {
  const listed: DeviceStream[] = []
  for (const { stream, source, state, head, blocks } of streams.all()) {
    if (head.block < 0) continue
    if (state === 'ended' && !ended && !(held && blocks.lowest < blocks.next)) continue
    const lowest = blocks.firstHeld(blocks.lowest)
    listed.push({
      stream,
      source,
      state,
      head,
      lowest: blocks.place(lowest) === undefined ? head.block + 1 : lowest,
    })
  }
  return listed
}

/** @returns false where this device holds another block, or its successor, than the exchange has as head */
export async function agrees(spool: SpoolLog, record: SpoolStream, head: StreamHead): Promise<boolean> {
  if (head.block < 0 || head.block > record.head.block) return true
  if (head.block === record.head.block) return head.hash === record.head.hash
  const here = await readOne(spool, record, head.block)
  if (here !== undefined) return here.hash === head.hash
  const behind = await readOne(spool, record, head.block + 1)
  return behind === undefined || behind.header.prev === head.hash
}

/** @returns the blocks of these ranges that are acknowledged and held here, the lowest last */
export function heldIn(record: SpoolStream, holes: readonly (readonly [number, number])[]): number[] {
  const held: number[] = []
  for (const [from, through] of holes)
    for (let block = record.blocks.firstHeld(from); block <= Math.min(through, record.acknowledged); block++)
      if (record.blocks.place(block) !== undefined) held.push(block)
  return held.reverse()
}

/** @returns one block, undefined where it is not here or cannot be read */
export async function readOne(spool: SpoolLog, record: SpoolStream, block: number): Promise<Block | undefined> {
  if (record.blocks.place(block) === undefined) return undefined
  const run = await spool.read(record, block)
  return isRun(run) ? run[0] : undefined
}

/** @returns where the lines of a block begin, so that its source reads them again */
export function markBefore(block: Block, end: StreamEnd, now: SourceMark | undefined): SourceMark {
  const { header } = block
  const context = header.kind === 'events' ? (header.context ?? '') : ''
  if (header.position.kind !== 'file') return { position: header.position, format: header.format, context, last: end }
  const known = now?.position.kind === 'file' ? now.position : undefined
  // The files finished since then are read again, so they are not finished.
  const since = Math.max(0, (known?.generation ?? 0) - header.position.generation)
  const finished = (known?.finished ?? []).slice(0, Math.max(0, (known?.finished?.length ?? 0) - since))
  const position = { ...header.position, end: header.position.begin, finished }
  return { position, format: header.format, context, last: end }
}
