// Enrolment tokens: made once, shown once, kept as a hash, spent once (security 2). Their redemption is in enrolment.ts.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Selectable } from 'kysely'
import { Fault } from '../../core/fault.ts'
import type { Clock } from '../../platform/clock.ts'
import type { TokenRecord } from '../../wire/api/fleet.ts'
import { encodeToken, tokenCharactersMax } from '../../wire/registration/token.ts'
import type { Authority } from './authority.ts'
import { formatServerName, parseServerName, reachOf, type ServerName } from './server-names.ts'
import type { FleetDb, FleetTables } from './tables.ts'

export type TokenRequest = {
  readonly organisation: string
  /** Who asks, for the record. */
  readonly creator: string
  /** 1–4 `HOST[:PORT]`, tried by the device in order; none = the address the listener is bound to. */
  readonly names: readonly string[]
  /** Where the devices' listener is bound. */
  readonly bound: { readonly host: string; readonly port: number }
  /** At most an hour; 15 minutes by default. */
  readonly ttlMs?: number
  /** The known device it is meant for: it enrols anew, as itself. */
  readonly device?: string
  /** Suggested name of a new device. */
  readonly deviceName?: string
}

/** A token as lists show it: no secret in it. */
export type TokenEntry = {
  readonly user: string
  readonly creator: string
  readonly device: string | null
  readonly createdAt: number
  readonly expiresAt: number
  readonly state: 'open' | 'spent' | 'expired' | 'withdrawn'
  readonly endedAt: number | null
}

export type TokenRow = Selectable<FleetTables['fleet_token']>

export type Tokens = {
  /** Throws Fault `enrolment.token.name`, `device.unknown`, `enrolment.organisation.unknown`. */
  createToken(request: TokenRequest): Promise<TokenRecord>
  /** @returns the token whose pair this is, in whatever state. Throws Fault `enrolment.token.unknown` or `.wrong`. */
  authenticate(user: string, key: string): Promise<TokenRow>
  list(organisation: string): Promise<readonly TokenEntry[]>
  /** @returns false where it was spent or withdrawn already, or is not known. */
  withdraw(organisation: string, user: string): Promise<boolean>
}

const minute = 60_000
const day = 24 * 60 * minute
const ttlMsDefault = 15 * minute
const ttlMsMax = 60 * minute
/** So long a spent token is told from an unknown one (security 2). */
const keptMs = 30 * day
const addressesMax = 4

export function openTokens(options: {
  readonly db: FleetDb
  readonly authority: Pick<Authority, 'pins' | 'anchors' | 'server'>
  readonly clock: Clock
}): Tokens {
  const { db, authority, clock } = options
  return {
    async createToken(request) {
      const now = clock.now()
      const addresses = addressesOf(request, authority.server.names).map(formatServerName)
      await known(db, request)
      await db
        .deleteFrom('fleet_token')
        .where('expires_at', '<', now - keptMs)
        .execute()
      const user = `t${base62(15)}`
      const key = base62(32)
      const expires = now + Math.min(Math.max(request.ttlMs ?? ttlMsDefault, 1), ttlMsMax)
      const token = encode(request, { addresses, pins: authority.pins, user, key, expires })
      await db
        .insertInto('fleet_token')
        .values(rowOf(request, user, key, now, expires))
        .execute()
      const url = `https://${addresses[0]}/.well-known/est`
      return { v: 1, token, url, ca: authority.anchors.join(''), pins: authority.pins, user, key, expires }
    },
    async authenticate(user, key) {
      const row = await db.selectFrom('fleet_token').selectAll().where('user', '=', user).executeTakeFirst()
      // Compared even where there is no row: an unknown user takes as long as a wrong key.
      const right = timingSafeEqual(hashOf(key), Buffer.from(row?.key_hash ?? '00'.repeat(32), 'hex'))
      if (row === undefined) throw new Fault('enrolment.token.unknown', { what: 'This exchange knows no such token' })
      if (!right) throw new Fault('enrolment.token.wrong', { what: 'The key does not belong to this token' })
      return row
    },
    async list(organisation) {
      const rows = await db
        .selectFrom('fleet_token')
        .selectAll()
        .where('organisation', '=', organisation)
        .orderBy('created_at', 'desc')
        .limit(1_000)
        .execute()
      return rows.map((row) => entry(row, clock.now()))
    },
    async withdraw(organisation, user) {
      const done = await db
        .updateTable('fleet_token')
        .set({ state: 'withdrawn', ended_at: clock.now() })
        .where('organisation', '=', organisation)
        .where('user', '=', user)
        .where('state', '=', 'open')
        .executeTakeFirst()
      return done.numUpdatedRows === 1n
    },
  }
}

