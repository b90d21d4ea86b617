// The state of the Events page as it stands in its address: every state is a link (console-and-cli rule 19).
import { instant } from '../parts/spoken-time.ts'
import type { EventAsk } from '../api/queries.ts'

export type EventSearch = {
  readonly q?: string
  /** As typed: `1h`, an ISO instant or Unix ms. */
  readonly since?: string
  readonly until?: string
  /** The event whose drawer is open. */
  readonly event?: string
  /** How it is shown; readable unless said. */
  readonly form?: 'raw'
  readonly live?: '1'
}

/** @returns what is known of it, without what is empty. */
export function readEventSearch(search: Readonly<Record<string, unknown>>): EventSearch {
  const text = (name: string) => (typeof search[name] === 'string' && search[name] !== '' ? search[name] : undefined)
  const q = text('q')
  const since = text('since')
  const until = text('until')
  const event = text('event')
  return {
    ...(q && { q }),
    ...(since && { since }),
    ...(until && { until }),
    ...(event && { event }),
    ...(search['form'] === 'raw' && { form: 'raw' as const }),
    ...(search['live'] === '1' && { live: '1' as const }),
  }
}

/** @returns the question with its times fixed at `now`. */
export function questionOf(search: EventSearch, now: number): EventAsk {
  const since = instant(search.since ?? '', now)
  const until = instant(search.until ?? '', now)
  return { q: search.q ?? '', ...(since !== undefined && { since }), ...(until !== undefined && { until }) }
}
