// From a proved request to a certificate: redemption of a token and renewal by the old certificate, each one
// transaction; answered only after its commit (security 1.4, 2, 3.1).
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import type { Selectable } from 'kysely'
import { Fault } from '../../core/fault.ts'
import { deviceId } from '../../core/ids.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Authority } from './authority.ts'
import type { CheckedRequest } from './csr.ts'
import type { FleetDb, FleetTables, FleetTransaction } from './tables.ts'

export type Enrolled = {
  readonly organisation: string
  readonly device: string
  readonly serial: string
  readonly pem: string
  /** A lost reply asked again: the same bytes (security 2). */
  readonly repeated: boolean
}

export type Enrolment = {
  /**
   * Spends the token for a certificate. Throws Fault `enrolment.token.*`, `enrolment.key.*`, `identity.banned`,
   * `enrolment.ca.unavailable`.
   * @param user of a token that was authenticated
   * @param address of the client, for the record
   */
  redeem(user: string, request: CheckedRequest, address: string): Promise<Enrolled>
  /** @param fingerprint of the certificate that was shown and judged good */
  renew(fingerprint: string, request: CheckedRequest): Promise<Enrolled>
}

const hour = 3_600_000
/** How long a lost reply may be asked for again. */
const repeatableMs = 24 * hour
/** Renewals a device may have in an hour: far above need, below harm to the database. */
const renewalsPerHour = 20
/** Redemptions and renewals at once; more is a flood, told to come back. */
const runningMax = 200

type CertificateRow = Selectable<FleetTables['fleet_certificate']>
type TokenRow = Selectable<FleetTables['fleet_token']>

type Desk = { readonly db: FleetDb; readonly authority: Authority; readonly clock: Clock }

export function openEnrolment(desk: Desk): Enrolment {
  let running = 0
  return {
    redeem: (user, request, address) => bounded((transaction) => redeem(desk, transaction, user, request, address)),
    renew: (fingerprint, request) => bounded((transaction) => renew(desk, transaction, fingerprint, request)),
  }

  async function bounded(work: (transaction: FleetTransaction) => Promise<Enrolled>): Promise<Enrolled> {
    if (running >= runningMax)
      throw new Fault('enrolment.ca.unavailable', { what: `${runningMax} certificates are being made already` })
    running++
    try {
      return await desk.db.transaction().execute(work)
    } catch (error) {
      if (error instanceof Fault) throw error
      throw new Fault('enrolment.ca.unavailable', { what: 'The certificate could not be made and kept', cause: error })
    } finally {
      running--
    }
  }
}

async function redeem(
  desk: Desk,
  transaction: FleetTransaction,
  user: string,
  request: CheckedRequest,
  address: string,
): Promise<Enrolled> {
  const now = desk.clock.now()
  const token = await transaction
    .selectFrom('fleet_token')
    .selectAll()
    .where('user', '=', user)
    .executeTakeFirstOrThrow()
  if (token.state === 'spent') return repeat(transaction, token, request, now)
  checkOpen(token, now)
  await checkKey(transaction, request, token.device)
  const device = await takeIn(transaction, token, now)
  const row = await issue(desk, transaction, request, { organisation: token.organisation, device, token: user })
  const { spkiHash: spki } = request
  const spent = await transaction
    .updateTable('fleet_token')
    .set({ state: 'spent', ended_at: now, spki, fingerprint: row.fingerprint, address: address.slice(0, 64) })
    .where('user', '=', user)
    .where('state', '=', 'open')
    .executeTakeFirst()
  assert.equal(spent.numUpdatedRows, 1n)
  return enrolled(row, false)
}

async function renew(
  desk: Desk,
  transaction: FleetTransaction,
  fingerprint: string,
  request: CheckedRequest,
): Promise<Enrolled> {
  const now = desk.clock.now()
  const shown = await transaction
    .selectFrom('fleet_certificate')
    .selectAll()
    .where('fingerprint', '=', fingerprint)
    .executeTakeFirstOrThrow()
  await checkStanding(transaction, shown)
  await checkKey(transaction, request, shown.device)
  const known = await unusedRenewal(transaction, shown, request, now)
  if (known !== undefined) return enrolled(known, true)
  await checkRenewals(transaction, shown, now)
  return enrolled(await issue(desk, transaction, request, { ...shown, token: null }), false)
}

async function issue(
  desk: Desk,
  transaction: FleetTransaction,
  request: CheckedRequest,
  who: { readonly organisation: string; readonly device: string; readonly token: string | null },
): Promise<CertificateRow> {
  const { organisation, device } = who
  const made = await desk.authority.issueDevice(request.spki, { organisation, device })
  const row: CertificateRow = {
    fingerprint: made.fingerprint,
    organisation: who.organisation,
    device: who.device,
    serial: made.serial,
    spki: request.spkiHash,
    pem: made.pem,
    generation: made.generation,
    not_before: made.notBefore,
    not_after: made.notAfter,
    issued_at: desk.clock.now(),
    token: who.token,
    used_at: null,
    superseded_at: null,
    revoked_at: null,
    revoked_by: null,
    revoked_reason: null,
  }
  await transaction.insertInto('fleet_certificate').values(row).execute()
  return row
}

function enrolled(row: CertificateRow, repeated: boolean): Enrolled {
  return { organisation: row.organisation, device: row.device, serial: row.serial, pem: row.pem, repeated }
}