function rowOf(request: TokenRequest, user: string, key: string, now: number, expires: number): TokenRow {
  return {
    user,
    key_hash: hashOf(key).toString('hex'),
    organisation: request.organisation,
    creator: request.creator,
    device: request.device ?? null,
    device_name: request.deviceName?.slice(0, 255) ?? null,
    created_at: now,
    expires_at: expires,
    state: 'open',
    ended_at: null,
    spki: null,
    fingerprint: null,
    address: null,
  }
}

/** The names a device will use, refused where they would lead it elsewhere than here. */
function addressesOf(request: TokenRequest, certified: readonly string[]): readonly ServerName[] {
  const { bound } = request
  const names = request.names.length === 0 ? [formatServerName(bound)] : request.names
  if (names.length > addressesMax)
    throw new Fault('enrolment.token.name', {
      what: `A token holds up to ${addressesMax} names, not ${names.length}`,
      remedy: 'Give fewer --name.',
    })
  return names.map((text) => {
    const name = parseServerName(text, bound.port)
    const reach = reachOf(name.host)
    if (reach === 'wildcard' || (reach === 'loopback' && reachOf(bound.host) !== 'loopback'))
      throw new Fault('enrolment.token.name', {
        what: `${formatServerName(name)} would not lead another machine here, and devices are awaited on ${bound.host}`,
        remedy: 'Start the server with --name HOST[:PORT], the name by which devices reach it.',
      })
    if (!certified.includes(name.host))
      throw new Fault('enrolment.token.name', {
        what: `${name.host} does not stand in the certificate of this exchange: devices would refuse it`,
        remedy: `Run \`sallyport exchange cert add-name ${name.host}\`, or start the server with --name ${name.host}.`,
      })
    return name
  })
}

type Secrets = {
  readonly addresses: readonly string[]
  readonly pins: readonly string[]
  readonly user: string
  readonly key: string
  /** Unix ms. */
  readonly expires: number
}

function encode(request: TokenRequest, secrets: Secrets): string {
  // The string must stay under its limit before it is made: four very long names would pass it.
  const bytes = JSON.stringify([secrets, request.organisation, request.deviceName ?? '']).length
  if (Math.ceil((bytes * 4) / 3) > tokenCharactersMax - 40)
    throw new Fault('enrolment.token.name', {
      what: `With these names the token would be longer than ${tokenCharactersMax} characters`,
      remedy: 'Give fewer or shorter --name.',
    })
  return encodeToken({
    ...secrets,
    expires: Math.floor(secrets.expires / 1_000),
    organisation: request.organisation,
    ...(request.deviceName === undefined ? {} : { deviceName: request.deviceName.slice(0, 255) }),
  })
}

async function known(db: FleetDb, request: TokenRequest): Promise<void> {
  const { organisation, device } = request
  const found = await db.selectFrom('fleet_organisation').select('id').where('id', '=', organisation).executeTakeFirst()
  if (found === undefined)
    throw new Fault('enrolment.organisation.unknown', { what: `There is no organisation ${organisation} here` })
  if (device === undefined) return
  const row = await db
    .selectFrom('fleet_device')
    .select('id')
    .where('organisation', '=', organisation)
    .where('id', '=', device)
    .executeTakeFirst()
  if (row === undefined) throw new Fault('device.unknown', { what: `There is no device ${device} here` })
}

function entry(row: TokenRow, now: number): TokenEntry {
  return {
    user: row.user,
    creator: row.creator,
    device: row.device,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    state: row.state === 'open' && row.expires_at <= now ? 'expired' : row.state,
    endedAt: row.ended_at,
  }
}

function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** Letters and digits alone: no shell, URL or Basic header needs to quote them. 32 of them hold 190 bits. */
function base62(length: number): string {
  let text = ''
  while (text.length < length)
    // Bytes from 248 on would favour the first letters.
    for (const byte of randomBytes(length)) if (byte < 248 && text.length < length) text += letters[byte % 62]
  return text
}
