// Reads blocks out of an organisation's day files: by order of arrival, by place, by stream and number.
import { type BlockHeader, decodeBlock, isBlock, nextSequence } from '../../../wire/block-format.ts'
import { blocksLayout, ledgerLayout } from './block-layout.ts'
import type { BlockPosition, StoredBlock } from './block-store.ts'
import type { HeldBlock } from './chain-check.ts'
import { DatabaseCache, type OpenFile } from '../database-cache.ts'
import { dayFile, ledgerFile, listDays, organisationFolder } from '../day-files.ts'

/** What one read holds in memory, however large the blocks are: one of them is up to 17 MiB (delivery C1). */
const bytesPerRead = 32 * 1024 * 1024

const columns = 'b.ordinal, b.arrived_at, b.bytes, s.device from blocks b join streams s on s.id = b.stream'

export class StoredBlocks implements Disposable {
  readonly folder: string
  readonly #days = new DatabaseCache(blocksLayout)
  readonly #ledgers = new DatabaseCache(ledgerLayout)

  constructor(folder: string) {
    this.folder = folder
  }

  days(organisation: string): string[] {
    const days = listDays(this.folder, organisation)
    const paths = new Set(days.map((day) => dayFile(this.folder, organisation, day, 'blocks')))
    this.#days.keepOnly(organisationFolder(this.folder, organisation), paths)
    return days
  }

  day(organisation: string, day: string): OpenFile | undefined {
    return this.#days.open(dayFile(this.folder, organisation, day, 'blocks'))
  }

  ledger(organisation: string): OpenFile | undefined {
    return this.#ledgers.open(ledgerFile(this.folder, organisation))
  }

  count(organisation: string, day: string): number {
    const row = this.day(organisation, day)?.statement('select max(ordinal) as n from blocks').get()
    return Number(row?.['n'] ?? 0)
  }

  read(organisation: string, after: BlockPosition | null, limit: number): StoredBlock[] {
    const blocks: StoredBlock[] = []
    let bytes = 0
    for (const day of this.days(organisation)) {
      if (after !== null && day < after.day) continue
      const from = after !== null && day === after.day ? after.ordinal : 0
      const statement = this.day(organisation, day)?.statement(
        `select ${columns} where b.ordinal > ? order by b.ordinal limit ?`,
      )
      for (const row of statement?.iterate(from, limit - blocks.length) ?? []) {
        const block = storedBlock(day, row)
        blocks.push(block)
        bytes += block.bytes.length
        if (bytes >= bytesPerRead) return blocks
      }
      if (blocks.length >= limit) break
    }
    return blocks
  }

  at(organisation: string, positions: readonly BlockPosition[]): StoredBlock[] {
    return positions.flatMap(({ day, ordinal }) => {
      const row = this.day(organisation, day)?.statement(`select ${columns} where b.ordinal = ?`).get(ordinal)
      return row === undefined ? [] : [storedBlock(day, row)]
    })
  }

  find(organisation: string, stream: string, sequence: number): StoredBlock | undefined {
    for (const day of this.days(organisation).reverse()) {
      const row = this.day(organisation, day)
        ?.statement(
          `select ${columns} where b.stream = (select id from streams where stream = ?)
           and b.first <= ? and b.count > 0 and b.first + b.count > ? order by b.first desc limit 1`,
        )
        .get(stream, sequence, sequence)
      if (row !== undefined) return storedBlock(day, row)
    }
    return undefined
  }

  /** @returns what the neighbours of a block must fit; undefined where it is not, or no longer, held. */
  held(organisation: string, stream: string, number: number): HeldBlock | undefined {
    for (const day of this.days(organisation).reverse()) {
      const file = this.day(organisation, day)
      const held = file === undefined ? undefined : heldIn(file, stream, number)
      if (held !== undefined) return held
    }
    return undefined
  }

  [Symbol.dispose](): void {
    this.#days[Symbol.dispose]()
    this.#ledgers[Symbol.dispose]()
  }
}

/** @returns a stream's block as one day's file holds it. */
export function heldIn(file: OpenFile, stream: string, number: number): HeldBlock | undefined {
  const row = file
    .statement('select bytes from blocks where stream = (select id from streams where stream = ?) and block = ?')
    .get(stream, number)
  const block = row === undefined ? undefined : decodeBlock(bytesOf(row['bytes']))
  if (block === undefined || !isBlock(block)) return undefined
  return { hash: block.hash, prev: block.header.prev, first: block.header.first, next: nextSequence(block.header) }
}

/** @returns the events a block holds; what its header counts. */
export function eventsIn(header: BlockHeader): number {
  return header.kind === 'events' ? header.count : 0
}

/** @returns the bytes of a blob column without copying them. */
export function bytesOf(value: unknown): Buffer {
  if (!(value instanceof Uint8Array)) throw new TypeError('a blob column without bytes')
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
}

function storedBlock(day: string, row: Record<string, unknown>): StoredBlock {
  return {
    day,
    ordinal: Number(row['ordinal']),
    device: String(row['device']),
    arrivedAt: Number(row['arrived_at']),
    bytes: bytesOf(row['bytes']),
  }
}
