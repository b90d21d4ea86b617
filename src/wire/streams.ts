// What device and exchange tell each other about streams when they meet (delivery C3, J3); the local socket carries
// the same values, for the connector keeps nothing.

/** How far a stream goes. */
export type StreamHead = {
  /** Number of the last block, -1 before the first. */
  readonly block: number
  /** Its hash; 64 zeros before the first. */
  readonly hash: string
  /** Highest sequence held, 0 before the first event. */
  readonly sequence: number
}

/**
 * The exchange's answer for one stream: how far it has it, and the ranges of blocks below that it lacks, first and last.
 * A device that can read one of them again gives it: the hole shrinks (delivery J2).
 */
export type HeldStream = StreamHead & { readonly holes?: readonly (readonly [number, number])[] }

/** Holes named of one stream; more are named when these are filled. */
export const holesNamedMax = 64

/** One stream as the device lists it. */
export type DeviceStream = {
  readonly stream: string
  readonly source: string
  readonly state: 'live' | 'backlog' | 'ended'
  /** What the device has synced; of an ended stream its final numbers. */
  readonly head: StreamHead
  /** Lowest block the device still has; `head.block + 1` where it has none. */
  readonly lowest: number
}

/** A range of blocks the device can no longer give (delivery C3 `missing`). */
export type MissingBlocks = {
  readonly stream: string
  readonly from: number
  readonly through: number
  readonly cause: 'spool.damaged' | 'spool.removed' | 'exchange.restored'
  /** At the end of a stream: its final hash and sequence, for no block behind the range will tell them. */
  readonly final?: { readonly hash: string; readonly sequence: number }
}
