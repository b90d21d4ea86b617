// Inspect (text in, observables out) and Investigate (observables in, what the store knows out).
import { Type } from 'typebox'
import { Fault } from '../../core/fault.ts'
import type { Investigation } from '../../wire/api/investigations.ts'
import { type Answer, defineRoute, ok, type Route } from './define-route.ts'
import { observable } from './event-schemas.ts'
import { content, investigation, investigationRequest } from './investigation-schemas.ts'
import { serverSentEvents } from './server-sent-events.ts'

/** Text of contentMax characters in JSON: each may take several bytes or be escaped. */
const textBytesMax = 8_388_608
const waitSecondsMax = 60

const inspect = defineRoute({
  method: 'POST',
  path: '/api/v1/inspect',
  access: 'owner',
  summary: 'Which observables stand in a text, in order of appearance',
  body: Type.Object({ content }, { additionalProperties: false }),
  bodyBytesMax: textBytesMax,
  answers: { 200: { description: 'Observables, each once', schema: Type.Array(observable) } },
  async handle({ ports, body }) {
    return ok(ports.inspect(body.content))
  },
})

const create = defineRoute({
  method: 'POST',
  path: '/api/v1/investigations',
  access: 'owner',
  summary: 'Investigate a text or observables; with ?wait=SECONDS the answer comes whole where it is ready by then',
  query: Type.Object(
    { wait: Type.Optional(Type.Number({ minimum: 0, maximum: waitSecondsMax, description: 'Seconds' })) },
    { additionalProperties: false },
  ),
  body: investigationRequest,
  bodyBytesMax: textBytesMax,
  answers: {
    200: { description: 'The whole answer', schema: investigation },
    202: { description: 'Begun: see Location', schema: investigation },
  },
  async handle({ ports, principal, query, body, signal }) {
    const { organisation } = principal
    const begun = await ports.investigations.create(organisation, body)
    const timeoutMs = (query.wait ?? 0) * 1_000
    if (timeoutMs === 0 || begun.state !== 'running') return located(begun)
    return located((await ports.investigations.wait(organisation, begun.id, { timeoutMs, signal })) ?? begun)
  },
})

const one = defineRoute({
  method: 'GET',
  path: '/api/v1/investigations/:id',
  access: 'owner',
  summary: 'An investigation as it stands now',
  params: Type.Object({ id: Type.String({ maxLength: 128 }) }),
  answers: { 200: { description: 'The investigation', schema: investigation } },
  async handle({ ports, principal, params }) {
    const found = await ports.investigations.get(principal.organisation, params.id)
    if (found === undefined)
      throw new Fault('investigation.unknown', { what: `There is no investigation "${params.id}" here` })
    return ok(found)
  },
})

const follow = defineRoute({
  method: 'GET',
  path: '/api/v1/investigations/:id/stream',
  access: 'owner',
  summary: 'What happens to an investigation, as server-sent events; Last-Event-ID wins over `after`',
  params: Type.Object({ id: Type.String({ maxLength: 128 }) }),
  query: Type.Object(
    { after: Type.Optional(Type.Integer({ minimum: 0, default: 0, description: 'The `asOf` of what is known' })) },
    { additionalProperties: false },
  ),
  answers: {
    200: { description: 'Events until it is done; a comment every 15 s', type: 'text/event-stream' },
    204: { description: 'Nothing comes behind this place any more: a browser stops asking' },
  },
  async handle({ ports, principal, params, query, lastEventId, clock, sessions, signal }) {
    const said = Number(lastEventId)
    const after = lastEventId !== undefined && Number.isSafeInteger(said) && said >= 0 ? said : (query.after ?? 0)
    const followed = await ports.investigations.follow(principal.organisation, params.id, after, signal)
    if (followed === undefined)
      throw new Fault('investigation.unknown', { what: `There is no investigation "${params.id}" here` })
    if (followed.over) return { status: 204 }
    // Signing out ends what a session reads (console-and-cli 4).
    const mayRead = () => principal.via === 'key' || sessions.lives(principal.token)
    return {
      status: 200,
      headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' },
      stream: serverSentEvents(followed.events, { clock, signal, mayRead }),
    }
  },
})

export const investigationRoutes: readonly Route[] = [inspect, create, one, follow]

function located(found: Investigation): Answer {
  const status = found.state === 'running' ? 202 : 200
  return { status, body: found, headers: { location: `/api/v1/investigations/${encodeURIComponent(found.id)}` } }
}
