// OpenAPI 3.1 from the routes themselves, served at /api/v1/openapi.json.
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger'
import type { FastifySchema } from 'fastify'
import { Type } from 'typebox'
import type { Problem } from '../../wire/api/fleet.ts'
import type { Route } from './define-route.ts'
import { described } from './described.ts'

export const problem = described<Problem>()(
  Type.Object({
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.String({ description: 'The same for ever: in answers, log, doctor and docs' }),
    detail: Type.String(),
    remedy: Type.String(),
  }),
)

export const openApiOptions: FastifyDynamicSwaggerOptions = {
  openapi: {
    openapi: '3.1.0',
    info: {
      title: 'Sallyport',
      version: '1',
      description: 'Events, ledger, investigations and devices. The console and the command line use nothing else.',
    },
    components: { securitySchemes: { ownerKey: { type: 'http', scheme: 'bearer' } } },
  },
  convertConstToEnum: false,
}

/** @returns what fastify and OpenAPI need to know of a route */
export function schemaOf(route: Route): FastifySchema {
  const response: Record<string, unknown> = {
    '4xx': { description: 'Refused', content: { 'application/problem+json': { schema: problem } } },
  }
  for (const [status, { description, schema, type = 'application/json' }] of Object.entries(route.answers)) {
    response[status] =
      schema === undefined ? { description, type: 'null' } : { description, content: { [type]: { schema } } }
  }
  return {
    summary: route.summary,
    tags: [route.path.split('/')[3] ?? 'health'],
    ...(route.access === 'open' ? {} : { security: [{ ownerKey: [] }] }),
    ...(route.query === undefined ? {} : { querystring: route.query }),
    ...(route.params === undefined ? {} : { params: route.params }),
    ...(route.body === undefined ? {} : { body: route.body }),
    response,
  }
}
