// SQLite layout of a day's index file: derived from the day's block file, deletable (delivery D31). One contentless
// FTS5 row an event; rowid = block ordinal * 256 + line, so that it orders by arrival (DESIGN "Storage").
import type { DatabaseLayout } from '../database.ts'
import { openWritable } from '../database.ts'
import { type OpenFile, withStatements } from '../database-cache.ts'

/** Lines a block can hold: what the low bits of a rowid count. */
export const linesPerBlock = 256

/** Behind every line of a block: the place where all of it has been seen. */
export const lastLine = linesPerBlock - 1

/** Every printable character but the separator is part of a term; non-ASCII characters always are. */
const tokenCharacters = ` !"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~`
const tokenizer = `ascii tokenchars '${tokenCharacters.replaceAll("'", "''")}'`

/**
 * A transaction's words are kept whole before they are written, and more segments are kept before they are merged: a
 * fifth of the cost, for look-ups that stay within a millisecond (bench/journal.ts). A day that closes is merged whole.
 */
export const indexLayout: DatabaseLayout = {
  version: 1,
  synchronous: 'NORMAL',
  schema: `
    create virtual table events using fts5(terms, content='', detail=none, columnsize=0,
      tokenize='${tokenizer.replaceAll("'", "''")}');
    insert into events (events, rank) values ('automerge', 8), ('hashsize', 16777216);
    create virtual table vocabulary using fts5vocab(events, 'row');
    create table streams (id integer primary key, stream text not null, device text not null, source text not null,
      unique (stream, device, source));
    create table blocks (ordinal integer primary key, stream integer not null, block integer not null,
      first integer not null, count integer not null, arrived_at integer not null, from_at integer not null,
      min_at integer not null, max_at integer not null, generation integer not null, times blob not null);
    create table totals (stream integer not null, generation integer not null, kind text not null, word text not null,
      count integer not null, primary key (stream, generation, kind, word)) without rowid;
    create table inputs (stream integer not null, generation integer not null, length integer not null,
      sha256 text not null, primary key (stream, generation, length, sha256)) without rowid;
    create table losses (ordinal integer primary key, stream integer not null, generation integer not null, cause text not null, count integer,
      from_at integer not null, to_at integer not null);
    create table quarantine (event integer primary key, stream integer not null, reason text not null);
    create table signatures (id text not null, name text not null, primary key (id, name)) without rowid;
    create table cursor (only integer primary key check (only = 1), ordinal integer not null);
    insert into cursor values (1, 0)`,
}

/** Opens or makes an index file for its one writer. */
export function openIndexFile(path: string): OpenFile {
  return withStatements(openWritable(path, indexLayout))
}

/** @returns the rowid of an event. */
export function eventRow(ordinal: number, index: number): number {
  return ordinal * linesPerBlock + index
}

/** @returns the block and the line of a rowid. */
export function eventOfRow(row: number): { readonly ordinal: number; readonly index: number } {
  return { ordinal: Math.floor(row / linesPerBlock), index: row % linesPerBlock }
}
