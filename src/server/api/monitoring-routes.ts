// What machines ask to watch the server: whether it lives, whether it can work, and its numbers (console-and-cli 11.2).
import { Type } from 'typebox'
import { codes } from '../../core/codes.ts'
import { defineOpenRoute, defineRoute, ok, type Route } from './define-route.ts'

const health = defineOpenRoute({
  method: 'GET',
  path: '/healthz',
  access: 'open',
  summary: 'Whether the process answers',
  answers: { 200: { description: 'It does', schema: Type.Object({ status: Type.Literal('ok') }) } },
  async handle() {
    return ok({ status: 'ok' })
  },
})

const hindrances = Type.Array(
  Type.Object({
    part: Type.String({ description: 'journal, state or devices' }),
    code: Type.String(),
    reason: Type.String(),
    remedy: Type.String(),
  }),
)

const readiness = defineOpenRoute({
  method: 'GET',
  path: '/readyz',
  access: 'open',
  summary: 'Whether events can be taken: the journal is writable, the state database answers, devices are listened to',
  answers: {
    200: {
      description: 'They can',
      schema: Type.Object({ status: Type.Literal('ready'), hindrances }),
    },
    503: {
      description: 'They cannot, and why',
      schema: Type.Object({ status: Type.Literal('not ready'), hindrances }),
    },
  },
  async handle({ ports }) {
    const found = await ports.ready()
    const status = found.length === 0 ? 'ready' : 'not ready'
    // Open to all: what the catalogue says of the code, and no path or text of this machine.
    const told = found.map(({ part, code }) => ({
      part,
      code,
      reason: codes[code].cause,
      remedy: codes[code].remedy,
    }))
    return { status: found.length === 0 ? 200 : 503, body: { status, hindrances: told } }
  },
})

const metrics = defineRoute({
  method: 'GET',
  path: '/metrics',
  access: 'owner',
  summary: 'The numbers of the server in the text format of Prometheus',
  answers: { 200: { description: 'Metrics', schema: Type.String(), type: 'text/plain' } },
  async handle({ ports, principal, metrics: meters }) {
    const body = await meters.text(ports, principal.organisation)
    return { status: 200, body, headers: { 'content-type': meters.contentType } }
  },
})

export const monitoringRoutes: readonly Route[] = [health, readiness, metrics]
