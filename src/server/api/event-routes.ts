// Events: search, count, histogram, top, one by identity; totals of an input; reading quarantine again.
import { Type } from 'typebox'
import { Fault } from '../../core/fault.ts'
import { formatEventId, parseEventId } from '../../core/ids.ts'
import { defineRoute, ok, type Route } from './define-route.ts'
import { anyQuestion, question, questionOf } from './event-question.ts'
import {
  eventCount,
  eventHistogram,
  eventPage,
  eventRecord,
  eventTop,
  inputTotals,
  requarantined,
} from './event-schemas.ts'

const limitMax = 1_000
const bucketsMax = 1_000
const facetsMax = 1_000

const closed = { additionalProperties: false }

const search = defineRoute({
  method: 'GET',
  path: '/api/v1/events',
  access: 'owner',
  summary: 'Search events, newest arrival first',
  query: Type.Object(
    {
      ...question,
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: limitMax, default: 100 })),
      cursor: Type.Optional(Type.String({ maxLength: 4_096, description: '`next` of the page before' })),
    },
    closed,
  ),
  answers: { 200: { description: 'A page of events', schema: eventPage } },
  async handle({ ports, principal, query, clock }) {
    const at = query.cursor === undefined ? { now: clock.now() } : readCursor(query.cursor)
    const { now, ...rest } = at
    const asked = { ...questionOf(query, now), limit: query.limit ?? 100, ...rest }
    const page = await ports.events.search(principal.organisation, asked)
    return ok({ ...page, next: page.next === null ? null : `${now.toString(36)}.${page.next}` })
  },
})

const count = defineRoute({
  method: 'GET',
  path: '/api/v1/events/count',
  access: 'owner',
  summary: 'Count events',
  query: anyQuestion,
  answers: { 200: { description: 'How many events answer the question', schema: eventCount } },
  async handle({ ports, principal, query, clock }) {
    return ok(await ports.events.count(principal.organisation, questionOf(query, clock.now())))
  },
})

const histogram = defineRoute({
  method: 'GET',
  path: '/api/v1/events/histogram',
  access: 'owner',
  summary: 'Events over event time, by severity',
  query: Type.Object(
    { ...question, buckets: Type.Optional(Type.Integer({ minimum: 1, maximum: bucketsMax, default: 60 })) },
    closed,
  ),
  answers: { 200: { description: 'Buckets of equal width', schema: eventHistogram } },
  async handle({ ports, principal, query, clock }) {
    const asked = questionOf(query, clock.now())
    return ok(await ports.events.histogram(principal.organisation, asked, query.buckets ?? 60))
  },
})

const top = defineRoute({
  method: 'GET',
  path: '/api/v1/events/top',
  access: 'owner',
  summary: 'Most frequent values of a facet',
  query: Type.Object(
    {
      ...question,
      facet: Type.String({ minLength: 1, maxLength: 64 }),
      n: Type.Optional(Type.Integer({ minimum: 1, maximum: facetsMax, default: 10 })),
    },
    closed,
  ),
  answers: { 200: { description: 'Values and counts, most frequent first', schema: eventTop } },
  async handle({ ports, principal, query, clock }) {
    const asked = questionOf(query, clock.now())
    return ok(await ports.events.top(principal.organisation, asked, query.facet, query.n ?? 10))
  },
})

const one = defineRoute({
  method: 'GET',
  path: '/api/v1/events/:id',
  access: 'owner',
  summary: 'One event by its identity STREAM:SEQUENCE',
  params: Type.Object({ id: Type.String({ maxLength: 128 }) }),
  answers: { 200: { description: 'The event', schema: eventRecord } },
  async handle({ ports, principal, params }) {
    const id = parseEventId(params.id)
    const event = await ports.events.event(principal.organisation, id)
    if (event === undefined) throw new Fault('event.unknown', { what: `There is no event ${formatEventId(id)} here` })
    return ok(event)
  },
})

const inputs = defineRoute({
  method: 'GET',
  path: '/api/v1/inputs',
  access: 'owner',
  summary: 'What the journal holds of one input of a device',
  query: Type.Object(
    {
      device: Type.String({ minLength: 1, maxLength: 63 }),
      source: Type.String({ minLength: 1, maxLength: 4_096 }),
      fingerprint: Type.Optional(Type.String({ maxLength: 256 })),
    },
    closed,
  ),
  answers: { 200: { description: 'Totals', schema: inputTotals } },
  async handle({ ports, principal, query }) {
    return ok(await ports.events.inputTotals(principal.organisation, query))
  },
})

const readAgain = defineRoute({
  method: 'POST',
  path: '/api/v1/events/requarantine',
  access: 'owner',
  summary: 'Read every quarantined line again with the parsers of this version',
  answers: { 200: { description: 'What became of them', schema: requarantined } },
  async handle({ ports, principal }) {
    return ok(await ports.events.requarantine(principal.organisation))
  },
})

export const eventRoutes: readonly Route[] = [search, count, histogram, top, one, inputs, readAgain]

/** Our cursor is the time of the first page beside the journal's, so that `since=1h` means the same on every page. */
function readCursor(text: string): { readonly now: number; readonly cursor: string } {
  const match = /^([0-9a-z]{1,11})\.(.+)$/s.exec(text)
  if (!match?.[1] || !match[2]) throw new Fault('query.cursor', { what: 'The cursor is none' })
  return { now: Number.parseInt(match[1], 36), cursor: match[2] }
}
