// Reads the frames of one segment in a window of a few MiB, whatever its size (delivery S4, S10). Behind damage it
// searches on for the next frame head that holds.
import { type BlockHeader, checkBlock } from '../../../wire/block-format.ts'
import type { DurableFile } from '../../../platform/durable-files.ts'
import { PageReader } from './read-pages.ts'
import { findFrameMagic, frameHeadBytes, readFrameHead } from './spool-frame.ts'

const windowBytes = 4 * 1024 * 1024
const magicBytes = 4

export type ScannedFrame = {
  readonly offset: number
  readonly end: number
  readonly group: number
  readonly index: number
  /** undefined where the block does not verify. */
  readonly header: BlockHeader | undefined
  /** Bytes of the block. */
  readonly length: number
}

export type ScanRange = { readonly from: number; readonly end: number; readonly id: Buffer | undefined }

/**
 * Gives every frame whose head verifies, in order.
 * @param blocks whether the blocks are checked too, or only the heads read
 * @returns how many pages the disk did not give
 */
export async function scanSegment(
  file: DurableFile,
  { from, end, id }: ScanRange,
  blocks: boolean,
  each: (frame: ScannedFrame) => void,
): Promise<number> {
  const window = new Window(file, Math.min(end, await file.size()))
  let at = from
  for (;;) {
    at = await window.find(at)
    if (at < 0) return window.badPages
    const head = await window.head(at, id)
    if (head === undefined) {
      at += magicBytes
      continue
    }
    const begin = at + frameHeadBytes
    const frameEnd = begin + head.length
    const bytes = blocks ? await window.bytes(begin, head.length) : undefined
    const checked = bytes === undefined ? undefined : checkBlock(bytes)
    const header = checked === undefined || checked.kind === 'bad-block' ? undefined : checked
    each({ offset: at, end: frameEnd, group: head.group, index: head.index, header, length: head.length })
    // Behind a block that does not verify its length proves nothing.
    at = blocks && header === undefined ? begin : frameEnd
  }
}

/** The part of a file that is in memory. */
class Window {
  readonly #file: PageReader
  readonly #end: number
  #into = Buffer.allocUnsafeSlow(windowBytes)
  #base = 0
  #bytes: Buffer = this.#into.subarray(0, 0)

  constructor(file: DurableFile, end: number) {
    this.#file = new PageReader(file)
    this.#end = end
  }

  get badPages(): number {
    return this.#file.badPages
  }

  /** @returns offset of the next frame magic at or behind `from`, -1 where there is none */
  async find(from: number): Promise<number> {
    let at = from
    while (at + frameHeadBytes <= this.#end) {
      if (!this.#holds(at, frameHeadBytes)) await this.#fill(at, windowBytes)
      const found = findFrameMagic(this.#bytes, at - this.#base)
      if (found >= 0) return this.#base + found
      const next = this.#base + this.#bytes.length - magicBytes + 1
      if (next <= at) return -1
      at = next
    }
    return -1
  }

  async head(at: number, id: Buffer | undefined) {
    const bytes = await this.bytes(at, frameHeadBytes)
    return bytes === undefined ? undefined : readFrameHead(bytes, 0, id, at)
  }

  /** @returns a view that holds until the next call, undefined beyond the end */
  async bytes(at: number, length: number): Promise<Buffer | undefined> {
    if (at + length > this.#end) return undefined
    if (!this.#holds(at, length)) await this.#fill(at, Math.max(length, windowBytes))
    return this.#holds(at, length) ? this.#bytes.subarray(at - this.#base, at - this.#base + length) : undefined
  }

  #holds(at: number, length: number): boolean {
    return at >= this.#base && at + length <= this.#base + this.#bytes.length
  }

  async #fill(at: number, length: number): Promise<void> {
    if (this.#into.length < length) this.#into = Buffer.allocUnsafeSlow(length)
    const wanted = Math.min(this.#into.length, this.#end - at)
    this.#base = at
    this.#bytes = this.#into.subarray(0, await this.#file.read(this.#into.subarray(0, wanted), at))
  }
}
