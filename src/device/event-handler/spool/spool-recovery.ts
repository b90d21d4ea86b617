// Recovery scans and rewrites nothing (delivery S4): all groups before the newest one seen were synced, so what does not
// verify there is a hole, found again by every scan; of the newest group only the unbroken beginning counts.
import { join } from 'node:path'
import type { BlockHeader } from '../../../wire/block-format.ts'
import type { DurableFile, DurableFiles } from '../../../platform/durable-files.ts'
import { mayPass, PageReader } from './read-pages.ts'
import { scanSegment } from './segment-scan.ts'
import { SpoolStreams } from './spool-streams.ts'
import { type SpoolTable, decodeTable } from './spool-table.ts'

export type RecoveredSegment = { readonly number: number; readonly bytes: number; readonly hasBlocks: boolean }

export type RecoveredSpool = {
  readonly streams: SpoolStreams
  /** Segments whose blocks count, oldest first. */
  readonly segments: readonly RecoveredSegment[]
  /** Files that hold nothing that counts: failed attempts (S7) and beginnings of a segment that a crash cut off. */
  readonly useless: readonly number[]
  /** Of the segments those that the disk did not give, whole or in part: they may be read again at a later start. */
  readonly unreadable: readonly number[]
  /** Newer than any that could be read, and unreadable: nothing goes on from it, what it held is withdrawn. */
  readonly givenUp: readonly number[]
  readonly nextSegment: number
  readonly nextGroup: number
  /** The newest segment that counts and the byte up to which it does. */
  readonly previous: SpoolTable['previous']
  readonly clean: boolean
  /** Frames that do not verify. */
  readonly holes: number
}

export const segmentName = (number: number): string => `${String(number).padStart(8, '0')}.seg`

/**
 * Reads every segment of a folder. Read errors are tried once more, then page by page (delivery D10); throws only what
 * may pass (`mayPass`), for then nothing is given up.
 */
export async function recoverSpool(files: DurableFiles, folder: string): Promise<RecoveredSpool> {
  const numbers = (await files.list(folder))
    .map((name) => /^(\d{8,})\.seg$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b)
  const tables = new Map<number, ReadTable>()
  for (const number of numbers) {
    const read = await readTable(files, join(folder, segmentName(number)))
    if (read !== undefined) tables.set(number, read)
  }
  return new Recovery(files, folder, numbers, tables).run()
}

type ReadTable = NonNullable<ReturnType<typeof decodeTable>>
/** Most tables are smaller: a larger one is read again, whole. */
const tableStartBytes = 64 * 1024

class Recovery {
  readonly #files: DurableFiles
  readonly #folder: string
  readonly #numbers: readonly number[]
  readonly #tables: ReadonlyMap<number, ReadTable>
  readonly #streams = new SpoolStreams()
  readonly #unreadable = new Set<number>()
  #group = 0
  #holes = 0

  constructor(files: DurableFiles, folder: string, numbers: readonly number[], tables: ReadonlyMap<number, ReadTable>) {
    this.#files = files
    this.#folder = folder
    this.#numbers = numbers
    this.#tables = tables
  }

