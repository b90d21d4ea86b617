// What arrived since the list was fetched: kept apart, so that rows never move under the reader (console-and-cli 2).
import type { EventRecord } from '../../wire/api/events.ts'

export type Newest =
  /** The newest page meets the list: these are new, newest first. */
  | { readonly kind: 'joined'; readonly fresh: readonly EventRecord[] }
  /** More than a page arrived in between: the list has to begin again. */
  | { readonly kind: 'gap'; readonly atLeast: number }

/** @param known the list as shown, newest first; @param newest the newest page asked for just now */
export function newestSince(known: readonly EventRecord[], newest: readonly EventRecord[]): Newest {
  const ids = new Set(known.map((event) => event.id))
  const fresh = newest.filter((event) => !ids.has(event.id))
  return known.length > 0 && newest.length > 0 && fresh.length === newest.length
    ? { kind: 'gap', atLeast: fresh.length }
    : { kind: 'joined', fresh }
}
