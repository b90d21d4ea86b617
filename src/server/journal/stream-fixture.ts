// Builds the blocks of a stream as a device does, for the journal's own tests.
import { zstdCompressSync } from 'node:zlib'
import {
  type Block,
  type BlockHeader,
  encodeBlock,
  type EventsHeader,
  type LossCause,
  nextSequence,
  noHash,
  packLines,
  type StreamEnd,
} from '../../wire/block-format.ts'

export type StreamFixtureOptions = {
  readonly stream?: string
  readonly device?: string
  readonly source?: string
  readonly at?: number
  readonly previous?: StreamEnd
  readonly format?: string
}

/** Arrival of the first event of every fixture. */
export const fixtureStart = Date.UTC(2026, 10, 24, 10, 0, 0)

let streams = 0

export class StreamFixture {
  readonly stream: string
  readonly device: string
  readonly source: string
  readonly #format: string
  #last: Block | undefined
  #before: Block | undefined
  #at: number
  readonly #previous: StreamEnd | null

  constructor(options: StreamFixtureOptions = {}) {
    this.stream = options.stream ?? (++streams).toString(16).padStart(32, '0')
    this.device = options.device ?? 'fw-1'
    this.source = options.source ?? 'eve'
    this.#format = options.format ?? 'suricata/eve'
    this.#at = options.at ?? fixtureStart
    this.#previous = options.previous ?? null
  }

  get end(): StreamEnd {
    return {
      stream: this.stream,
      block: this.#last?.header.block ?? -1,
      hash: this.#last?.hash ?? noHash,
      sequence: this.#last === undefined ? 0 : nextSequence(this.#last.header) - 1,
    }
  }

  open(): Block {
    return this.#keep(
      encodeBlock({
        ...this.#common(),
        kind: 'open',
        device: this.device,
        version: '0.0.0',
        position: this.#position(0, 0),
        previous: this.#previous,
        reason: 'start',
      }),
    )
  }

  events(lines: readonly (string | Buffer)[], more: Partial<EventsHeader> = {}): Block {
    const raw = Buffer.concat(
      lines.flatMap((line, index) => (index === 0 ? [Buffer.from(line)] : [Buffer.from('\n'), Buffer.from(line)])),
    )
    const { codec, payload } = packLines(raw)
    this.#at += 1_000
    const header: EventsHeader = {
      ...this.#common(),
      kind: 'events',
      count: lines.length,
      from: this.#at,
      to: this.#at + 50,
      raw: raw.length,
      codec,
      position: this.#position(0, raw.length),
      ...more,
    }
    return this.#keep(encodeBlock(header, payload))
  }

  /** Lines in several compressed frames, as no device packs them; together they are as long as the header says. */
  framed(frames: readonly (readonly string[])[]): Block {
    const lines = frames.flat()
    const raw = lines.join('\n')
    const begins = frames.map((frame, index) => frame.join('\n') + (index < frames.length - 1 ? '\n' : ''))
    const payload = Buffer.concat(begins.map((text) => zstdCompressSync(Buffer.from(text))))
    const { header } = this.events(lines)
    this.#last = this.#before
    if (header.kind !== 'events') throw new TypeError('events have a header of their own')
    return this.#keep(encodeBlock({ ...header, raw: raw.length, codec: 'zstd' }, payload))
  }

  loss(cause: LossCause, count: number | null): Block {
    this.#at += 1_000
    return this.#keep(
      encodeBlock({
        ...this.#common(),
        kind: 'loss',
        cause,
        count,
        from: this.#at,
        to: this.#at,
        position: this.#position(0, 0),
      }),
    )
  }

  /** Another header at the same place: what a fault or a forger would send. */
  twin(block: Block, change: Partial<BlockHeader>): Block {
    return encodeBlock({ ...block.header, ...change } as BlockHeader, Buffer.from(block.payload))
  }

  #common() {
    const last = this.#last
    return {
      v: 1 as const,
      source: this.source,
      format: this.#format,
      stream: this.stream,
      block: last === undefined ? 0 : last.header.block + 1,
      prev: last?.hash ?? noHash,
      first: last === undefined ? 1 : nextSequence(last.header),
      lost: { count: 0, unknown: false },
    }
  }

  #position(begin: number, end: number) {
    const fingerprint = { length: 64, sha256: 'ab12cd34ef567890' }
    return { kind: 'file' as const, generation: 1, fingerprint, name: 'eve.json', begin, end }
  }

  #keep(block: Block): Block {
    this.#before = this.#last
    this.#last = block
    return block
  }
}
