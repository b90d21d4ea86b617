// Reads synced blocks back: the newest from memory, the rest from their segments in runs. What does not verify twice is
// a hole (delivery S4, D10); so is what the disk does not give, and then its segment is kept: it may at the next start.
import { join } from 'node:path'
import { type Block, decodeBlock, isBlock } from '../../../wire/block-format.ts'
import type { DurableFile, DurableFiles } from '../../../platform/durable-files.ts'
import type { BlockPlace } from './block-index.ts'
import { mayPass } from './read-pages.ts'
import { frameHeadBytes, readFrameHead } from './spool-frame.ts'
import { segmentName } from './spool-recovery.ts'
import type { SpoolStream } from './spool-streams.ts'

/** Newest blocks kept in memory: a connected exchange is served from here (S10: part of the 32 MiB). */
const recentBytesMax = 5 * 1024 * 1024
const runBytes = 512 * 1024
const openFilesMax = 4

/** Why a block is a hole; or that it cannot be read just now, for a reason that passes. */
export type Unreadable =
  | { readonly kind: 'hole'; readonly cause: 'spool.damaged' | 'spool.removed' }
  | { readonly kind: 'later'; readonly error: unknown }

/** @returns whether what was read are blocks */
export function isRun(read: readonly Block[] | Unreadable): read is readonly Block[] {
  return !('kind' in read)
}

/** Blocks of one spool folder. */
export class SpoolReader implements AsyncDisposable {
  /** Segments that the disk did not give, whole or in part. */
  readonly unreadable: Set<number>
  readonly #files: DurableFiles
  readonly #folder: string
  readonly #recent = new Map<string, Block>()
  readonly #open = new Map<number, DurableFile>()
  readonly #lastRead = new Map<string, { readonly block: number; readonly hash: string }>()
  #recentBytes = 0

  /** @param unreadable segments that recovery could not read, whole or in part */
  constructor(files: DurableFiles, folder: string, unreadable: Iterable<number> = []) {
    this.unreadable = new Set(unreadable)
    this.#files = files
    this.#folder = folder
  }

  /** Keeps a block that has just been synced. */
  remember(block: Block): void {
    this.#recent.set(`${block.header.stream}:${block.header.block}`, block)
    this.#recentBytes += block.bytes.length
    for (const [key, oldest] of this.#recent) {
      if (this.#recentBytes <= recentBytesMax) break
      this.#recent.delete(key)
      this.#recentBytes -= oldest.bytes.length
    }
  }

  /** Forgets a block that is acknowledged. */
  forget(stream: string, block: number): void {
    const key = `${stream}:${block}`
    const held = this.#recent.get(key)
    if (held === undefined) return
    this.#recent.delete(key)
    this.#recentBytes -= held.bytes.length
  }

  /**
   * Reads consecutive blocks of a stream.
   * @param from a block that has a place
   * @returns at least one block and at most about 512 KiB more, or why not even the first
   */
  async run(stream: SpoolStream, from: number): Promise<readonly Block[] | Unreadable> {
    const recent = this.#recentRun(stream, from)
    if (recent.length > 0) return recent
    const place = stream.blocks.place(from)
    if (place === undefined) return { kind: 'hole', cause: 'spool.damaged' }
    let cause: 'spool.damaged' | 'spool.removed' = 'spool.damaged'
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        // The second time the block alone: what stands behind it costs it nothing.
        const blocks = await this.#diskRun(stream, from, place, attempt === 0 ? runBytes : 0)
        if (blocks.length > 0) return blocks
      } catch (error) {
        if (mayPass(error)) return { kind: 'later', error }
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') cause = 'spool.removed'
        else if (attempt > 0) this.unreadable.add(place.segment)
      }
      await this.#closeFile(place.segment)
    }
    return { kind: 'hole', cause }
  }

  /** A segment is gone. */
  async closeSegment(segment: number): Promise<void> {
    await this.#closeFile(segment)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const segment of this.#open.keys()) await this.#closeFile(segment)
  }

  #recentRun(stream: SpoolStream, from: number): Block[] {
    const blocks: Block[] = []
    let bytes = 0
    for (let number = from; bytes < runBytes && number <= stream.head.block; number++) {
      const block = this.#recent.get(`${stream.stream}:${number}`)
      if (block === undefined) break
      blocks.push(block)
      bytes += block.bytes.length
    }
    return blocks
  }

  async #diskRun(stream: SpoolStream, from: number, first: BlockPlace, bytesMax: number): Promise<Block[]> {
    const file = await this.#file(first.segment)
    const into = Buffer.allocUnsafeSlow(Math.max(bytesMax, frameHeadBytes + first.length))
    const bytes = into.subarray(0, await file.read(into, first.offset))
    const blocks: Block[] = []
    for (let number = from; ; number++) {
      const place = stream.blocks.place(number)
      if (place?.segment !== first.segment) break
      const at = place.offset - first.offset
      if (at + frameHeadBytes + place.length > bytes.length) break
      if (readFrameHead(bytes, at, undefined, first.offset) === undefined) break
      const block = decodeBlock(bytes.subarray(at + frameHeadBytes, at + frameHeadBytes + place.length))
      if (!isBlock(block) || block.header.stream !== stream.stream || block.header.block !== number) break
      if (!this.#follows(block, blocks.at(-1))) break
      blocks.push(block)
    }
    return blocks
  }

  /** The chain is checked where the block before is known: of a run, and from one run to the next. */
  #follows(block: Block, before: Block | undefined): boolean {
    const { stream, block: number, prev } = block.header
    const last = before === undefined ? this.#lastRead.get(stream) : { block: before.header.block, hash: before.hash }
    if (last !== undefined && last.block === number - 1 && last.hash !== prev) return false
    this.#lastRead.set(stream, { block: number, hash: block.hash })
    return true
  }

  async #file(segment: number): Promise<DurableFile> {
    const known = this.#open.get(segment)
    if (known !== undefined) return known
    const [oldest] = this.#open.keys()
    if (this.#open.size >= openFilesMax && oldest !== undefined) await this.#closeFile(oldest)
    const file = await this.#files.open(join(this.#folder, segmentName(segment)))
    this.#open.set(segment, file)
    return file
  }

  async #closeFile(segment: number): Promise<void> {
    const file = this.#open.get(segment)
    this.#open.delete(segment)
    await file?.[Symbol.asyncDispose]()
  }
}
