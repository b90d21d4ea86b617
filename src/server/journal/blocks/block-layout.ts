// The two SQLite layouts of the block store: a day's block file, and the permanent ledger (delivery J7, 1.6).
import type { StreamRecord } from './stream-record.ts'
import type { DatabaseLayout } from '../database.ts'

/**
 * `streams.record` is a StreamRecord in JSON: the newest file that has a stream has its truth. `holes` and `ended` are
 * drawn from it, to be found by.
 */
export const blocksLayout: DatabaseLayout = {
  version: 1,
  synchronous: 'FULL',
  schema: `
    create table streams (id integer primary key, stream text not null unique, device text not null, record text not null,
      holes integer not null default 0, ended integer not null default 0);
    create index streams_holes on streams (stream) where holes > 0;
    create index streams_ended on streams (device) where ended > 0;
    create table blocks (ordinal integer primary key, stream integer not null, block integer not null,
      first integer not null, count integer not null, arrived_at integer not null, bytes blob not null);
    create unique index blocks_number on blocks (stream, block, count);
    create index blocks_first on blocks (stream, first);
    create table certificates (id integer primary key, pem text not null unique);
    create table checkpoints (stream text not null, block integer not null, hash text not null, sequence integer not null,
      at integer not null, signature text not null, certificate integer not null)`,
}

/** Streams as of the last closed day; counts of expired days; where their chains ended. */
export const ledgerLayout: DatabaseLayout = {
  version: 1,
  synchronous: 'FULL',
  schema: `
    create table streams (stream text primary key, device text not null, record text not null,
      holes integer not null, ended integer not null) without rowid;
    create index ledger_holes on streams (stream) where holes > 0;
    create table expired (stream text not null, day text not null, events integer not null, blocks integer not null,
      primary key (stream, day)) without rowid;
    create table boundaries (stream text primary key, block integer not null, hash text not null,
      sequence integer not null) without rowid`,
}

/** The row of a stream, in both files: stream, device, record, holes, ended. */
export const saveRecord = `insert into streams (stream, device, record, holes, ended) values (?, ?, ?, ?, ?)
  on conflict (stream) do update set record = excluded.record, holes = excluded.holes, ended = excluded.ended`

/** @returns the values of saveRecord. */
export function recordRow(record: StreamRecord): [string, string, string, number, number] {
  return [record.stream, record.device, JSON.stringify(record), record.holes.length, record.end === null ? 0 : 1]
}

/** Reads what this module's tables hold in `record`; nothing but the store writes it. */
export function readRecord(json: unknown): StreamRecord {
  return JSON.parse(String(json)) as StreamRecord
}

/** When the newest hole of a file was declared, in both files; null where it has none. */
export const newestHole = `select max(json_extract(hole.value, '$.toAt')) as at
  from streams, json_each(streams.record, '$.holes') hole where streams.holes > 0`
