// Recovery scans and rewrites nothing (delivery S4): all groups before the newest one seen were synced, so what does not
// verify there is a hole, found again by every scan; of the newest group only the unbroken beginning counts.
import { join } from 'node:path'
import { type Block, decodeBlock, isBlock } from '../../wire/block-format.ts'
import type { DurableFiles } from '../../platform/durable-files.ts'
import { findFrameMagic, frameHeadBytes, readFrameHead, segmentIdFromFrames } from './spool-frame.ts'
import { SpoolStreams } from './spool-streams.ts'
import { type SpoolTable, decodeTable } from './spool-table.ts'

export type RecoveredSegment = { readonly number: number; readonly bytes: number; readonly hasBlocks: boolean }

export type RecoveredSpool = {
  readonly streams: SpoolStreams
  /** Segments whose blocks count, oldest first. */
  readonly segments: readonly RecoveredSegment[]
  /** Files that hold nothing that counts: failed attempts (S7) and beginnings of a segment that a crash cut off. */
  readonly useless: readonly number[]
  readonly nextSegment: number
  readonly nextGroup: number
  /** The newest segment that counts and the byte up to which it does. */
  readonly previous: SpoolTable['previous']
  readonly clean: boolean
  /** Frames that do not verify. */
  readonly holes: number
}

type Frame = {
  readonly offset: number
  readonly end: number
  readonly group: number
  readonly index: number
  readonly block: Block | undefined
}
type Segment = { readonly number: number; readonly bytes: Buffer; readonly read: ReturnType<typeof decodeTable> }

export const segmentName = (number: number): string => `${String(number).padStart(8, '0')}.seg`

/**
 * Reads every segment of a folder.
 * @param files the disk; its read errors are tried once more, then the segment counts as lost
 */
export async function recoverSpool(files: DurableFiles, folder: string): Promise<RecoveredSpool> {
  const numbers = (await files.list(folder))
    .map((name) => /^(\d{8,})\.seg$/.exec(name)?.[1])
    .filter((digits) => digits !== undefined)
    .map(Number)
    .sort((a, b) => a - b)
  const tables = new Map<number, SpoolTable>()
  for (const number of numbers) {
    const read = await readTable(files, join(folder, segmentName(number)))
    if (read !== undefined) tables.set(number, read)
  }
  return new Recovery(files, folder, numbers, tables).run()
}

class Recovery {
  readonly #files: DurableFiles
  readonly #folder: string
  readonly #numbers: readonly number[]
  readonly #tables: ReadonlyMap<number, SpoolTable>
  readonly #streams = new SpoolStreams()
  #group = 0
  #holes = 0

  constructor(
    files: DurableFiles,
    folder: string,
    numbers: readonly number[],
    tables: ReadonlyMap<number, SpoolTable>,
  ) {
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
      const segment = this.#skipped(number) ? undefined : await this.#load(number)
      const id = segment === undefined ? undefined : idOf(segment)
      if (segment === undefined || id === undefined) {
        useless.push(number)
        continue
      }
      const table = segment.read?.table
      if (table !== undefined) this.#streams.restoreTable(table)
      this.#group = Math.max(this.#group, table?.group ?? 0)
      const { end, blocks } = this.#take(segment, id)
      segments.push({ number, bytes: segment.bytes.length, hasBlocks: blocks > 0 })
      previous = { segment: number, end }
      clean = table?.clean === true && blocks === 0
    }
    return {
      streams: this.#streams,
      segments,
      useless,
      nextSegment: (this.#numbers.at(-1) ?? 0) + 1,
      nextGroup: this.#group,
      previous,
      clean,
      holes: this.#holes,
    }
  }

  /** A later table names an earlier segment as its predecessor: this one was given up (S7). */
  #skipped(number: number): boolean {
    for (const [later, table] of this.#tables)
      if (later > number && table.previous !== null && table.previous.segment < number) return true
    return false
  }

  /** @returns the byte up to which a later table says that this segment counts */
  #endNamed(number: number): number | undefined {
    for (const table of this.#tables.values()) if (table.previous?.segment === number) return table.previous.end
    return undefined
  }

  async #load(number: number): Promise<Segment | undefined> {
    const bytes = await readWhole(this.#files, join(this.#folder, segmentName(number)))
    return bytes === undefined ? undefined : { number, bytes, read: decodeTable(bytes) }
  }

  #take(segment: Segment, id: Buffer): { end: number; blocks: number } {
    const framesAt = segment.read?.framesAt ?? 0
    const named = this.#endNamed(segment.number)
    const frames = scanFrames(segment.bytes, framesAt, named ?? segment.bytes.length, id)
    const newest = frames.reduce((group, frame) => Math.max(group, frame.group), -1)
    this.#group = Math.max(this.#group, newest + 1)
    const isLast = named === undefined && segment.number >= this.#newestWithTable()
    let expected = 0
    let end = framesAt
    let blocks = 0
    for (const frame of frames) {
      if (isLast && frame.group === newest) {
        if (frame.index !== expected || frame.block === undefined) break
        expected++
      }
      if (frame.block !== undefined && this.#streams.add(frame.block, segment.number, frame.offset, true)) blocks++
      else this.#holes++
      end = frame.end
    }
    return { end: named ?? end, blocks }
  }

  #newestWithTable(): number {
    return Math.max(-1, ...this.#tables.keys())
  }
}

/** Every frame whose head verifies, in order; a block that does not is `undefined`. Searches on behind damage. */
function scanFrames(bytes: Buffer, from: number, end: number, id: Buffer): Frame[] {
  const frames: Frame[] = []
  const limit = Math.min(end, bytes.length)
  for (let at = findFrameMagic(bytes, from); at >= 0 && at < limit; ) {
    const head = readFrameHead(bytes, at, id)
    if (head === undefined) {
      at = findFrameMagic(bytes, at + 1)
      continue
    }
    const begin = at + frameHeadBytes
    const block = begin + head.length <= limit ? decodeBlock(bytes.subarray(begin, begin + head.length)) : undefined
    const good = block !== undefined && isBlock(block) ? block : undefined
    frames.push({ offset: at, end: begin + head.length, group: head.group, index: head.index, block: good })
    at = good === undefined ? findFrameMagic(bytes, at + 1) : findFrameMagic(bytes, begin + head.length)
  }
  return frames
}

function idOf(segment: Segment): Buffer | undefined {
  return segment.read === undefined ? segmentIdFromFrames(segment.bytes) : Buffer.from(segment.read.table.id, 'hex')
}

async function readTable(files: DurableFiles, path: string): Promise<SpoolTable | undefined> {
  const bytes = await readWhole(files, path, 64 * 1024)
  const read = bytes === undefined ? undefined : decodeTable(bytes)
  if (read !== undefined || bytes === undefined || bytes.length < 64 * 1024) return read?.table
  const all = await readWhole(files, path)
  return all === undefined ? undefined : decodeTable(all)?.table
}

async function readWhole(files: DurableFiles, path: string, bytesMax = Infinity): Promise<Buffer | undefined> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await using file = await files.open(path)
      const into = Buffer.allocUnsafeSlow(Math.min(await file.size(), bytesMax))
      const got = await file.read(into, 0)
      return into.subarray(0, got)
    } catch {
      // Read errors are tried once more (delivery D10); a segment that stays unreadable is a hole, never a refusal.
    }
  }
  return undefined
}
