// What the journal knows of one stream: how far it goes, what it lacks, what the device says of it (delivery 1.6).
import { noHash, type StreamEnd } from '../../../wire/block-format.ts'
import { type HeldStream, holesNamedMax, type StreamHead } from '../../../wire/streams.ts'

/** Blocks that will not come; `last` is null until the block behind them tells the sequences (delivery J3). */
export type Hole = {
  readonly from: number
  readonly through: number
  /** First and last sequence; `last < first` where no event is missing. */
  readonly first: number
  readonly last: number | null
  readonly cause: string
  /** Arrival at the device of what stands before it, and when it was declared, Unix ms. */
  readonly fromAt: number
  readonly toAt: number
}

export type StreamRecord = {
  readonly stream: string
  readonly device: string
  readonly source: string
  readonly format: string
  /** Arrival day of its first block. */
  readonly opened: string
  readonly socket: boolean
  /** Last block really held: -1, no hash and 0 before the first. */
  readonly block: number
  readonly hash: string
  readonly sequence: number
  /** Arrival at the device of the newest event, Unix ms. */
  readonly lastAt: number
  /** By number; only the last one can be open. */
  readonly holes: readonly Hole[]
  /** Highest sequence the device said it has synced, and when it last said anything. */
  readonly given: number
  readonly heardAt: number
  /** Final numbers, where known: from the device's list, or the successor's `open`. */
  readonly end: StreamHead | null
  /** The stream before it of this source, as its `open` names it. */
  readonly previous: StreamEnd | null
  readonly duplicates: number
}

/** @returns a stream of which nothing is held yet. */
export function newStream(stream: string, device: string, source: string, day: string): StreamRecord {
  return {
    stream,
    device,
    source,
    format: '',
    opened: day,
    socket: false,
    block: -1,
    hash: noHash,
    sequence: 0,
    lastAt: 0,
    holes: [],
    given: 0,
    heardAt: 0,
    end: null,
    previous: null,
    duplicates: 0,
  }
}

/** @returns the hole above the last block held, where one was declared. */
export function topHole(record: StreamRecord): Hole | undefined {
  const hole = record.holes.at(-1)
  return hole !== undefined && hole.from > record.block ? hole : undefined
}

/**
 * @returns how far the stream goes, as the device is told: the last block really held, for its hash can be compared;
 * the final numbers where a hole ends the stream.
 */
export function headOf(record: StreamRecord): StreamHead {
  const top = topHole(record)
  if (top !== undefined && record.end !== null && top.through === record.end.block) return record.end
  return { block: record.block, hash: record.hash, sequence: record.sequence }
}

/** @returns what the device is told when it lists the stream: its head, and the holes it may be able to fill by now. */
export function heldOf(record: StreamRecord): HeldStream {
  const holes = record.holes.slice(-holesNamedMax).map(({ from, through }) => [from, through] as const)
  return holes.length === 0 ? headOf(record) : { ...headOf(record), holes }
}

/** @returns the number of the block that must come next. */
export function nextBlock(record: StreamRecord): number {
  return (topHole(record)?.through ?? record.block) + 1
}

/** @returns the sequences of the declared holes, by cause. */
export function lostByCause(record: StreamRecord): Record<string, number> {
  const lost: Record<string, number> = {}
  for (const hole of record.holes)
    if (hole.last !== null) lost[hole.cause] = (lost[hole.cause] ?? 0) + Math.max(0, hole.last - hole.first + 1)
  return lost
}
