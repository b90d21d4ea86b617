// Devices, registration tokens, the names of this server, and its status.
import { Type } from 'typebox'
import { Fault } from '../../core/fault.ts'
import type { DeviceList, DeviceRecord, ServerNames, ServerStatus, TokenRecord } from '../../wire/api/fleet.ts'
import type { Status } from '../../wire/status.ts'
import { defineRoute, ok, type Route } from './define-route.ts'
import { counter, described, instant, orNull, version } from './described.ts'

/** security 2: at most an hour, by default a quarter of one. */
const tokenMinutesMax = 60
const tokenMinutes = 15
const namesMax = 16

const device = described<DeviceRecord>()(
  Type.Object({
    id: Type.String(),
    name: Type.String(),
    organisation: Type.String(),
    states: Type.Object({
      enrolled: Type.Boolean(),
      connected: Type.Boolean(),
      healthy: Type.Boolean(),
      flowing: Type.Boolean(),
    }),
    enrolledAt: instant,
    lastSeenAt: instant,
    lastAckAt: instant,
    certificate: orNull(Type.Object({ serial: Type.String(), notAfter: instant, revokedAt: orNull(instant) })),
    status: orNull(Type.Unsafe<Status>({ type: 'object', description: 'The device about itself (wire/status.ts)' })),
  }),
)

const deviceList = described<DeviceList>()(Type.Object({ v: version, devices: Type.Array(device) }))

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
    }),
    devices: Type.Object({ known: counter, connected: counter }),
  }),
)

const list = defineRoute({
  method: 'GET',
  path: '/api/v1/devices',
  access: 'owner',
  summary: 'The devices of the organisation',
  answers: { 200: { description: 'Devices', schema: deviceList } },
  async handle({ ports, principal }) {
    return ok({ v: 1, devices: await ports.fleet.devices(principal.organisation) } satisfies DeviceList)
  },
})

const revoke = defineRoute({
  method: 'POST',
  path: '/api/v1/devices/:id/revoke',
  access: 'owner',
  summary: 'Revoke the certificates of a device and close its channel',
  params: Type.Object({ id: Type.String({ maxLength: 63 }) }),
  answers: { 200: { description: 'The device after it', schema: device } },
  async handle({ ports, principal, params }) {
    const revoked = await ports.fleet.revoke(principal.organisation, params.id)
    if (revoked === undefined) throw new Fault('device.unknown', { what: `There is no device "${params.id}" here` })
    return ok(revoked)
  },
})

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

export const fleetRoutes: readonly Route[] = [list, revoke, createToken, addNames, server]
