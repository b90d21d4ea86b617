// What is in the way of a device's events: asked of the device over its channel, or told from what is known of it here.
import { Type } from 'typebox'
import { Fault } from '../../core/fault.ts'
import type { LastReport } from '../../wire/api/fleet.ts'
import type { CheckResult, DoctorReport } from '../../wire/doctor.ts'
import { defineRoute, ok, type Route } from './define-route.ts'
import { counter, described, instant, oneOf, orNull, version } from './described.ts'

const check = described<CheckResult>()(
  Type.Object({
    id: Type.String(),
    title: Type.String(),
    layer: oneOf(['process', 'sensor', 'local', 'network', 'identity', 'delivery']),
    status: oneOf(['ok', 'warn', 'fail', 'skip', 'unknown']),
    evidence: Type.String({ description: 'What was seen; for skip and unknown the reason' }),
    code: orNull(Type.String()),
    cause: orNull(Type.String()),
    fix: orNull(Type.String({ description: 'What mends it: a command where there is one' })),
    durationMs: counter,
  }),
)

const report = described<DoctorReport>()(
  Type.Object({
    v: version,
    device: Type.String(),
    program: Type.String(),
    from: oneOf(['device', 'exchange']),
    at: instant,
    durationMs: counter,
    verdict: oneOf(['flowing', 'kept', 'lost']),
    sentence: Type.String({ description: 'Begins with: events are flowing, events are kept or events are lost' }),
    start: orNull(Type.String({ description: 'The code to start with' })),
    checks: Type.Array(check, { description: 'In causal order' }),
  }),
)

const lastReport = described<LastReport>()(Type.Object({ v: version, report: orNull(report) }))
const byId = Type.Object({ id: Type.String({ maxLength: 63 }) })

const examine = defineRoute({
  method: 'POST',
  path: '/api/v1/devices/:id/doctor',
  access: 'owner',
  summary: 'Have the device look for what is in the way of its events; nothing is changed',
  params: byId,
  answers: { 200: { description: 'What it found', schema: report } },
  async handle({ ports, principal, params }) {
    const found = await ports.doctor.examine(principal.organisation, params.id)
    if (found === undefined) throw new Fault('device.unknown', { what: `There is no device "${params.id}" here` })
    return ok(found)
  },
})

const last = defineRoute({
  method: 'GET',
  path: '/api/v1/devices/:id/doctor',
  access: 'owner',
  summary: 'The newest report that was asked for',
  params: byId,
  answers: { 200: { description: 'The report, if there is one', schema: lastReport } },
  async handle({ ports, principal, params }) {
    const found = ports.doctor.last(principal.organisation, params.id)
    return ok({ v: 1, report: found ?? null } satisfies LastReport)
  },
})

export const doctorRoutes: readonly Route[] = [examine, last]
