// The devices an exchange knows: who they are, what they last said, and when they stop counting (security 3.1).
import type { Selectable } from 'kysely'
import { deviceStates } from '../../core/device-state.ts'
import { Fault } from '../../core/fault.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { DeviceRecord } from '../../wire/api/fleet.ts'
import type { Status } from '../../wire/status.ts'
import { type Heard, type Hearing, openHearing } from './hearing.ts'
import { type LiveSockets, openLiveSockets } from './live-sockets.ts'
import type { FleetDb, FleetTables } from './tables.ts'

export type DeviceKey = { readonly organisation: string; readonly device: string }
/** Who decided it and why, for people. */
export type Decision = { readonly by: string; readonly reason: string }

export type KnownCertificate = Selectable<FleetTables['fleet_certificate']> & {
  readonly standing: 'enrolled' | 'removed' | 'banned'
}

export type Registry = AsyncDisposable & {
  readonly sockets: LiveSockets
  /** @returns the row of an issued certificate with the standing of its device. */
  certificate(fingerprint: string): Promise<KnownCertificate | undefined>
  /** A channel was accepted with this certificate: older ones of the device end in ten minutes. */
  channelAccepted(fingerprint: string): Promise<void>
  /** Notes what was heard of a device; written within seconds, so that an ack costs no commit. */
  heard(device: DeviceKey, heard: Heard): void
  devices(organisation: string): Promise<readonly DeviceRecord[]>
  device(key: DeviceKey): Promise<DeviceRecord | undefined>
  /** Ends every certificate of the device and its sockets. `compromised`: the keys are never taken again. */
  revoke(key: DeviceKey, decision: Decision & { readonly compromised?: boolean }): Promise<number>
  /** `removed` may enrol anew with a token, `banned` may not until unbanned (`enrolled`). */
  setStanding(key: DeviceKey, standing: 'enrolled' | 'removed' | 'banned', decision: Decision): Promise<void>
}

/** How long the old certificate goes on after the first channel with the new one (security 3.1). */
const overlapMs = 10 * 60_000

export async function openRegistry(options: {
  readonly db: FleetDb
  readonly clock: Clock
  readonly log: Log
}): Promise<Registry> {
  const { db, clock, log } = options
  const sockets = openLiveSockets(clock)
  const hearing = openHearing({ db, clock, log })
  const record = recordOf.bind(undefined, sockets, hearing, clock)
  return {
    sockets,
    certificate: (fingerprint) => certificateRow(db, fingerprint),
    channelAccepted: (fingerprint) => retireOlder(db, fingerprint, clock.now()),
    heard: (device, heard) => hearing.heard(device, heard),
    async devices(organisation) {
      const rows = await deviceRows(db, organisation).execute()
      const certificates = await newestCertificates(db, organisation)
      return rows.map((row) => record(row, certificates.get(row.id)))
    },
    async device({ organisation, device }) {
      const row = await deviceRows(db, organisation).where('id', '=', device).executeTakeFirst()
      return row && record(row, (await newestCertificates(db, organisation, device)).get(device))
    },
    async revoke(key, decision) {
      const fingerprints = await revokeRows(db, key, decision, clock.now())
      const why = `The certificate of ${key.device} was revoked by ${decision.by}: ${decision.reason}`
      sockets.end(fingerprints, new Fault('identity.revoked', { what: why }))
      log.info({ ...key, ...decision, certificates: fingerprints.length }, 'revoked')
      return fingerprints.length
    },
    async setStanding(key, standing, decision) {
      const fingerprints = await standingRow(db, key, standing, decision, clock.now())
      log.info({ ...key, ...decision, standing }, 'standing changed')
      if (standing === 'enrolled') return
      const why = `Device ${key.device} was ${standing} by ${decision.by}: ${decision.reason}`
      sockets.end(fingerprints, new Fault(`identity.${standing}`, { what: why }))
    },
    [Symbol.asyncDispose]: () => hearing[Symbol.asyncDispose](),
  }
}

/** Makes an organisation if it is not there yet. */
export async function ensureOrganisation(db: FleetDb, id: string, now: number): Promise<void> {
  await db
    .insertInto('fleet_organisation')
    .values({ id, created_at: now, grace_days: 90, channel_link: 0 })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

type DeviceRow = Selectable<FleetTables['fleet_device']>
type CertificateRow = Selectable<FleetTables['fleet_certificate']>

async function certificateRow(db: FleetDb, fingerprint: string): Promise<KnownCertificate | undefined> {
  return db
    .selectFrom('fleet_certificate as c')
    .innerJoin('fleet_device as d', (join) =>
      join.onRef('d.organisation', '=', 'c.organisation').onRef('d.id', '=', 'c.device'),
    )
    .selectAll('c')
    .select('d.standing')
    .where('c.fingerprint', '=', fingerprint)
    .executeTakeFirst()
}

async function retireOlder(db: FleetDb, fingerprint: string, now: number): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const row = await transaction
      .selectFrom('fleet_certificate')
      .selectAll()
      .where('fingerprint', '=', fingerprint)
      .executeTakeFirstOrThrow()
    // Later channels with the same certificate change nothing: no commit for each reconnection of a fleet.
    if (row.used_at !== null) return
    await transaction
      .updateTable('fleet_certificate')
      .set({ used_at: now })
      .where('fingerprint', '=', fingerprint)
      .execute()
    await transaction
      .updateTable('fleet_certificate')
      .set({ superseded_at: now + overlapMs })
      .where('organisation', '=', row.organisation)
      .where('device', '=', row.device)
      .where('fingerprint', '!=', fingerprint)
      .where('issued_at', '<=', row.issued_at)
      .where('superseded_at', 'is', null)
      .execute()
  })
}

