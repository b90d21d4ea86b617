// Packs lines of one source into blocks (delivery 1.0): 64 events or 256 KiB, closed after its linger; lines of one file
// only; positions cover what was skipped, too.
import {
  type FinishedFile,
  type Position,
  blockEventsWritten,
  blockRawBytes,
  packLines,
} from '../../wire/block-format.ts'
import type { Fingerprint } from '../../wire/block-format.ts'
import type { Clock } from '../../platform/clock.ts'
import type { LossContent, SourceStream } from './source-stream.ts'

/** Bytes or time after which the position moves although no event did (delivery 1.0). */
const quietBytesMax = 8 * 1024 * 1024
const quietMs = 60_000
/** Types of not selected events that are counted apart; the rest counts as `other`. */
const notSelectedTypesMax = 64

/** The file whose lines are packed. The source moves its fingerprint on as the file grows. */
export type PackedFile = {
  readonly generation: number
  readonly name: string
  fingerprint: Fingerprint
  finished: readonly FinishedFile[]
}

export type PackerOptions = {
  readonly stream: SourceStream
  readonly clock: Clock
  /** As the exchange grants it with the credit, 50 ms at first. */
  readonly lingerMs: () => number
  /** Zone of times without offset, minutes east of UTC. */
  readonly zone: number | undefined
}

/** The block being filled, and the counters that the next one carries. */
export class Packer {
  readonly #options: PackerOptions
  readonly #raw = Buffer.allocUnsafeSlow(blockRawBytes)
  #file: PackedFile | undefined
  #format = ''
  #context = ''
  #announced = 0
  #begin = 0
  #end = 0
  #length = 0
  #offsets: number[] = []
  #contiguous = true
  #nextOffset = 0
  #from = 0
  #to = 0
  #since = 0
  #quietSince: number
  #notSelected = new Map<string, number>()
  #ignored = 0

  constructor(options: PackerOptions) {
    this.#options = options
    this.#quietSince = options.clock.monotonic()
  }

  /** No line waits for its block to be closed. */
  get isEmpty(): boolean {
    return this.#offsets.length === 0
  }

  get context(): string {
    return this.#context
  }

  /** Lines from `offset` of a file, or of a socket, come next; drops nothing: close first. */
  start(file: PackedFile | undefined, format: string, offset: number, context: string): void {
    this.#file = file
    this.#format = format
    this.#context = context
    this.#begin = offset
    this.#end = offset
    this.#empty()
  }

  /** What is not yet in a block will be read again: a refused stream was rewound (delivery J2). */
  discard(): void {
    this.#empty()
    this.#notSelected.clear()
    this.#ignored = 0
  }

