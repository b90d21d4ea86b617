// Adapter of the block store over SQLite: one file per organisation and day, one writer (delivery J7).
import { Fault } from '../../core/fault.ts'
import { decodeBlock, isBlock, nextSequence } from '../../wire/block-format.ts'
import type { Checkpoint } from './committing.ts'
import { ledgerLayout, readRecord } from './block-layout.ts'
import type {
  BlockPosition,
  BlockStore,
  Boundary,
  StoreLedger,
  StoreReply,
  StoreWrite,
  StreamCounts,
} from './block-store.ts'
import { BlockWriter } from './block-writer.ts'
import { databaseFault, inTransaction, openWritable } from './database.ts'
import { dayFile, ledgerFile, listOrganisations, removeDatabase } from './day-files.ts'
import { bytesOf, StoredBlocks } from './stored-blocks.ts'
import type { StreamRecord } from './stream-record.ts'

/** Opens the store. One process may write; any number of threads may have it open to read. */
export function openSqliteBlockStore(options: {
  readonly folder: string
  readonly readOnly: boolean
}): Promise<BlockStore> {
  const blocks = new StoredBlocks(options.folder)
  const writers = new Map<string, BlockWriter>()

  function writer(organisation: string): BlockWriter {
    if (options.readOnly) throw new Fault('journal.unavailable', { what: 'the block store is open to read only' })
    const known = writers.get(organisation)
    if (known !== undefined) return known
    const made = new BlockWriter(organisation, blocks)
    writers.set(organisation, made)
    return made
  }

  async function faulted<T>(what: string, work: () => T): Promise<T> {
    try {
      return work()
    } catch (error) {
      throw databaseFault(error, what)
    }
  }

  return Promise.resolve({
    write: (organisation: string, group: readonly StoreWrite[], now: number): Promise<readonly StoreReply[]> =>
      faulted(`blocks of ${organisation} are not stored`, () => writer(organisation).write(group, now)),
    read: (organisation: string, after: BlockPosition | null, limit: number) =>
      faulted('blocks cannot be read', () => blocks.read(organisation, after, limit)),
    at: (organisation: string, positions: readonly BlockPosition[]) =>
      faulted('blocks cannot be read', () => blocks.at(organisation, positions)),
    find: (organisation: string, stream: string, sequence: number) =>
      faulted('a block cannot be read', () => blocks.find(organisation, stream, sequence)),
    ledger: (organisation: string, checkpoints: boolean) =>
      faulted('the ledger cannot be read', () => readLedger(blocks, organisation, checkpoints)),
    days: (organisation: string) =>
      faulted('blocks cannot be counted', () =>
        blocks.days(organisation).map((day) => ({ day, blocks: blocks.count(organisation, day) })),
      ),
    organisations: () => Promise.resolve(listOrganisations(options.folder)),
    expire: (organisation: string, firstKept: string) =>
      faulted('a day cannot be dropped', () => expire(blocks, organisation, firstKept)),
    [Symbol.asyncDispose]: () => {
      for (const each of writers.values()) each[Symbol.dispose]()
      blocks[Symbol.dispose]()
      return Promise.resolve()
    },
  } satisfies BlockStore)
}

const countByStream = `select s.stream, sum(b.count) as events, count(*) as blocks from blocks b indexed by blocks_number
  join streams s on s.id = b.stream group by b.stream`

function readLedger(blocks: StoredBlocks, organisation: string, withCheckpoints: boolean): StoreLedger {
  const records = new Map<string, StreamRecord>()
  const stored = new Map<string, number>()
  const expired = new Map<string, number>()
  const checkpoints: Checkpoint[] = []
  const boundaries: Boundary[] = []
  const ledger = blocks.ledger(organisation)
  for (const row of ledger?.statement('select record from streams').iterate() ?? []) {
    const record = readRecord(row['record'])
    records.set(record.stream, record)
  }
  for (const row of ledger?.statement('select stream, sum(events) as events from expired group by stream').iterate() ??
    [])
    expired.set(String(row['stream']), Number(row['events']))
  for (const row of ledger?.statement('select * from boundaries').iterate() ?? [])
    boundaries.push({
      stream: String(row['stream']),
      block: Number(row['block']),
      hash: String(row['hash']),
      sequence: Number(row['sequence']),
    })
  for (const day of blocks.days(organisation)) {
    const file = blocks.day(organisation, day)
    for (const row of file?.statement('select record from streams').iterate() ?? []) {
      const record = readRecord(row['record'])
      records.set(record.stream, record)
    }
    for (const row of file?.statement(countByStream).iterate() ?? []) {
      const stream = String(row['stream'])
      stored.set(stream, (stored.get(stream) ?? 0) + Number(row['events']))
    }
    if (withCheckpoints) checkpoints.push(...readCheckpoints(file))
  }
  const streams: StreamCounts[] = [...records.values()].map((record) => ({
    record,
    stored: stored.get(record.stream) ?? 0,
    expired: expired.get(record.stream) ?? 0,
  }))
  return { streams, checkpoints, boundaries }
}

function readCheckpoints(file: ReturnType<StoredBlocks['day']>): Checkpoint[] {
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

/** The ledger is synced before the day's files go; done again after a kill in between, it says the same. */
function expire(blocks: StoredBlocks, organisation: string, firstKept: string): string[] {
  const all = blocks.days(organisation)
  // The newest day holds the records of the streams that go on: it stays until there is a newer one.
  const gone = all.filter((day, index) => day < firstKept && index < all.length - 1)
  for (const day of gone) {
    const file = blocks.day(organisation, day)
    if (file !== undefined) {
      const ledger = openWritable(ledgerFile(blocks.folder, organisation), ledgerLayout)
      try {
        inTransaction(ledger, () => {
          const count = ledger.prepare('insert or replace into expired values (?, ?, ?, ?)')
          for (const row of file.statement(countByStream).iterate())
            count.run(String(row['stream']), day, Number(row['events']), Number(row['blocks']))
          const boundary = ledger.prepare(raiseBoundary)
          for (const each of boundariesOf(file)) boundary.run(each.stream, each.block, each.hash, each.sequence)
        })
      } finally {
        ledger.close()
      }
    }
    removeDatabase(dayFile(blocks.folder, organisation, day, 'index'))
    removeDatabase(dayFile(blocks.folder, organisation, day, 'blocks'))
  }
  return gone
}

function boundariesOf(file: NonNullable<ReturnType<StoredBlocks['day']>>): Boundary[] {
  const last = `select s.stream, b.bytes from (select stream, max(block) as block from blocks group by stream) m
    join blocks b on b.stream = m.stream and b.block = m.block join streams s on s.id = b.stream`
  const boundaries: Boundary[] = []
  for (const row of file.statement(last).iterate()) {
    const block = decodeBlock(bytesOf(row['bytes']))
    if (isBlock(block))
      boundaries.push({
        stream: String(row['stream']),
        block: block.header.block,
        hash: block.hash,
        sequence: nextSequence(block.header) - 1,
      })
  }
  return boundaries
}

const raiseBoundary = `insert into boundaries values (?, ?, ?, ?) on conflict (stream) do update set
  block = excluded.block, hash = excluded.hash, sequence = excluded.sequence where excluded.block > block`
