// A device's life as a server sees it, composed: authority, tokens, enrolment, registry over one state database.
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { Database } from '../../platform/sqlite.ts'
import { migrate } from '../../platform/sqlite-migrations.ts'
import { type Authority, openAuthority } from './authority.ts'
import { type Enrolment, openEnrolment } from './enrolment.ts'
import { type ListenerCertificates, openListenerCertificates } from './listener-certificates.ts'
import { ensureOrganisation, openRegistry, type Registry } from './registry.ts'
import { storageFault } from './storage-fault.ts'
import { fleetMigrations, type FleetTables } from './tables.ts'
import { openTokens, type Tokens } from './tokens.ts'

/** Made at the first start; accounts make others later. */
export const defaultOrganisation = 'default'

export type Fleet = AsyncDisposable & {
  readonly authority: Authority
  readonly tokens: Tokens
  readonly enrolment: Enrolment
  readonly listenerCertificates: ListenerCertificates
  readonly registry: Registry
  readonly organisation: (id: string) => Promise<{ readonly channelLink: boolean } | undefined>
}

export type FleetOptions = {
  readonly db: Database['db']
  /** Folder of the CA: 0700, keys in it 0600. */
  readonly folder: string
  /** Hosts of `--name`, for the certificate of the listener. */
  readonly names: readonly string[]
  readonly clock: Clock
  readonly log: Log
  /** Life of device certificates, for tests of renewal; 90 days by default. */
  readonly deviceLifeMs?: number
}

/** Throws Fault `data.rights`, `data.damaged`, `data.version`, `disk.full`. */
export async function openFleet(options: FleetOptions): Promise<Fleet> {
  const { clock, log } = options
  const db = options.db.$extendTables<FleetTables>()
  await prepare(options).catch((error: unknown) => {
    throw storageFault(error)
  })
  await using opened = new AsyncDisposableStack()
  const authority = opened.use(await openAuthority(options))
  const registry = opened.use(await openRegistry({ db, clock, log }))
  const tokens = openTokens({ db, authority, clock })
  const enrolment = openEnrolment({ db, authority, clock })
  const listenerCertificates = openListenerCertificates({ db, authority, clock })
  const parts = opened.move()
  return {
    authority,
    tokens,
    enrolment,
    listenerCertificates,
    registry,
    async organisation(id) {
      const row = await db.selectFrom('fleet_organisation').selectAll().where('id', '=', id).executeTakeFirst()
      return row && { channelLink: row.channel_link === 1 }
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

async function prepare({ db, clock }: FleetOptions): Promise<void> {
  await migrate(db, 'fleet', fleetMigrations)
  await ensureOrganisation(db.$extendTables<FleetTables>(), defaultOrganisation, clock.now())
}
