// What the ledger is made of, read from an organisation's day files and its permanent ledger: the newest file that has a
// stream has its truth (delivery 1.6, J7).
import { readRecord } from './block-layout.ts'
import type { Boundary, LedgerDepth, StoreLedger } from './block-store.ts'
import type { Checkpoint } from '../committing.ts'
import type { OpenFile } from '../database-cache.ts'
import type { StoredBlocks } from './stored-blocks.ts'
import type { StreamRecord } from './stream-record.ts'

export const countByStream = `select s.stream, sum(b.count) as events, count(*) as blocks from blocks b
  indexed by blocks_number join streams s on s.id = b.stream group by b.stream`

/** Counts of a day's streams, until the day has another block: days that are over are counted once. */
type DayCounts = { readonly blocks: number; readonly events: ReadonlyMap<string, number> }

export class StoreLedgerReader {
  readonly #blocks: StoredBlocks
  readonly #counts = new Map<string, DayCounts>()

  constructor(blocks: StoredBlocks) {
    this.#blocks = blocks
  }

  read(organisation: string, depth: LedgerDepth): StoreLedger {
    if (depth === 'holes') return this.#holes(organisation)
    const records = new Map<string, StreamRecord>()
    const stored = new Map<string, number>()
    const checkpoints: Checkpoint[] = []
    const ledger = this.#blocks.ledger(organisation)
    for (const file of this.#files(organisation))
      for (const row of file.statement('select record from streams').iterate()) {
        const record = readRecord(row['record'])
        records.set(record.stream, record)
      }
    for (const day of this.#blocks.days(organisation)) {
      for (const [stream, events] of this.#eventsOf(organisation, day))
        stored.set(stream, (stored.get(stream) ?? 0) + events)
      if (depth === 'checkpoints') checkpoints.push(...readCheckpoints(this.#blocks.day(organisation, day)))
    }
    const expired = new Map<string, number>()
    const sums = ledger?.statement('select stream, sum(events) as events from expired group by stream')
    for (const row of sums?.iterate() ?? []) expired.set(String(row['stream']), Number(row['events']))
    const streams = [...records.values()].map((record) => ({
      record,
      stored: stored.get(record.stream) ?? 0,
      expired: expired.get(record.stream) ?? 0,
    }))
    return { streams, checkpoints, boundaries: readBoundaries(ledger) }
  }

  /** Few streams have any, and every answer asks for them: found by their index, then read where they are newest. */
  #holes(organisation: string): StoreLedger {
    const files = this.#files(organisation)
    const streams = new Set<string>()
    for (const file of files)
      for (const row of file.statement('select stream from streams where holes > 0').iterate())
        streams.add(String(row['stream']))
    const records = [...streams].flatMap((stream) => {
      for (const file of files.toReversed()) {
        const row = file.statement('select record from streams where stream = ?').get(stream)
        if (row !== undefined) return [readRecord(row['record'])]
      }
      return []
    })
    const holed = records.filter((record) => record.holes.length > 0)
    return { streams: holed.map((record) => ({ record, stored: 0, expired: 0 })), checkpoints: [], boundaries: [] }
  }

  /** Oldest first: the permanent ledger, then the days. */
  #files(organisation: string): OpenFile[] {
    const days = this.#blocks.days(organisation).map((day) => this.#blocks.day(organisation, day))
    return [this.#blocks.ledger(organisation), ...days].filter((file) => file !== undefined)
  }

  #eventsOf(organisation: string, day: string): ReadonlyMap<string, number> {
    const key = `${organisation}/${day}`
    const blocks = this.#blocks.count(organisation, day)
    const known = this.#counts.get(key)
    if (known?.blocks === blocks) return known.events
    const events = new Map<string, number>()
    const rows = this.#blocks.day(organisation, day)?.statement(countByStream).iterate()
    for (const row of rows ?? []) events.set(String(row['stream']), Number(row['events']))
    if (this.#counts.size >= daysKnownMax) this.#counts.clear()
    this.#counts.set(key, { blocks, events })
    return events
  }
}

const daysKnownMax = 256

function readBoundaries(ledger: OpenFile | undefined): Boundary[] {
  const rows = ledger?.statement('select stream, block, hash, sequence from boundaries').all() ?? []
  return rows.map((row) => ({
    stream: String(row['stream']),
    block: Number(row['block']),
    hash: String(row['hash']),
    sequence: Number(row['sequence']),
  }))
}

function readCheckpoints(file: OpenFile | undefined): Checkpoint[] {
  const rows = file?.statement('select c.*, p.pem from checkpoints c join certificates p on p.id = c.certificate').all()
  return (rows ?? []).map((row) => ({
    stream: String(row['stream']),
    block: Number(row['block']),
    hash: String(row['hash']),
    sequence: Number(row['sequence']),
    at: Number(row['at']),
    signature: String(row['signature']),
    certificate: String(row['pem']),
  }))
}
