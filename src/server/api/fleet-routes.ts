// Registration tokens, the names of this server, and its status.
import { Type } from 'typebox'
import type { ListenerCa, RegionRecord, ServerNames, ServerStatus, TokenRecord } from '../../wire/api/fleet.ts'
import { defineRoute, ok, type Route } from './define-route.ts'
import { counter, described, instant, orNull, version } from './described.ts'

/** security 2: at most an hour, by default a quarter of one. */
const tokenMinutesMax = 60
const tokenMinutes = 15
const namesMax = 16

const token = described<TokenRecord>()(
  Type.Object({
    v: version,
    token: Type.String({ description: 'The one string to paste; shown once' }),
    url: Type.String({ description: 'EST base' }),
    ca: Type.String({ description: 'PEM' }),
    pins: Type.Array(Type.String()),
    user: Type.String(),
    key: Type.String(),
    expires: instant,
  }),
)

const names = described<ServerNames>()(Type.Object({ v: version, names: Type.Array(Type.String()) }))

const listenerCa = described<ListenerCa>()(
  Type.Object({ v: version, pem: Type.String({ description: 'Every generation, PEM' }) }),
)

const regionSchema = described<RegionRecord>()(
  Type.Object({
    v: version,
    id: Type.String(),
    name: Type.String(),
    roles: Type.Object({ api: Type.String(), enrol: Type.String(), ingest: Type.String(), messages: Type.String() }),
    names: Type.Array(Type.String()),
  }),
)

const status = described<ServerStatus>()(
  Type.Object({
    v: version,
    program: Type.String(),
    startedAt: instant,
    organisation: Type.String(),
    journal: Type.Object({
      id: Type.String(),
      blocks: counter,
      events: counter,
      unindexedBlocks: counter,
      bytes: counter,
      firstDay: orNull(Type.String({ description: 'YYYY-MM-DD' })),
      expired: Type.Integer({ minimum: 0, description: 'Events of days that retention has dropped' }),
      retention: Type.Object({ days: counter, bytesMax: orNull(counter) }),
    }),
    devices: Type.Object({ known: counter, connected: counter }),
  }),
)

const createToken = defineRoute({
  method: 'POST',
  path: '/api/v1/tokens',
  access: 'owner',
  summary: 'Make a registration token: one string that enrols one device',
  body: Type.Object(
    {
      name: Type.Optional(Type.String({ maxLength: 63, description: 'Suggested device name' })),
      minutes: Type.Optional(Type.Integer({ minimum: 1, maximum: tokenMinutesMax, default: tokenMinutes })),
    },
    { additionalProperties: false },
  ),
  answers: { 201: { description: 'The token, shown this once', schema: token } },
  async handle({ ports, principal, body }) {
    const made = await ports.tokens.create({
      organisation: principal.organisation,
      creator: principal.user,
      lifetimeMs: (body.minutes ?? tokenMinutes) * 60_000,
      ...(body.name === undefined ? {} : { name: body.name }),
    })
    return { status: 201, body: made }
  },
})

const addNames = defineRoute({
  method: 'POST',
  path: '/api/v1/names',
  access: 'owner',
  summary: 'Put names into the certificate of this server, by which devices reach it',
  body: Type.Object(
    { names: Type.Array(Type.String({ minLength: 1, maxLength: 253 }), { minItems: 1, maxItems: namesMax }) },
    { additionalProperties: false },
  ),
  answers: { 200: { description: 'All names after it', schema: names } },
  async handle({ ports, body }) {
    return ok(await ports.fleet.addNames(body.names))
  },
})

const listenerAuthority = defineRoute({
  method: 'GET',
  path: '/api/v1/listener-ca',
  access: 'owner',
  summary: 'The CA of the TLS listeners of devices: what syslog senders are to trust, and no device does',
  answers: { 200: { description: 'The CA', schema: listenerCa } },
  async handle({ ports }) {
    return ok(ports.fleet.listenerCa())
  },
})

const region = defineRoute({
  method: 'GET',
  path: '/api/v1/region',
  access: 'owner',
  summary: 'By which URLs devices reach this server',
  answers: { 200: { description: 'The region', schema: regionSchema } },
  async handle({ ports }) {
    return ok(ports.region())
  },
})

const server = defineRoute({
  method: 'GET',
  path: '/api/v1/status',
  access: 'owner',
  summary: 'The server about itself',
  answers: { 200: { description: 'Status', schema: status } },
  async handle({ ports, principal }) {
    return ok(await ports.status(principal.organisation))
  },
})

export const fleetRoutes: readonly Route[] = [createToken, addNames, listenerAuthority, region, server]
