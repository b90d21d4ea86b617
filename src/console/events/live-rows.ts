// What arrived above the list since it was asked for: shown at once while it is followed, kept in a bounded buffer and
// counted while it is paused, so that rows never move under the reader (console-and-cli 2).
import type { ListRow } from './event-rows.ts'

export type LiveRows = {
  /** In front of the list, newest first. */
  readonly shown: readonly ListRow[]
  /** Arrived while it was paused, newest first. */
  readonly waiting: readonly ListRow[]
  /** How many wait, also those that the buffer no longer holds. */
  readonly waitingCount: number
}

export const noLiveRows: LiveRows = { shown: [], waiting: [], waitingCount: 0 }

/** Rows kept in front of a list or in the buffer; with more the list begins anew. */
export const liveRowsMax = 1_000
/** Until it has begun anew. */
const shownMax = 5_000

/**
 * @param arrived newest first
 * @param listed identities of the list below: what comes in both is shown once
 */
export function arrive(
  live: LiveRows,
  arrived: readonly ListRow[],
  { following, listed }: { readonly following: boolean; readonly listed: ReadonlySet<string> },
): LiveRows {
  const fresh = arrived.filter(({ id }) => !listed.has(id))
  if (fresh.length === 0) return live
  // What waits goes first: a list that is followed again is in order.
  if (following && live.waitingCount === 0) return { ...live, shown: [...fresh, ...live.shown].slice(0, shownMax) }
  const waiting = [...fresh, ...live.waiting]
  return { ...live, waiting: waiting.slice(0, liveRowsMax), waitingCount: live.waitingCount + fresh.length }
}

/** @returns what is shown once the reader wants what waits; `again` where that is too much: the list begins anew */
export function release(live: LiveRows): { readonly live: LiveRows; readonly again: boolean } {
  const shown = [...live.waiting, ...live.shown]
  if (live.waitingCount > live.waiting.length || isFull(shown)) return { live: noLiveRows, again: true }
  return { live: { shown, waiting: [], waitingCount: 0 }, again: false }
}

/** @returns whether so many rows stand in front of the list that it should begin anew. */
export function isFull(shown: readonly ListRow[]): boolean {
  return shown.length > liveRowsMax
}
