// What becomes of a block beside what is held of its stream (delivery J1–J3): pure, the store asks it inside its
// transaction. Number and `prev` against the head; a block in a hole against its neighbours.
import { type Block, nextSequence, noHash } from '../../../wire/block-format.ts'
import type { MissingBlocks } from '../../../wire/streams.ts'
import { type Hole, nextBlock, type StreamRecord, topHole } from './stream-record.ts'

/** A block that is held: what its neighbours must fit. */
export type HeldBlock = { readonly hash: string; readonly prev: string; readonly first: number; readonly next: number }

export type Judgement =
  | { readonly kind: 'store'; readonly record: StreamRecord }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'gap'; readonly wanted: number }
  | { readonly kind: 'conflict' }

/** @param held looks a block of the same stream up; undefined where it is not, or no longer, held */
export function judgeBlock(
  record: StreamRecord,
  block: Block,
  held: (number: number) => HeldBlock | undefined,
): Judgement {
  const { header, hash } = block
  const wanted = nextBlock(record)
  if (header.block > wanted) return { kind: 'gap', wanted }
  if (header.block === wanted) return judgeNext(record, block)
  if (header.block === record.block) return { kind: hash === record.hash ? 'duplicate' : 'conflict' }
  const hole = record.holes.find((each) => each.from <= header.block && header.block <= each.through)
  if (hole !== undefined) return judgeInHole(record, block, hole, held)
  const same = held(header.block)
  // Not held any more: its day has expired, and a resend below an expired head is a duplicate (delivery J7).
  return { kind: same === undefined || same.hash === hash ? 'duplicate' : 'conflict' }
}

/**
 * Records what the device can no longer give, above what is held and never within it (delivery J3).
 * @param now arrival of the declaration, Unix ms
 */
export function declareMissing(record: StreamRecord, missing: MissingBlocks, now: number): StreamRecord {
  const end = missing.final === undefined ? record.end : { block: missing.through, ...missing.final }
  const wanted = nextBlock(record)
  // Blocks between ours and the first one named are still with the device: it sends them first.
  if (missing.through < wanted || missing.from > wanted) return record
  const top = topHole(record)
  const hole: Hole = {
    from: top?.from ?? wanted,
    through: missing.through,
    first: top?.first ?? record.sequence + 1,
    last: end !== null && end.block === missing.through ? Math.max(end.sequence, record.sequence) : null,
    cause: top?.cause ?? missing.cause,
    fromAt: top?.fromAt ?? (record.lastAt || now),
    toAt: now,
  }
  return { ...record, end, holes: [...(top === undefined ? record.holes : record.holes.slice(0, -1)), hole] }
}

function judgeNext(record: StreamRecord, block: Block): Judgement {
  const { header } = block
  const top = topHole(record)
  if (top === undefined) {
    const fits = header.prev === (record.block < 0 ? noHash : record.hash) && header.first === record.sequence + 1
    if (!fits || (header.block === 0) !== (header.kind === 'open')) return { kind: 'conflict' }
    return { kind: 'store', record: advance(record, block, record.holes) }
  }
  if (header.first < top.first || (top.last !== null && header.first !== top.last + 1)) return { kind: 'conflict' }
  const closed: Hole = { ...top, last: header.first - 1 }
  return { kind: 'store', record: advance(record, block, [...record.holes.slice(0, -1), closed]) }
}

function advance(record: StreamRecord, block: Block, holes: readonly Hole[]): StreamRecord {
  const { header } = block
  const sequence = nextSequence(header) - 1
  return {
    ...record,
    source: header.source,
    format: header.format,
    block: header.block,
    hash: block.hash,
    sequence,
    lastAt: header.kind === 'events' ? header.to : record.lastAt,
    holes,
    given: Math.max(record.given, sequence),
    ...(header.kind === 'open' && { previous: header.previous, socket: header.position.kind === 'socket' }),
  }
}

function judgeInHole(
  record: StreamRecord,
  block: Block,
  hole: Hole,
  held: (number: number) => HeldBlock | undefined,
): Judgement {
  const { header } = block
  const next = nextSequence(header)
  const below = header.block === hole.from ? held(header.block - 1) : undefined
  const above = header.block === hole.through ? held(header.block + 1) : undefined
  const fits =
    header.first >= hole.first &&
    (hole.last === null || next <= hole.last + 1) &&
    (below === undefined || (header.prev === below.hash && header.first === below.next)) &&
    (header.block > 0 || (header.kind === 'open' && header.prev === noHash)) &&
    (above === undefined || (above.prev === block.hash && above.first === next))
  if (!fits) return { kind: 'conflict' }
  const lower: Hole = { ...hole, through: header.block - 1, last: header.first - 1 }
  const upper: Hole = { ...hole, from: header.block + 1, first: next }
  const rest = [lower, upper].filter((each) => each.from <= each.through)
  const holes = record.holes.flatMap((each) => (each === hole ? rest : [each]))
  const changed: StreamRecord = { ...record, holes }
  // In the hole above the head it is the new head, where it fits right behind it.
  if (header.block > record.block) return { kind: 'store', record: advance(changed, block, holes) }
  return {
    kind: 'store',
    record: header.kind === 'open' ? { ...changed, previous: header.previous } : changed,
  }
}
