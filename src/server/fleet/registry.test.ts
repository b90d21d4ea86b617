// The registry: what is kept of devices, and what survives a restart.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pino } from 'pino'
import { Fault } from '../../core/fault.ts'
import { systemClock } from '../../platform/clock.ts'
import { openState } from '../../platform/sqlite.ts'
import type { Status } from '../../wire/status.ts'
import { defaultOrganisation, openFleet } from './fleet.ts'
import { enrolDevice, openFleetSite } from './fleet-fixture.ts'
import { fleetMigrations, type FleetTables } from './tables.ts'

const status: Status = {
  v: 1,
  program: 'sallyport 0.1.0',
  device: 'd1',
  at: 5,
  enrolled: true,
  channel: { state: 'connected', since: 1, peer: '192.0.2.7:8444', lastAckAt: 4 },
  configurationHash: 'x',
}

test('fleet: the first start makes the default organisation; the second changes nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-fleet-'))
  using _ = { [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
  const anchors: unknown[] = []
  for (let start = 0; start < 2; start++) {
    await using state = await openState(join(folder, 'state.sqlite'))
    const options = { folder: join(folder, 'ca'), names: [], clock: systemClock, log: pino({ level: 'silent' }) }
    await using fleet = await openFleet({ db: state.db, ...options })
    assert.deepEqual(await fleet.organisation(defaultOrganisation), { channelLink: false })
    assert.equal(await fleet.organisation('other'), undefined)
    anchors.push(fleet.authority.anchors)
  }
  assert.deepEqual(anchors[0], anchors[1])
})

test('fleet: what a device said is seen at once, and is written before the registry closes', async () => {
  const site = await openFleetSite()
  await using closing = new AsyncDisposableStack()
  closing.use(site)
  const { device } = await enrolDevice(site)
  const key = { organisation: 'default', device }
  site.fleet.registry.heard(key, { status })
  site.fleet.registry.heard(key, { ackAt: 1_234 })
  const record = await site.fleet.registry.device(key)
  assert.deepEqual([record?.status, record?.lastAckAt], [status, 1_234])
  assert(Math.abs((record?.lastSeenAt ?? 0) - Date.now()) < 5_000)
  await site.fleet[Symbol.asyncDispose]()
  const row = await site.db.selectFrom('fleet_device').selectAll().executeTakeFirstOrThrow()
  assert.deepEqual([row.last_ack_at, JSON.parse(row.status ?? '')], [1_234, status])
})

test('fleet: a record names the certificate in use, and what ended it', async () => {
  await using site = await openFleetSite()
  const { device } = await enrolDevice(site)
  const key = { organisation: 'default', device }
  const before = await site.fleet.registry.device(key)
  assert.deepEqual(before?.states, { enrolled: true, connected: false, healthy: false, flowing: false })
  assert.equal(before?.certificate?.revokedAt, null)
  assert.equal(await site.fleet.registry.revoke(key, { by: 'owner', reason: 'lost' }), 1)
  assert.equal(await site.fleet.registry.revoke(key, { by: 'owner', reason: 'lost' }), 0, 'once')
  const after = await site.fleet.registry.device(key)
  assert.equal(after?.states.enrolled, false)
  assert(Math.abs((after?.certificate?.revokedAt ?? 0) - Date.now()) < 5_000)
})

test('fleet: a device of another organisation does not exist', async () => {
  await using site = await openFleetSite()
  const { device } = await enrolDevice(site)
  const foreign = { organisation: 'other', device }
  assert.equal(await site.fleet.registry.device(foreign), undefined)
  assert.deepEqual(await site.fleet.registry.devices('other'), [])
  for (const attempt of [
    site.fleet.registry.revoke(foreign, { by: 'x', reason: 'x' }),
    site.fleet.registry.setStanding(foreign, 'banned', { by: 'x', reason: 'x' }),
  ])
    await assert.rejects(attempt, (error) => error instanceof Fault && error.code === 'device.unknown')
  assert.equal((await site.fleet.registry.devices('default'))[0]?.states.enrolled, true)
})

test('fleet: a database of a newer version is refused as such', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-fleet-'))
  using _ = { [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
  await using state = await openState(join(folder, 'state.sqlite'))
  const options = { folder: join(folder, 'ca'), names: [], clock: systemClock, log: pino({ level: 'silent' }) }
  await (await openFleet({ db: state.db, ...options }))[Symbol.asyncDispose]()
  await state.db
    .$extendTables<FleetTables & { migration: { part: string; step: number; name: string } }>()
    .insertInto('migration')
    .values({ part: 'fleet', step: fleetMigrations.length, name: 'of tomorrow' })
    .execute()
  await assert.rejects(
    openFleet({ db: state.db, ...options }),
    (error) => error instanceof Fault && error.code === 'data.version',
  )
})
