// Reads a spool file past what the disk does not give (delivery D10): a page that fails for good reads as zeros, and costs
// the blocks that stand in it, not the segment.
import type { DurableFile } from '../../../platform/durable-files.ts'

const pageBytes = 4096
/** Beyond this the file counts as unreadable: a disk takes seconds for each page that it gives up. */
const badPagesMax = 256
/** What says nothing of the bytes on disk, and passes: a right that is missing, a resource that is short. */
const passing = new Set(['EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'])

/** @returns whether the same read may succeed once somebody has mended something: then nothing is given up for it */
export function mayPass(error: unknown): boolean {
  return error instanceof Error && 'code' in error && passing.has(String(error.code))
}

/** One file, and how many of its pages failed so far. */
export class PageReader {
  readonly #file: DurableFile
  #bad = 0

  constructor(file: DurableFile) {
    this.#file = file
  }

  /** Pages that were given as zeros. */
  get badPages(): number {
    return this.#bad
  }

  /** @returns bytes read into `into`, as of a `DurableFile`; throws where too much of the file cannot be read */
  async read(into: Buffer, position: number): Promise<number> {
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        return await this.#file.read(into, position)
      } catch (error) {
        if (mayPass(error)) throw error
      }
    }
    return await this.#byPages(into, position)
  }

  async #byPages(into: Buffer, position: number): Promise<number> {
    const length = Math.min(into.length, Math.max(0, (await this.#file.size()) - position))
    for (let at = 0; at < length; ) {
      const page = into.subarray(at, Math.min(length, at + pageBytes - ((position + at) % pageBytes)))
      try {
        await this.#file.read(page, position + at)
      } catch (error) {
        if (mayPass(error) || ++this.#bad > badPagesMax) throw error
        page.fill(0)
      }
      at += page.length
    }
    return length
  }
}
