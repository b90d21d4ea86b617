// The tables of modules: instances that were added, and the keys that sign what relays are sent. Secrets stand here
// only sealed (seal.ts).
import type { Kysely } from 'kysely'
import type { Migration } from '../../platform/sqlite-migrations.ts'

export type ModuleTables = {
  module_instance: {
    organisation: string
    id: string
    type: string
    name: string
    /** JSON of the settings that are no secret. */
    settings: string
    /** Sealed JSON of those that are. */
    sealed: string
    /** JSON list: which ranges of addresses its host was in when it was added (modules/relay/address-guard.ts). */
    reach: string
    enabled: number
    created_at: number
  }
  module_signing_key: { kid: string; sealed: string; created_at: number }
}

export type ModulesDb = Kysely<ModuleTables>

export const moduleMigrations: readonly Migration[] = [
  {
    name: 'module instances and signing keys',
    statements: [
      `create table module_instance (
        organisation text not null, id text not null, type text not null, name text not null, settings text not null,
        sealed text not null, reach text not null, enabled integer not null default 1, created_at integer not null,
        primary key (organisation, id), unique (organisation, name)) strict`,
      'create table module_signing_key (kid text primary key, sealed text not null, created_at integer not null) strict',
    ],
  },
]
