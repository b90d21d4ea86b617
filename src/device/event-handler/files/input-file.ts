// One file of a source, plain or gzipped: always read by offsets in the unpacked bytes (delivery N2).
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename } from 'node:path'
import { type Gunzip, createGunzip } from 'node:zlib'
import { fingerprintBytesMax } from './file-fingerprint.ts'

export type InputStat = {
  /** Bytes on disk: of a plain file those that can be read. */
  readonly size: number
  /** Its name is gone. */
  readonly unlinked: boolean
}

export type InputFile = AsyncDisposable & {
  readonly path: string
  /** Base name, as the sensor or its rotation gave it. */
  readonly name: string
  /** File system and inode. */
  readonly id: string
  readonly gzipped: boolean
  /** A gzipped file whose bytes ended before its text did. */
  readonly cut: boolean
  /** @returns bytes read into `into`; 0 = nothing there yet. Throws where a gzipped file is damaged */
  read(into: Buffer, offset: number): Promise<number>
  /** The first bytes, at most 1,024. */
  head(): Promise<Buffer>
  stat(): Promise<InputStat>
}

const unpackedChunkBytes = 256 * 1024
/** Without it the opening of a FIFO waits for its writer, and takes a thread of the process with it. */
const waitingForNobody = constants.O_RDONLY | constants.O_NONBLOCK

/** Opens a file for reading; throws what the operating system says, EISDIR for whatever is no file: a folder, a FIFO. */
export async function openInputFile(path: string): Promise<InputFile> {
  const handle = await open(path, waitingForNobody)
  try {
    const stat = await handle.stat({ bigint: true })
    if (!stat.isFile()) throw Object.assign(new TypeError(`${path} is no file`), { code: 'EISDIR' })
    const magic = Buffer.alloc(2)
    await handle.read(magic, 0, 2, 0)
    const common = { path, name: basename(path), id: `${stat.dev}:${stat.ino}` }
    return magic[0] === 0x1f && magic[1] === 0x8b ? new GzippedFile(handle, common) : new PlainFile(handle, common)
  } catch (error) {
    await handle.close()
    throw error
  }
}

type Common = Pick<InputFile, 'path' | 'name' | 'id'>

class PlainFile implements InputFile {
  readonly path: string
  readonly name: string
  readonly id: string
  readonly gzipped = false
  readonly cut = false
  readonly #handle: FileHandle

  constructor(handle: FileHandle, common: Common) {
    this.#handle = handle
    this.path = common.path
    this.name = common.name
    this.id = common.id
  }

  async read(into: Buffer, offset: number): Promise<number> {
    return (await this.#handle.read(into, 0, into.length, offset)).bytesRead
  }

  async head(): Promise<Buffer> {
    const head = Buffer.alloc(fingerprintBytesMax)
    return head.subarray(0, await this.read(head, 0))
  }

  stat(): Promise<InputStat> {
    return statOf(this.#handle)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#handle.close()
  }
}

/** Members one behind the other are one text. One whose end is not there yet is unpacked anew when it has grown. */
class GzippedFile implements InputFile {
  readonly path: string
  readonly name: string
  readonly id: string
  readonly gzipped = true
  cut = false
  readonly #handle: FileHandle
  #unpacking: { readonly gunzip: Gunzip; readonly chunks: AsyncIterator<Buffer>; readonly size: number } | undefined
  #chunk: Buffer = Buffer.alloc(0)
  /** Unpacked offset of the first byte of `#chunk`. */
  #at = 0
  #endedAtSize = -1

  constructor(handle: FileHandle, common: Common) {
    this.#handle = handle
    this.path = common.path
    this.name = common.name
    this.id = common.id
  }

  async read(into: Buffer, offset: number): Promise<number> {
    if (this.#endedAtSize >= 0 && offset >= this.#at) {
      if ((await this.stat()).size === this.#endedAtSize) return 0
      this.#restart()
    }
    if (offset < this.#at) this.#restart()
    while (offset >= this.#at + this.#chunk.length) if (!(await this.#next())) return 0
    const got = this.#chunk.copy(into, 0, offset - this.#at)
    return got
  }

  async head(): Promise<Buffer> {
    const handle = await open(this.path, waitingForNobody).catch(() => undefined)
    if (handle === undefined) return Buffer.alloc(0)
    await using fresh = new GzippedFile(handle, this)
    const head = Buffer.alloc(fingerprintBytesMax)
    let got = 0
    while (got < head.length) {
      const more = await fresh.read(head.subarray(got), got)
      if (more === 0) break
      got += more
    }
    return head.subarray(0, got)
  }

  stat(): Promise<InputStat> {
    return statOf(this.#handle)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#restart()
    await this.#handle.close()
  }

  #restart(): void {
    this.#unpacking?.gunzip.destroy()
    this.#unpacking = undefined
    this.#chunk = Buffer.alloc(0)
    this.#at = 0
    this.#endedAtSize = -1
    this.cut = false
  }

  async #next(): Promise<boolean> {
    if (this.#unpacking === undefined) {
      const { size } = await this.stat()
      const gunzip = createGunzip({ chunkSize: unpackedChunkBytes })
      const packed = this.#handle.createReadStream({ start: 0, autoClose: false })
      packed.on('error', (error) => gunzip.destroy(error))
      packed.pipe(gunzip)
      this.#unpacking = { gunzip, chunks: gunzip[Symbol.asyncIterator](), size }
    }
    try {
      const { value, done } = await this.#unpacking.chunks.next()
      this.#at += this.#chunk.length
      this.#chunk = done === true ? Buffer.alloc(0) : value
      if (done !== true) return true
    } catch (error) {
      // Z_BUF_ERROR: the end of the member is not there yet, or never comes.
      if (!(error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR')) throw error
      this.#at += this.#chunk.length
      this.#chunk = Buffer.alloc(0)
      this.cut = true
    }
    this.#endedAtSize = this.#unpacking.size
    return false
  }
}

async function statOf(handle: FileHandle): Promise<InputStat> {
  const { size, nlink } = await handle.stat()
  return { size, unlinked: nlink === 0 }
}
