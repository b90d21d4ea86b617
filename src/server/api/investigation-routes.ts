// Inspect (text in, observables out) and Investigate (observables in, what the store knows out).
import { Type } from 'typebox'
import { Fault } from '../../core/fault.ts'
import type { Investigation } from '../../wire/api/investigations.ts'
import { type Answer, defineRoute, ok, type Route } from './define-route.ts'
import { observable } from './event-schemas.ts'
import { content, investigation, investigationRequest } from './investigation-schemas.ts'

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

export const investigationRoutes: readonly Route[] = [inspect, create, one]

function located(found: Investigation): Answer {
  const status = found.state === 'running' ? 202 : 200
  return { status, body: found, headers: { location: `/api/v1/investigations/${encodeURIComponent(found.id)}` } }
}