/** A spent token gives its certificate again to the same key, until that was used on a channel, at most a day. */
async function repeat(
  transaction: FleetTransaction,
  token: TokenRow,
  request: CheckedRequest,
  now: number,
): Promise<Enrolled> {
  const row = await transaction
    .selectFrom('fleet_certificate')
    .selectAll()
    .where('fingerprint', '=', token.fingerprint ?? '')
    .executeTakeFirst()
  const spentAt = token.ended_at ?? 0
  if (row !== undefined && token.spki === request.spkiHash && row.used_at === null && now - spentAt <= repeatableMs) {
    await checkStanding(transaction, row)
    return enrolled(row, true)
  }
  throw new Fault('enrolment.token.spent', {
    what: `The token was used on ${new Date(spentAt).toISOString()} by device ${row?.device ?? 'unknown'} from ${token.address ?? 'unknown'}`,
  })
}

function checkOpen(token: TokenRow, now: number): void {
  if (token.state === 'withdrawn')
    throw new Fault('enrolment.token.withdrawn', {
      what: `The token was withdrawn on ${new Date(token.ended_at ?? 0).toISOString()}`,
    })
  if (token.expires_at <= now)
    throw new Fault('enrolment.token.expired', {
      what: `The token expired on ${new Date(token.expires_at).toISOString()}; here it is ${new Date(now).toISOString()}`,
    })
}

/** @param device that may have used the key before; null = none may have */
export async function checkKey(
  transaction: FleetTransaction,
  request: CheckedRequest,
  device: string | null,
): Promise<void> {
  const banned = await transaction
    .selectFrom('fleet_banned_key')
    .select('banned_at')
    .where('spki', '=', request.spkiHash)
    .executeTakeFirst()
  const owners = await transaction
    .selectFrom('fleet_certificate')
    .select('device')
    .distinct()
    .where('spki', '=', request.spkiHash)
    .execute()
  if (owners.some((owner) => owner.device !== device))
    throw new Fault('enrolment.key.reused', { what: 'The key of the request is that of another device' })
  if (banned !== undefined)
    throw new Fault('enrolment.key.banned', {
      what: `The key is listed as compromised since ${new Date(banned.banned_at).toISOString()}`,
    })
}

/** The device the token stands for: a new one, or the known one it is meant for. */
async function takeIn(transaction: FleetTransaction, token: TokenRow, now: number): Promise<string> {
  if (token.device !== null) {
    const row = await transaction
      .selectFrom('fleet_device')
      .select('standing')
      .where('organisation', '=', token.organisation)
      .where('id', '=', token.device)
      .executeTakeFirst()
    if (row === undefined) throw new Fault('device.unknown', { what: `There is no device ${token.device} here` })
    if (row.standing === 'banned') throw new Fault('identity.banned', { what: `Device ${token.device} is banned` })
    await transaction
      .updateTable('fleet_device')
      .set({ standing: 'enrolled', standing_at: now, standing_by: token.creator, standing_reason: 'enrolled anew' })
      .where('organisation', '=', token.organisation)
      .where('id', '=', token.device)
      .execute()
    return token.device
  }
  const id = deviceId(`d${randomBytes(8).toString('hex')}`)
  await transaction
    .insertInto('fleet_device')
    .values({
      organisation: token.organisation,
      id,
      name: token.device_name ?? id,
      standing: 'enrolled',
      standing_at: now,
      standing_by: token.creator,
      standing_reason: 'enrolled',
      enrolled_at: now,
      last_seen_at: 0,
      last_ack_at: 0,
      status: null,
      allow_return_until: null,
      clone_nonce: null,
      clone_flagged_at: null,
      trust_generation: null,
    })
    .execute()
  return id
}

/** Judged once more inside the transaction: a revocation may have come since the handshake. */
export async function checkStanding(transaction: FleetTransaction, row: CertificateRow): Promise<void> {
  const device = await transaction
    .selectFrom('fleet_device')
    .select('standing')
    .where('organisation', '=', row.organisation)
    .where('id', '=', row.device)
    .executeTakeFirstOrThrow()
  if (device.standing !== 'enrolled')
    throw new Fault(`identity.${device.standing}`, { what: `Device ${row.device} is ${device.standing}` })
  if (row.revoked_at !== null)
    throw new Fault('identity.revoked', { what: `Certificate ${row.serial} was revoked: ${row.revoked_reason}` })
}

/** A renewal whose answer was lost is asked for again with the same new key. */
async function unusedRenewal(
  transaction: FleetTransaction,
  shown: CertificateRow,
  request: CheckedRequest,
  now: number,
): Promise<CertificateRow | undefined> {
  return transaction
    .selectFrom('fleet_certificate')
    .selectAll()
    .where('spki', '=', request.spkiHash)
    .where('fingerprint', '!=', shown.fingerprint)
    .where('used_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('issued_at', '>=', Math.max(shown.issued_at, now - repeatableMs))
    .executeTakeFirst()
}

async function checkRenewals(transaction: FleetTransaction, shown: CertificateRow, now: number): Promise<void> {
  const recent = await transaction
    .selectFrom('fleet_certificate')
    .select('fingerprint')
    .where('organisation', '=', shown.organisation)
    .where('device', '=', shown.device)
    .where('issued_at', '>', now - hour)
    .limit(renewalsPerHour)
    .execute()
  if (recent.length >= renewalsPerHour)
    throw new Fault('enrolment.rate', {
      what: `Device ${shown.device} had ${renewalsPerHour} certificates within an hour`,
    })
}
