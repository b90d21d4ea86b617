// Where sending begins: the device lists its streams, the exchange answers with its heads, EventHandler serves behind
// them (delivery C3). Begun anew whenever EventHandler comes back while the channel is open (H1).
import type { DeviceStream, HeldStream, MissingBlocks } from '../../wire/streams.ts'
import type { SentBlock } from './checkpoints.ts'
import type { ToEventHandler } from './hop-port.ts'

export type ResumeOptions = {
  readonly device: string
  /** Also the ended streams: the journal is one this device has not seen. */
  readonly ended: boolean
  readonly toEventHandler: (message: ToEventHandler) => void
  readonly toExchange: (message: { readonly t: 'streams'; readonly streams: readonly DeviceStream[] }) => void
  readonly lingerMs: () => number
  readonly creditBytes: () => number
  /** The exchange has answered the list: its journal counts as seen. */
  readonly resumed: () => void
}

/** Streams in one message: about a mebibyte, and far below what an exchange takes at once. */
const streamsPerMessage = 5_000

export class ChannelResume {
  readonly #options: ResumeOptions
  /** Blocks of a serving that was ended by a new `attach` are on their way still: they count only while serving. */
  #phase: 'apart' | 'listing' | 'asking' | 'serving' | 'leaving' = 'apart'
  /** Number of the list that each message still to be answered belongs to: answers come in the order of the questions. */
  #asked: number[] = []
  #list = 0
  #heads: Record<string, HeldStream> = {}
  /** Highest block of each stream that the exchange has, was sent or was told missing: no ack may go beyond (C5). */
  readonly #through = new Map<string, number>()

  /** The first block of each stream that was sent with an event in it or before it. */
  readonly #begun = new Map<string, number>()

  constructor(options: ResumeOptions) {
    this.#options = options
  }

  get serving(): boolean {
    return this.#phase === 'serving'
  }

  /** An ack speaks of blocks that EventHandler served in this channel, though it may serve no more. */
  get acknowledges(): boolean {
    return this.#phase === 'serving' || this.#phase === 'leaving'
  }

  /** EventHandler is there: ask for its streams. */
  begin(): void {
    this.#phase = 'listing'
    this.#options.toEventHandler({
      t: 'attach',
      ended: this.#options.ended,
      device: this.#options.device,
      lingerMs: this.#options.lingerMs(),
    })
  }

  /** EventHandler is gone. */
  end(): void {
    this.#phase = 'apart'
  }

  /** EventHandler is to stop serving; what it served is still acknowledged (C12). */
  leave(): void {
    this.#phase = this.#phase === 'serving' ? 'leaving' : 'apart'
  }

  /** A device that starts often has tens of thousands of ended streams: the list goes in several messages. */
  listed(streams: readonly DeviceStream[]): void {
    if (this.#phase !== 'listing') return
    this.#phase = 'asking'
    this.#list++
    this.#heads = {}
    for (let from = 0; from === 0 || from < streams.length; from += streamsPerMessage) {
      this.#asked.push(this.#list)
      this.#options.toExchange({ t: 'streams', streams: streams.slice(from, from + streamsPerMessage) })
    }
  }

  /** @returns false where nothing was asked: the exchange broke the protocol */
  answered(heads: Readonly<Record<string, HeldStream>>): boolean {
    const list = this.#asked.shift()
    if (list === undefined) return false
    // A later list is under way: its answers decide.
    if (this.#phase !== 'asking' || list !== this.#list) return true
    Object.assign(this.#heads, heads)
    if (this.#asked.length === 0) this.#serve(this.#heads)
    return true
  }

  sent({ stream, block, sequence }: SentBlock): void {
    this.#note(stream, block)
    if (sequence > 0 && !this.#begun.has(stream)) this.#begun.set(stream, block)
  }

  missing(missing: MissingBlocks): void {
    this.#note(missing.stream, missing.through)
  }

  /** @returns whether an ack of that block can be true */
  mayAcknowledge(stream: string, block: number): boolean {
    return block <= (this.#through.get(stream) ?? -1)
  }

  /** @returns whether the acks speak of any event: the first block of a stream holds none */
  holdEvents(acks: Readonly<Record<string, number>>): boolean {
    return Object.entries(acks).some(([stream, block]) => block >= (this.#begun.get(stream) ?? Infinity))
  }

  #serve(heads: Readonly<Record<string, HeldStream>>): void {
    this.#phase = 'serving'
    this.#heads = {}
    for (const [stream, head] of Object.entries(heads)) this.#note(stream, head.block)
    this.#options.toEventHandler({ t: 'resume', heads })
    this.#options.toEventHandler({ t: 'credit', bytes: this.#options.creditBytes() })
    this.#options.resumed()
  }

  #note(stream: string, block: number): void {
    if (block > (this.#through.get(stream) ?? -1)) this.#through.set(stream, block)
  }
}
