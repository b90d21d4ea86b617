// What a full spool leaves to a source that cannot wait (delivery S9): it reads on, and what finds no room is lost.

/** delivery S9: above it only alerts find room, and what is acknowledged goes. */
export const scarceFill = 0.8
/** Files wait beyond 4 MiB; sockets, which cannot, may bring it to this (part of the 32 MiB of S10). */
const unsyncedBytesMax = 16 * 1024 * 1024

/** What is asked of a spool. */
type SpoolLevel = {
  readonly state: 'open' | 'full' | 'unwritable'
  /** Accepted but not yet synced. */
  readonly unsyncedBytes: number
  /** Bytes held of those it may hold, 0 to 1. */
  readonly fill: number
}

/** @returns which lines are still kept: `alerts` are intrusions, malware and what the look cannot read */
export function socketRoom(spool: SpoolLevel): 'all' | 'alerts' | 'none' {
  if (spool.state !== 'open' || spool.unsyncedBytes >= unsyncedBytesMax) return 'none'
  return spool.fill > scarceFill ? 'alerts' : 'all'
}
