// What an investigation needs of the journal, in its own words (DESIGN "Parts"); `units` passes the journal in.
import type { OrganisationId } from '../../core/ids.ts'
import type { EventCount, EventPage } from '../../wire/api/events.ts'

export type EventsPort = {
  /** `q` as docs/query.md; newest arrival first. */
  search(
    organisation: OrganisationId,
    question: { readonly q: string; readonly limit: number; readonly cursor?: string },
    ask: Ask,
  ): Promise<EventPage>
  count(organisation: OrganisationId, question: { readonly q: string }, ask: Ask): Promise<EventCount>
}

/** An abort ends the work where it is done. */
export type Ask = { readonly signal: AbortSignal }
