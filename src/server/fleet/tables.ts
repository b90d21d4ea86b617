// The tables that fleet owns. Every key begins with the organisation where it can, so that they can be spread by it;
// columns for grace, clones and CA roll-over (security 3.1–3.3) stand here, their behaviour comes later.
import type { Kysely, Transaction } from 'kysely'
import type { Migration } from '../../platform/sqlite-migrations.ts'

export type FleetTables = {
  fleet_organisation: {
    id: string
    created_at: number
    /** Days after notAfter in which a device may return by its key. */
    grace_days: number
    /** 1 = a request must be bound to its TLS channel (security 1.3). */
    channel_link: number
  }
  fleet_device: {
    organisation: string
    id: string
    name: string
    standing: 'enrolled' | 'removed' | 'banned'
    standing_at: number
    standing_by: string
    standing_reason: string
    enrolled_at: number
    last_seen_at: number
    last_ack_at: number
    /** JSON of wire/status.ts. */
    status: string | null
    allow_return_until: number | null
    clone_nonce: string | null
    clone_flagged_at: number | null
    trust_generation: number | null
  }
  fleet_certificate: {
    /** SHA-256 of the DER. */
    fingerprint: string
    organisation: string
    device: string
    serial: string
    /** SHA-256 of the public key. */
    spki: string
    pem: string
    generation: number
    not_before: number
    not_after: number
    issued_at: number
    /** User of the token that paid for it; null = renewal. */
    token: string | null
    /** First channel opened with it. */
    used_at: number | null
    /** From then on a newer one is demanded. */
    superseded_at: number | null
    revoked_at: number | null
    revoked_by: string | null
    revoked_reason: string | null
  }
  fleet_token: {
    user: string
    /** SHA-256 of the key: enough at 192 bits. */
    key_hash: string
    organisation: string
    creator: string
    /** The device it is meant for; null = a new one. */
    device: string | null
    device_name: string | null
    created_at: number
    expires_at: number
    state: 'open' | 'spent' | 'withdrawn'
    /** When it became spent or withdrawn. */
    ended_at: number | null
    spki: string | null
    fingerprint: string | null
    address: string | null
  }
  /** Names that stand in listener certificates still valid, and who holds them. */
  fleet_listener_name: {
    name: string
    organisation: string
    device: string
    serial: string
    issued_at: number
    not_after: number
  }
  fleet_banned_key: { spki: string; banned_at: number; banned_by: string; reason: string }
}

export type FleetDb = Kysely<FleetTables>
export type FleetTransaction = Transaction<FleetTables>

export const fleetMigrations: readonly Migration[] = [
  {
    name: 'devices, certificates and tokens',
    statements: [
      `create table fleet_organisation (
        id text primary key, created_at integer not null, grace_days integer not null default 90,
        channel_link integer not null default 0) strict`,
      `create table fleet_device (
        organisation text not null references fleet_organisation (id), id text not null, name text not null,
        standing text not null check (standing in ('enrolled', 'removed', 'banned')), standing_at integer not null,
        standing_by text not null, standing_reason text not null, enrolled_at integer not null,
        last_seen_at integer not null default 0, last_ack_at integer not null default 0, status text,
        allow_return_until integer, clone_nonce text, clone_flagged_at integer, trust_generation integer,
        primary key (organisation, id)) strict`,
      `create table fleet_certificate (
        fingerprint text primary key, organisation text not null, device text not null, serial text not null,
        spki text not null, pem text not null, generation integer not null, not_before integer not null,
        not_after integer not null, issued_at integer not null, token text, used_at integer, superseded_at integer,
        revoked_at integer, revoked_by text, revoked_reason text,
        foreign key (organisation, device) references fleet_device (organisation, id)) strict`,
      'create index fleet_certificate_device on fleet_certificate (organisation, device, issued_at)',
      'create index fleet_certificate_spki on fleet_certificate (spki)',
      `create table fleet_token (
        user text primary key, key_hash text not null, organisation text not null references fleet_organisation (id),
        creator text not null, device text, device_name text, created_at integer not null, expires_at integer not null,
        state text not null check (state in ('open', 'spent', 'withdrawn')), ended_at integer, spki text,
        fingerprint text, address text) strict`,
      `create table fleet_banned_key (
        spki text primary key, banned_at integer not null, banned_by text not null, reason text not null) strict`,
    ],
  },
  {
    name: 'names of listeners',
    statements: [
      `create table fleet_listener_name (
        name text not null, organisation text not null, device text not null, serial text not null,
        issued_at integer not null, not_after integer not null, primary key (name, organisation, device),
        foreign key (organisation, device) references fleet_device (organisation, id)) strict`,
      'create index fleet_listener_name_device on fleet_listener_name (organisation, device)',
    ],
  },
]