async function revokeRows(
  db: FleetDb,
  { organisation, device }: DeviceKey,
  decision: Decision & { readonly compromised?: boolean },
  now: number,
): Promise<readonly string[]> {
  return db.transaction().execute(async (transaction) => {
    await mustExist(transaction, { organisation, device })
    const rows = await transaction
      .selectFrom('fleet_certificate')
      .select(['fingerprint', 'spki', 'revoked_at'])
      .where('organisation', '=', organisation)
      .where('device', '=', device)
      .execute()
    await transaction
      .updateTable('fleet_certificate')
      .set({ revoked_at: now, revoked_by: decision.by, revoked_reason: decision.reason })
      .where('organisation', '=', organisation)
      .where('device', '=', device)
      .where('revoked_at', 'is', null)
      .execute()
    for (const { spki } of decision.compromised === true ? rows : [])
      await transaction
        .insertInto('fleet_banned_key')
        .values({ spki, banned_at: now, banned_by: decision.by, reason: decision.reason })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
    return rows.filter((row) => row.revoked_at === null).map((row) => row.fingerprint)
  })
}

async function standingRow(
  db: FleetDb,
  { organisation, device }: DeviceKey,
  standing: 'enrolled' | 'removed' | 'banned',
  decision: Decision,
  now: number,
): Promise<readonly string[]> {
  return db.transaction().execute(async (transaction) => {
    await mustExist(transaction, { organisation, device })
    await transaction
      .updateTable('fleet_device')
      .set({ standing, standing_at: now, standing_by: decision.by, standing_reason: decision.reason })
      .where('organisation', '=', organisation)
      .where('id', '=', device)
      .execute()
    const rows = await transaction
      .selectFrom('fleet_certificate')
      .select('fingerprint')
      .where('organisation', '=', organisation)
      .where('device', '=', device)
      .execute()
    return rows.map((row) => row.fingerprint)
  })
}

async function mustExist(db: FleetDb, { organisation, device }: DeviceKey): Promise<void> {
  const row = await deviceRows(db, organisation).where('id', '=', device).executeTakeFirst()
  if (row === undefined) throw new Fault('device.unknown', { what: `There is no device ${device} here` })
}

function deviceRows(db: FleetDb, organisation: string) {
  return db.selectFrom('fleet_device').selectAll().where('organisation', '=', organisation).orderBy('enrolled_at')
}

/** The certificate that counts: the newest that was used on a channel, else the newest. */
async function newestCertificates(
  db: FleetDb,
  organisation: string,
  device?: string,
): Promise<ReadonlyMap<string, CertificateRow>> {
  const rows = await db
    .selectFrom('fleet_certificate')
    .selectAll()
    .where('organisation', '=', organisation)
    .$if(device !== undefined, (query) => query.where('device', '=', device ?? ''))
    .orderBy('issued_at')
    .execute()
  const newest = new Map<string, CertificateRow>()
  for (const row of rows)
    if (row.used_at !== null || (newest.get(row.device)?.used_at ?? null) === null) newest.set(row.device, row)
  return newest
}

function recordOf(
  sockets: LiveSockets,
  hearing: Hearing,
  clock: Clock,
  row: DeviceRow,
  certificate: CertificateRow | undefined,
): DeviceRecord {
  const now = clock.now()
  const heard = hearing.latest({ organisation: row.organisation, device: row.id })
  const status: Status | null = heard.status ?? (row.status === null ? null : JSON.parse(row.status))
  const lastSeenAt = Math.max(row.last_seen_at, heard.seenAt ?? 0)
  const lastAckAt = Math.max(row.last_ack_at, heard.ackAt ?? 0)
  const enrolled =
    row.standing === 'enrolled' &&
    certificate !== undefined &&
    certificate.revoked_at === null &&
    certificate.not_after > now
  const connected = sockets.connected(row.organisation, row.id)
  return {
    id: row.id,
    name: row.name,
    organisation: row.organisation,
    states: deviceStates({ enrolled, connected, status: status ?? undefined, heardAt: lastSeenAt, lastAckAt, now }),
    enrolledAt: row.enrolled_at,
    lastSeenAt,
    lastAckAt,
    certificate:
      certificate === undefined
        ? null
        : { serial: certificate.serial, notAfter: certificate.not_after, revokedAt: certificate.revoked_at },
    status,
  }
}
