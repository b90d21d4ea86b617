// Writes into a day's index file: blocks as they were read, and what quarantined events have become (delivery J5).
import assert from 'node:assert/strict'
import type { IndexedBlock, Recovered } from './event-index.ts'
import { inTransaction } from '../database.ts'
import type { OpenFile } from '../database-cache.ts'
import { packTimes, unpackTimes } from './event-times.ts'
import { eventRow } from './index-layout.ts'
import { documentSeparator } from './terms.ts'

/** Takes blocks in order and moves the cursor behind the last, in one transaction. */
export function addBlocks(file: OpenFile, blocks: readonly IndexedBlock[]): void {
  try {
    insertBlocks(file, blocks)
  } catch (error) {
    // What was undone must not be believed to be saved.
    savedSignatures.delete(file)
    throw error
  }
}

function insertBlocks(file: OpenFile, blocks: readonly IndexedBlock[]): void {
  const last = blocks.at(-1)
  if (last === undefined) return
  inTransaction(file.db, () => {
    const insert = file.statement('insert into events (rowid, terms) values (?, ?)')
    const totals = new Totals()
    for (const block of blocks) {
      const documents = block.count === 0 ? [] : block.documents.split(documentSeparator)
      assert.equal(documents.length, block.count)
      for (let index = 0; index < documents.length; index++)
        insert.run(eventRow(block.ordinal, index), documents[index] ?? '')
      addFacts(file, block, totals)
    }
    totals.save(file)
    file.statement('update cursor set ordinal = ?').run(last.ordinal)
  })
}

/**
 * Puts recovered events under their new terms in the place they had. FTS5 takes a document out of a contentless table
 * where it is told the document exactly, so nothing is superseded and arrival order stays.
 */
export function recoverEvents(file: OpenFile, recovered: readonly Recovered[]): void {
  inTransaction(file.db, () => {
    const totals = new Totals()
    for (const event of recovered) {
      const row = eventRow(event.ordinal, event.index)
      const known = file.statement('delete from quarantine where event = ? returning stream').get(row)
      if (known === undefined) continue
      file.statement(`insert into events (events, rowid, terms) values ('delete', ?, ?)`).run(row, event.oldTerms)
      file.statement('insert into events (rowid, terms) values (?, ?)').run(row, event.terms)
      const stream = Number(known['stream'])
      const block = file.statement('select generation from blocks where ordinal = ?').get(event.ordinal)
      const generation = Number(block?.['generation'] ?? 0)
      totals.add(stream, generation, 'quarantined', '', -1)
      totals.add(stream, generation, 'type', event.type, 1)
      if (event.signature !== null) saveSignature(file, event.signature)
      changeTime(file, event)
    }
    totals.save(file)
  })
}

function addFacts(file: OpenFile, block: IndexedBlock, totals: Totals): void {
  const stream = streamNumber(file, block)
  const { generation, length, sha256 } = block.input
  // A block without events (open, loss, counters only) has a row too: it tells its input and when it arrived.
  file
    .statement('insert into blocks values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    .run(
      block.ordinal,
      stream,
      block.block,
      block.first,
      block.count,
      block.arrivedAt,
      block.from,
      block.minAt,
      block.maxAt,
      generation,
      block.times,
    )
  file.statement('insert or ignore into inputs values (?, ?, ?, ?)').run(stream, generation, length, sha256)
  for (const [type, count] of block.types) totals.add(stream, generation, 'type', type, count)
  totals.add(stream, generation, 'quarantined', '', block.quarantined.length)
  totals.add(stream, generation, 'ignored', '', block.ignored)
  totals.add(stream, generation, 'not-selected', '', block.notSelected)
  for (const { index, reason } of block.quarantined)
    file.statement('insert into quarantine values (?, ?, ?)').run(eventRow(block.ordinal, index), stream, reason)
  for (const signature of block.signatures) saveSignature(file, signature)
  if (block.loss !== null)
    file
      .statement('insert into losses values (?, ?, ?, ?, ?, ?, ?)')
      .run(block.ordinal, stream, generation, block.loss.cause, block.loss.count, block.from, block.to)
}

function streamNumber(file: OpenFile, block: IndexedBlock): number {
  const { stream, device, source } = block
  const find = file.statement('select id from streams where stream = ? and device = ? and source = ?')
  const known = find.get(stream, device, source)
  if (known !== undefined) return Number(known['id'])
  return Number(
    file.statement('insert into streams (stream, device, source) values (?, ?, ?)').run(stream, device, source)
      .lastInsertRowid,
  )
}

/** Rules that a file has, as far as its writer knows: most blocks bring none that is new. */
const savedSignatures = new WeakMap<OpenFile, Set<string>>()
const savedSignaturesMax = 65_536

function saveSignature(file: OpenFile, [id, name]: readonly [string, string]): void {
  const saved = savedSignatures.get(file) ?? new Set()
  const key = `${id}\n${name}`
  if (saved.has(key)) return
  if (saved.size >= savedSignaturesMax) saved.clear()
  savedSignatures.set(file, saved.add(key))
  file.statement('insert or ignore into signatures values (?, ?)').run(id, name)
}

function changeTime(file: OpenFile, event: Recovered): void {
  const row = file.statement('select from_at, min_at, max_at, times from blocks where ordinal = ?').get(event.ordinal)
  if (row === undefined || !(row['times'] instanceof Uint8Array)) return
  const base = Number(row['from_at'])
  const { times, severities } = unpackTimes(row['times'], base)
  times[event.index] = event.at
  severities[event.index] = event.severity
  file
    .statement('update blocks set min_at = ?, max_at = ?, times = ? where ordinal = ?')
    .run(Math.min(...times), Math.max(...times), packTimes(times, severities, base), event.ordinal)
}

/** Counts of a transaction, added up before they are written: one row a word instead of one a block. */
class Totals {
  readonly #counts = new Map<
    string,
    { stream: number; generation: number; kind: string; word: string; count: number }
  >()

  add(stream: number, generation: number, kind: string, word: string, count: number): void {
    if (count === 0) return
    const key = `${stream} ${generation} ${kind} ${word}`
    const known = this.#counts.get(key)
    if (known === undefined) this.#counts.set(key, { stream, generation, kind, word, count })
    else known.count += count
  }

  save(file: OpenFile): void {
    const statement = file.statement(
      `insert into totals values (?, ?, ?, ?, ?)
       on conflict (stream, generation, kind, word) do update set count = count + excluded.count`,
    )
    for (const each of this.#counts.values())
      statement.run(each.stream, each.generation, each.kind, each.word, each.count)
  }
}
