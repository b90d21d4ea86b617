// Devices: their four states, what each said last, and what became of its events.
import { Type } from 'typebox'
import { Fault } from '../../core/fault.ts'
import type { DeviceList, DeviceRecord, DeviceView } from '../../wire/api/fleet.ts'
import type { Status } from '../../wire/status.ts'
import { type Context, defineRoute, ok, type Route } from './define-route.ts'
import { counter, described, instant, orNull, version } from './described.ts'
import { deviceView } from './device-view.ts'
import type { Principal } from './principal.ts'

const device = described<DeviceView>()(
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
    account: Type.Object({
      given: counter,
      stored: counter,
      lost: counter,
      outstanding: counter,
      withdrawn: counter,
      expired: counter,
      holds: Type.Boolean({ description: 'given = stored + lost + outstanding + withdrawn + expired' }),
      losses: Type.Record(Type.String(), orNull(counter), { description: 'By cause; null = unknown how many' }),
    }),
    lagMs: orNull(Type.Integer({ description: 'What its oldest event has waited; null = it never said' })),
    certificateDays: orNull(Type.Integer()),
  }),
)

const deviceList = described<DeviceList>()(Type.Object({ v: version, devices: Type.Array(device) }))
const byId = Type.Object({ id: Type.String({ maxLength: 63 }) })

const list = defineRoute({
  method: 'GET',
  path: '/api/v1/devices',
  access: 'owner',
  summary: 'The devices of the organisation',
  answers: { 200: { description: 'Devices', schema: deviceList } },
  async handle(context) {
    const { ports, principal } = context
    const [records, rows] = await Promise.all([ports.fleet.devices(principal.organisation), ledgerRows(context)])
    const now = context.clock.now()
    return ok({ v: 1, devices: records.map((record) => deviceView(record, rows, now)) } satisfies DeviceList)
  },
})

const read = defineRoute({
  method: 'GET',
  path: '/api/v1/devices/:id',
  access: 'owner',
  summary: 'One device',
  params: byId,
  answers: { 200: { description: 'The device', schema: device } },
  async handle(context) {
    const { ports, principal, params } = context
    return ok(await viewOf(context, params.id, await ports.fleet.device(principal.organisation, params.id)))
  },
})

const revoke = defineRoute({
  method: 'POST',
  path: '/api/v1/devices/:id/revoke',
  access: 'owner',
  summary: 'Revoke the certificates of a device and close its channel',
  params: byId,
  answers: { 200: { description: 'The device after it', schema: device } },
  async handle(context) {
    const { ports, principal, params } = context
    return ok(await viewOf(context, params.id, await ports.fleet.revoke(principal.organisation, params.id)))
  },
})

export const deviceRoutes: readonly Route[] = [list, read, revoke]

type Asked = Context & { readonly principal: Principal }

async function viewOf(asked: Asked, id: string, record: DeviceRecord | undefined): Promise<DeviceView> {
  if (record === undefined) throw new Fault('device.unknown', { what: `There is no device "${id}" here` })
  return deviceView(record, await ledgerRows(asked), asked.clock.now())
}

async function ledgerRows({ ports, principal }: Asked) {
  return (await ports.ledger.ledger(principal.organisation)).rows
}
