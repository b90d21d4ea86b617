// The stream a source writes into: numbers its blocks, counts its events, chains its hashes (delivery 1.0). A new one at
// every start, and where the old one fell behind (C7) or was refused (J2).
import { randomBytes } from 'node:crypto'
import {
  type Block,
  type EventsHeader,
  type FinishedFile,
  type LossHeader,
  type OpenHeader,
  type Position,
  type StreamEnd,
  encodeBlock,
  nextSequence,
  noHash,
} from '../../wire/block-format.ts'
import type { SpoolLog } from './spool/spool-log.ts'
import { lostAfter } from './spool/spool-streams.ts'

/** What a source says; the stream adds the rest of the header. */
export type EventsContent = Omit<EventsHeader, keyof CommonHeader>
export type LossContent = Omit<LossHeader, keyof CommonHeader>
type CommonHeader = Pick<OpenHeader, 'v' | 'source' | 'format' | 'stream' | 'block' | 'prev' | 'first' | 'lost'>

export type SourceStreamOptions = {
  readonly spool: SpoolLog
  readonly source: string
  readonly device: string
  /** Version of this program. */
  readonly version: string
}

/** The live stream of one source; it is opened together with its first block. */
export class SourceStream {
  readonly #options: SourceStreamOptions
  #stream: string | undefined
  #reason: OpenHeader['reason']
  #previous: StreamEnd | null
  #block = 0
  #prev = noHash
  #first = 1
  #lost: OpenHeader['lost'] = { count: 0, unknown: false }

  constructor(options: SourceStreamOptions) {
    this.#options = options
    this.#previous = options.spool.streams.source(options.source)?.last ?? null
    this.#reason = this.#previous === null ? 'first' : 'start'
  }

  /** Id of the live stream, undefined before its first block. */
  get id(): string | undefined {
    return this.#stream
  }

  /** Sequence of the last event of the live stream, also where its block is not synced yet. */
  get given(): number {
    return this.#stream === undefined ? 0 : this.#first - 1
  }

  /** Appends a block. @param finished the source's finished files, for the `open` block that may go before it */
  write(
    content: EventsContent | LossContent,
    format: string,
    finished: readonly FinishedFile[],
    payload?: Buffer,
  ): void {
    if (this.#stream === undefined) this.#open(content.position, format, finished)
    this.#append(encodeBlock({ ...this.#common(format), ...content }, payload))
  }

  /** Ends the live stream: what it has only drains. The next block opens a new one. */
  end(reason: 'behind' | 'start'): void {
    if (this.#stream === undefined) return
    this.#previous = { stream: this.#stream, block: this.#block - 1, hash: this.#prev, sequence: this.#first - 1 }
    this.#options.spool.closeStream(this.#stream)
    this.#stream = undefined
    this.#reason = reason
  }

  /** The live stream was refused: it ends at `end`, its last acknowledged block. */
  refused(end: StreamEnd): void {
    this.#previous = end
    this.#stream = undefined
    this.#reason = 'refused'
  }

  #open(position: Position, format: string, finished: readonly FinishedFile[]): void {
    const { spool, source, device, version } = this.#options
    this.#stream = randomBytes(16).toString('hex')
    this.#block = 0
    this.#prev = noHash
    this.#first = 1
    this.#lost = { count: 0, unknown: false }
    spool.streams.open(this.#stream, source)
    const begin: Position = position.kind === 'file' ? { ...position, end: position.begin, finished } : position
    this.#append(
      encodeBlock({
        kind: 'open',
        ...this.#common(format),
        device,
        version,
        position: begin,
        previous: this.#previous,
        reason: this.#reason,
      }),
    )
  }

  #common(format: string): CommonHeader {
    return {
      v: 1,
      source: this.#options.source,
      format,
      stream: this.#stream ?? '',
      block: this.#block,
      prev: this.#prev,
      first: this.#first,
      lost: this.#lost,
    }
  }

  #append(block: Block): void {
    this.#options.spool.append(block)
    this.#block++
    this.#prev = block.hash
    this.#first = nextSequence(block.header)
    this.#lost = lostAfter(block.header)
  }
}
