// What the journal is measured beside: one plain SQLite table with the raw line and six indexed values (time, source,
// destination, domain, sid, type). Same blocks in, same events a transaction, same sync; it parses each line once too.
import { DatabaseSync } from 'node:sqlite'
import { type Block, isBlock, decodeBlock, splitLines, unpackLines } from '../src/wire/block-format.ts'

export type Baseline = { readonly rate: number; readonly cpuMicros: number }

type Line = {
  timestamp?: string
  src_ip?: string
  dest_ip?: string
  event_type?: string
  alert?: { signature_id?: number }
  dns?: { rrname?: string }
  http?: { hostname?: string }
  tls?: { sni?: string }
}

/** Blocks of 64 events that share a transaction: 4,096 events, as the journal's writer and index reader take. */
const blocksPerCommit = 64

/** @param path of a database that does not exist yet */
export function runBaseline(path: string, blocks: readonly Block[], events: number): Baseline {
  const db = new DatabaseSync(path)
  db.exec(`pragma journal_mode=wal; pragma synchronous=full; pragma cache_size=-16384;
    create table events (id integer primary key, at integer, source text, destination text, domain text, sid integer,
      type text, raw blob)`)
  for (const column of ['at', 'source', 'destination', 'domain', 'sid', 'type'])
    db.exec(`create index events_${column} on events (${column})`)
  const insert = db.prepare(
    'insert into events (at, source, destination, domain, sid, type, raw) values (?, ?, ?, ?, ?, ?, ?)',
  )
  const cpu = process.cpuUsage()
  const begun = performance.now()
  for (let from = 0; from < blocks.length; from += blocksPerCommit) {
    db.exec('begin')
    for (const { bytes } of blocks.slice(from, from + blocksPerCommit)) {
      const block = decodeBlock(bytes)
      if (!isBlock(block) || block.header.kind !== 'events') continue
      for (const raw of splitLines(unpackLines(block.header, block.payload), block.header.count)) {
        const line: Line = JSON.parse(raw.toString('utf8'))
        insert.run(
          Date.parse(line.timestamp ?? ''),
          line.src_ip ?? null,
          line.dest_ip ?? null,
          line.dns?.rrname ?? line.http?.hostname ?? line.tls?.sni ?? null,
          line.alert?.signature_id ?? null,
          line.event_type ?? null,
          raw,
        )
      }
    }
    db.exec('commit')
  }
  const ms = performance.now() - begun
  const used = process.cpuUsage(cpu)
  db.exec('pragma wal_checkpoint(truncate)')
  db.close()
  return { rate: (events / ms) * 1_000, cpuMicros: (used.user + used.system) / events }
}