  /** An event. @param end offset behind its LF @param now arrival, Unix ms */
  event(line: Buffer, offset: number, end: number, now: number): void {
    if (this.#offsets.length > 0 && this.#length + 1 + line.length > blockRawBytes) this.close()
    if (this.#offsets.length === 0) {
      this.#from = now
      this.#since = this.#options.clock.monotonic()
      this.#nextOffset = this.#begin
    }
    if (offset !== this.#nextOffset) this.#contiguous = false
    this.#nextOffset = end
    this.#to = now
    this.#end = end
    this.#offsets.push(offset)
    if (line.length > blockRawBytes) return this.#write(line)
    if (this.#offsets.length > 1) this.#raw[this.#length++] = 10
    line.copy(this.#raw, this.#length)
    this.#length += line.length
    if (this.#offsets.length >= blockEventsWritten) this.close()
  }

  /** A line that is no event. */
  ignored(end: number): void {
    this.#ignored++
    this.#skip(end)
  }

  /** An event that configuration does not select. */
  notSelected(type: string, end: number): void {
    const name = this.#notSelected.has(type) || this.#notSelected.size < notSelectedTypesMax ? type : 'other'
    this.#notSelected.set(name, (this.#notSelected.get(name) ?? 0) + 1)
    this.#skip(end)
  }

  /** A header line: what it says is in force from here on, in a block of its own. */
  header(context: string, end: number): void {
    if (this.#offsets.length > 0) this.close()
    this.#context = context
    this.ignored(end)
  }

  /** The list of finished files changed: the next position names it. */
  announce(): void {
    this.#announced = 0
  }

  /**
   * Declares what never entered.
   * @param end offset behind what is lost, in the file begun last
   * @param during when it was lost, Unix ms; now, where it is not given
   */
  loss(
    loss: Omit<LossContent, 'kind' | 'from' | 'to' | 'position'>,
    end: number,
    during?: { readonly from: number; readonly to: number },
  ): void {
    this.closeAll()
    this.#end = end
    const now = this.#options.clock.now()
    const position = this.#position()
    const { from, to } = during ?? { from: now, to: now }
    this.#options.stream.write({ kind: 'loss', ...loss, from, to, position }, this.#format, this.#finished)
    this.#moved()
  }

  /** Closes a block whose linger is over, or one that only moves the position. @returns ms until it is due again */
  closeDue(): number {
    const now = this.#options.clock.monotonic()
    if (this.#offsets.length > 0) {
      const left = this.#since + this.#options.lingerMs() - now
      if (left > 0) return left
      this.close()
    } else if (
      this.#end > this.#begin &&
      (this.#end - this.#begin >= quietBytesMax || now - this.#quietSince >= quietMs)
    )
      this.#write(this.#raw.subarray(0, 0))
    return quietMs
  }

  /** Closes the block if there is a line in it. @param unterminated its last line had no LF when its file was left */
  close(unterminated = false): void {
    if (this.#offsets.length > 0) this.#write(this.#raw.subarray(0, this.#length), unterminated)
  }

  /** Closes also what only moves the position and the counters: at the end of a file, of a stream, of the process. */
  closeAll(): void {
    this.close()
    if (this.#end > this.#begin) this.#write(this.#raw.subarray(0, 0))
  }

  /** Writes a block without lines, that only says: reading begins here. */
  closeEmpty(): void {
    this.#write(this.#raw.subarray(0, 0))
  }

  #skip(end: number): void {
    this.#end = end
    if (end - this.#begin >= quietBytesMax) this.closeDue()
  }

  #write(raw: Buffer, unterminated = false): void {
    const count = this.#offsets.length
    const { codec, payload } = packLines(raw)
    const now = this.#options.clock.now()
    const position = this.#position()
    this.#options.stream.write(
      {
        kind: 'events',
        count,
        from: count > 0 ? this.#from : now,
        to: count > 0 ? this.#to : now,
        raw: raw.length,
        codec,
        position,
        ...(this.#contiguous || this.#file === undefined ? {} : { at: this.#offsets }),
        ...(this.#context === '' ? {} : { context: this.#context }),
        ...(this.#notSelected.size === 0 ? {} : { notSelected: Object.fromEntries(this.#notSelected) }),
        ...(this.#ignored === 0 ? {} : { ignored: this.#ignored }),
        ...(unterminated ? { unterminated: true as const } : {}),
        ...(this.#options.zone === undefined ? {} : { zone: this.#options.zone }),
      },
      this.#format,
      this.#finished,
      payload,
    )
    this.#ignored = 0
    this.#notSelected.clear()
    this.#moved()
  }

  #moved(): void {
    this.#begin = this.#end
    this.#announced = this.#file?.generation ?? 0
    this.#quietSince = this.#options.clock.monotonic()
    this.#empty()
  }

  #empty(): void {
    this.#length = 0
    this.#offsets = []
    this.#contiguous = true
  }

  get #finished(): readonly FinishedFile[] {
    return this.#file?.finished ?? []
  }

  #position(): Position {
    const file = this.#file
    if (file === undefined) return { kind: 'socket' }
    const { generation, fingerprint, name, finished } = file
    const position = { kind: 'file' as const, generation, fingerprint, name, begin: this.#begin, end: this.#end }
    return generation === this.#announced ? position : { ...position, finished }
  }
}
