// What a parser read in an event; a quarantined line says nothing that could be joined.
import type { EventRecord } from '../../wire/api/events.ts'

export type EventBody = Extract<EventRecord['body'], { readonly kind: 'event' }>

/** @returns undefined for a quarantined line */
export function eventBody(event: EventRecord): EventBody | undefined {
  return event.body.kind === 'event' ? event.body : undefined
}
