// Cuts what is read from a file or a socket into lines at LF (delivery N1). A line longer than 16 MiB is never held: only its length
// and SHA-256 are.
import { type Hash, createHash } from 'node:crypto'
import { lineBytesMax } from '../../wire/block-format.ts'

const readBytes = 1024 * 1024

export type LineTaker = {
  /** A line without its LF; it looks into the buffer and must be copied to be kept. `offset` in the file. */
  line(bytes: Buffer, offset: number): void
  /** A line too long to keep, without its LF. */
  tooLong(length: number, sha256: string, offset: number): void
}

/** Bytes that several buffers may hold together beyond the room each begins with. */
export class SharedRoom {
  #left: number

  constructor(bytes: number) {
    this.#left = bytes
  }

  /** @returns false where there is not as much left: nothing was taken then */
  take(bytes: number): boolean {
    if (bytes > this.#left) return false
    this.#left -= bytes
    return true
  }

  giveBack(bytes: number): void {
    this.#left += bytes
  }
}

/** The window of a file between the end of the last whole line and what has been read. */
export class LineBuffer {
  readonly #readBytes: number
  readonly #shared: SharedRoom | undefined
  #bytes: Buffer
  #length = 0
  #offset: number
  #tooLong: { readonly hash: Hash; length: number } | undefined

  /**
   * @param offset in the file of the first byte that will be read
   * @param roomBytes held for what is read at once
   * @param shared what longer lines need; one that finds no room there is too long
   */
  constructor(offset: number, roomBytes = readBytes, shared?: SharedRoom) {
    this.#offset = offset
    this.#shared = shared
    this.#readBytes = roomBytes
    this.#bytes = Buffer.allocUnsafeSlow(roomBytes)
  }

  /** Offset in the file behind the last whole line. */
  get offset(): number {
    return this.#offset
  }

  /** Offset in the file of the next byte to read. */
  get readOffset(): number {
    return this.#offset + (this.#tooLong?.length ?? 0) + this.#length
  }

  /** Where the next bytes go: read into it, then call `take`. */
  get room(): Buffer {
    if (this.#bytes.length - this.#length < this.#readBytes / 2) {
      const size = Math.min(this.#bytes.length * 2, lineBytesMax + 2 * readBytes)
      if (this.#shared?.take(size - this.#bytes.length) === false) this.#skip(this.#bytes.subarray(0, this.#length))
      else {
        const larger = Buffer.allocUnsafeSlow(size)
        this.#bytes.copy(larger, 0, 0, this.#length)
        this.#bytes = larger
      }
    }
    return this.#bytes.subarray(this.#length)
  }

  /** Takes `got` bytes that were read into `room` and gives every line they complete. */
  take(got: number, taker: LineTaker): void {
    let from = this.#length
    this.#length += got
    const bytes = this.#bytes.subarray(0, this.#length)
    let begin = 0
    for (let lf = bytes.indexOf(10, from); lf >= 0; lf = bytes.indexOf(10, from)) {
      if (this.#tooLong !== undefined) this.#endTooLong(bytes.subarray(begin, lf), 1, taker)
      else {
        const offset = this.#offset
        this.#offset += lf + 1 - begin
        if (lf - begin > lineBytesMax)
          taker.tooLong(lf - begin, createHash('sha256').update(bytes.subarray(begin, lf)).digest('hex'), offset)
        else taker.line(bytes.subarray(begin, lf), offset)
      }
      begin = lf + 1
      from = begin
    }
    this.#keep(begin)
  }

  /** Takes bytes that were read elsewhere, of any length. */
  give(bytes: Buffer, taker: LineTaker): void {
    for (let at = 0; at < bytes.length; ) {
      const got = bytes.copy(this.room, 0, at)
      this.take(got, taker)
      at += got
    }
  }

  /** The file is left: what stands behind its last LF is a line too. @returns whether there was any */
  takeRest(taker: LineTaker): boolean {
    const rest = this.#bytes.subarray(0, this.#length)
    this.#length = 0
    if (this.#tooLong !== undefined) this.#endTooLong(rest, 0, taker)
    else if (rest.length === 0) return false
    else {
      const offset = this.#offset
      this.#offset += rest.length
      taker.line(rest, offset)
    }
    if (this.#bytes.length > this.#readBytes) this.#shrink()
    return true
  }

  #keep(begin: number): void {
    const rest = this.#bytes.subarray(begin, this.#length)
    if (this.#tooLong !== undefined || rest.length > lineBytesMax) this.#skip(rest)
    else {
      if (begin > 0) this.#bytes.copy(this.#bytes, 0, begin, this.#length)
      this.#length = rest.length
    }
    if (this.#length === 0 && this.#bytes.length > 2 * this.#readBytes) this.#shrink()
  }

  /** The line goes on, and only its length and SHA-256 are kept. */
  #skip(rest: Buffer): void {
    this.#tooLong ??= { hash: createHash('sha256'), length: 0 }
    this.#tooLong.hash.update(rest)
    this.#tooLong.length += rest.length
    this.#length = 0
  }

  #shrink(): void {
    this.#shared?.giveBack(this.#bytes.length - this.#readBytes)
    this.#bytes = Buffer.allocUnsafeSlow(this.#readBytes)
  }

  #endTooLong(last: Buffer, lf: 0 | 1, taker: LineTaker): void {
    const state = this.#tooLong
    if (state === undefined) return
    this.#tooLong = undefined
    const offset = this.#offset
    const length = state.length + last.length
    this.#offset += length + lf
    taker.tooLong(length, state.hash.update(last).digest('hex'), offset)
  }
}
