// A question about events as it stands in the address of a route: the query, and times beside it.
import { type Static, Type } from 'typebox'
import type { EventQuestion } from '../../wire/api/events.ts'
import { parseInstant } from './instant.ts'

/** What a question may be: longer ones are no longer written by people. */
const questionMax = 16_384

const instantText = (description: string) =>
  Type.Optional(Type.String({ maxLength: 64, description: `${description}: ISO 8601, Unix ms, or an age like 1h` }))

export const question = {
  q: Type.Optional(Type.String({ maxLength: questionMax, description: 'See docs/query.md; empty = everything' })),
  since: instantText('Event time from'),
  until: instantText('Event time before'),
  arrivedSince: instantText('Arrival at the device from'),
  arrivedUntil: instantText('Arrival at the device before'),
}
export const anyQuestion = Type.Object(question, { additionalProperties: false })

export function questionOf(query: Static<typeof anyQuestion>, now: number): EventQuestion {
  const at = (text: string | undefined) => (text === undefined ? undefined : parseInstant(text, now))
  const [since, until] = [at(query.since), at(query.until)]
  const [arrivedSince, arrivedUntil] = [at(query.arrivedSince), at(query.arrivedUntil)]
  return {
    q: query.q ?? '',
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    ...(arrivedSince === undefined ? {} : { arrivedSince }),
    ...(arrivedUntil === undefined ? {} : { arrivedUntil }),
  }
}