  async run(): Promise<RecoveredSpool> {
    const segments: RecoveredSegment[] = []
    const useless: number[] = []
    let previous: SpoolTable['previous'] = null
    let clean = false
    for (const number of this.#numbers) {
      const taken = this.#skipped(number) ? undefined : await this.#read(number)
      if (taken === undefined) {
        useless.push(number)
        continue
      }
      segments.push({ number, bytes: taken.bytes, hasBlocks: taken.end === undefined || taken.blocks > 0 })
      if (taken.end === undefined) continue
      previous = { segment: number, end: taken.end }
      clean = this.#tables.get(number)?.table.clean === true && taken.blocks === 0
    }
    const givenUp = segments.splice(segments.findLastIndex(({ number }) => number === previous?.segment) + 1)
    return {
      streams: this.#streams,
      segments,
      useless,
      unreadable: [...this.#unreadable],
      givenUp: givenUp.map(({ number }) => number),
      nextSegment: (this.#numbers.at(-1) ?? 0) + 1,
      nextGroup: this.#group,
      previous,
      clean: clean && givenUp.length === 0,
      holes: this.#holes,
    }
  }

  /** A later table names an earlier segment as its predecessor: this one was given up (S7). */
  #skipped(number: number): boolean {
    for (const [later, { table }] of this.#tables)
      if (later > number && table.previous !== null && table.previous.segment < number) return true
    return false
  }

  /** @returns the byte up to which a later table says that this segment counts */
  #endNamed(number: number): number | undefined {
    for (const { table } of this.#tables.values()) if (table.previous?.segment === number) return table.previous.end
    return undefined
  }

  /** @returns what a segment holds; without an end where the disk does not give it; undefined where it is none */
  async #read(number: number): Promise<Taken | undefined> {
    let bytes = 0
    try {
      await using file = await this.#files.open(join(this.#folder, segmentName(number)))
      bytes = await file.size()
      return await this.#take(number, file)
    } catch (error) {
      if (!(error instanceof Error && 'code' in error) || mayPass(error)) throw error
      this.#unreadable.add(number)
      return { bytes, blocks: 0, end: undefined }
    }
  }

  async #take(number: number, file: DurableFile): Promise<Taken | undefined> {
    const read = this.#tables.get(number)
    const named = this.#endNamed(number)
    const framesAt = read?.framesAt ?? 0
    const range = { from: framesAt, end: named ?? Infinity, id: read && Buffer.from(read.table.id, 'hex') }
    if (read !== undefined) {
      this.#streams.restoreTable(read.table)
      this.#group = Math.max(this.#group, read.table.group)
    }
    const isLast = named === undefined && number >= Math.max(-1, ...this.#tables.keys())
    let newest = -1
    if (isLast) await scanSegment(file, range, false, (frame) => (newest = Math.max(newest, frame.group)))
    let end = framesAt
    let blocks = 0
    let expected = 0
    const badPages = await scanSegment(file, range, true, ({ header, group, index, offset, end: frameEnd, length }) => {
      this.#group = Math.max(this.#group, group + 1)
      // Of the newest group the unbroken beginning: once broken, `expected` never fits again.
      if (isLast && group === newest && (index !== expected || header === undefined)) expected = NaN
      if (isLast && group === newest && Number.isNaN(expected)) return
      if (isLast && group === newest) expected++
      const block = { header, length, hash: '' }
      if (isChecked(block) && this.#streams.add(block, number, offset, true)) blocks++
      else this.#holes++
      end = frameEnd
    }).catch((error: unknown) => {
      if (mayPass(error)) throw error
      return Infinity
    })
    if (badPages > 0) this.#unreadable.add(number)
    const isNothing = read === undefined && blocks === 0
    if (isNothing && badPages === 0) return undefined
    return { bytes: await file.size(), blocks, end: isNothing ? undefined : (named ?? end) }
  }
}

type Taken = { readonly bytes: number; readonly blocks: number; readonly end: number | undefined }

function isChecked(block: { readonly header: BlockHeader | undefined }): block is { readonly header: BlockHeader } {
  return block.header !== undefined
}

async function readTable(files: DurableFiles, path: string): Promise<ReadTable | undefined> {
  const bytes = await readStart(files, path, tableStartBytes)
  const read = bytes === undefined ? undefined : decodeTable(bytes)
  if (read !== undefined || bytes === undefined || bytes.length < tableStartBytes) return read
  const all = await readStart(files, path, Infinity)
  return all === undefined ? undefined : decodeTable(all)
}

async function readStart(files: DurableFiles, path: string, bytesMax: number): Promise<Buffer | undefined> {
  try {
    await using file = await files.open(path)
    const into = Buffer.allocUnsafeSlow(Math.min(await file.size(), bytesMax))
    return into.subarray(0, await new PageReader(file).read(into, 0))
  } catch (error) {
    if (mayPass(error)) throw error
    return undefined
  }
}
