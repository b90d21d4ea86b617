// Adapter of the block store over SQLite: one file per organisation and day, one writer (delivery J7).
import { Fault } from '../../../core/fault.ts'
import { decodeBlock, isBlock, nextSequence } from '../../../wire/block-format.ts'
import { ledgerLayout } from './block-layout.ts'
import type { BlockPosition, BlockStore, Boundary, LedgerDepth, StoreReply, StoreWrite } from './block-store.ts'
import { BlockWriter } from './block-writer.ts'
import { databaseFault, inTransaction, openWritable } from '../database.ts'
import { dayFile, ledgerFile, listOrganisations, removeDatabase } from '../day-files.ts'
import { countByStream, StoreLedgerReader } from './store-ledger.ts'
import { bytesOf, StoredBlocks } from './stored-blocks.ts'

/** Opens the store. One process may write; any number of threads may have it open to read. */
export function openSqliteBlockStore(options: {
  readonly folder: string
  readonly readOnly: boolean
}): Promise<BlockStore> {
  const blocks = new StoredBlocks(options.folder)
  const ledger = new StoreLedgerReader(blocks)
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
    ledger: (organisation: string, depth: LedgerDepth) =>
      faulted('the ledger cannot be read', () => ledger.read(organisation, depth)),
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
