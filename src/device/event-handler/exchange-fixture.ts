// The other side for this part's tests: a connector that keeps blocks as an exchange does, checks every chain, and can
// be told to answer badly.
import assert from 'node:assert/strict'
import type { HopClient } from '../hop/hop.ts'
import { openHopClient } from '../hop/hop-zeromq.ts'
import {
  type Block,
  type BlockHeader,
  decodeBlock,
  isBlock,
  nextSequence,
  noHash,
  splitLines,
  unpackLines,
} from '../../wire/block-format.ts'
import type { FromEventHandler } from '../../wire/local/messages.ts'
import {
  type DeviceStream,
  type HeldStream,
  holesNamedMax,
  type MissingBlocks,
  type StreamHead,
} from '../../wire/streams.ts'
import type { EventHandlerStatus } from '../../wire/status.ts'
import { systemClock } from '../../platform/clock.ts'
import { openLog } from '../../platform/log.ts'

export type HeldEvent = {
  readonly stream: string
  readonly sequence: number
  readonly line: string
  readonly offset: number
}

export type TestExchangeOptions = {
  readonly creditBytes?: number
  /** Keeps blocks but never acknowledges. */
  readonly silent?: boolean
  /** Only listens until `attach` is called. */
  readonly idle?: boolean
  readonly ended?: boolean
  /** Receives but keeps the credit, as a slow exchange does. */
  readonly hoard?: boolean
  /** Checks the chains but keeps no block. */
  readonly forgets?: boolean
  /** Blocks that arrive damaged: `source block` → how often. */
  readonly damaged?: Map<string, number>
}

/** Waits for a condition, at most `ms`. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, ms = 20_000): Promise<void> {
  const deadline = systemClock.monotonic() + ms
  while (!(await condition())) {
    assert(systemClock.monotonic() < deadline, `never: ${what}`)
    await systemClock.sleep(10)
  }
}

/** What outlives a connection: the journal. */
export class TestJournal {
  readonly streams = new Map<string, Block[]>()
  readonly heads = new Map<string, StreamHead>()
  readonly missing: MissingBlocks[] = []
  /** Blocks of each stream that were declared missing and have not come since. */
  readonly #holes = new Map<string, Set<number>>()
  duplicates = 0
  forgets = false

  /** @returns the number wanted where it is not the next one */
  store(block: Block): number | undefined {
    const { header } = block
    const head = this.heads.get(header.stream) ?? { block: -1, hash: noHash, sequence: 0 }
    if (header.block <= head.block) {
      if (this.#holes.get(header.stream)?.delete(header.block) === true) this.#fill(block)
      else this.duplicates++
      return undefined
    }
    if (header.block > head.block + 1) return head.block + 1
    if (head.hash !== '') {
      assert.equal(header.prev, head.hash, `the chain of ${header.source} breaks at ${header.block}`)
      assert.equal(header.first, head.sequence + 1)
    }
    const blocks = this.streams.get(header.stream) ?? []
    this.streams.set(header.stream, blocks)
    if (!this.forgets) blocks.push(block)
    this.heads.set(header.stream, { block: header.block, hash: block.hash, sequence: nextSequence(header) - 1 })
    return undefined
  }

  /** What is told of a stream when it is listed. */
  held(stream: string): HeldStream {
    const head = this.heads.get(stream) ?? { block: -1, hash: noHash, sequence: 0 }
    const holes = [...(this.#holes.get(stream) ?? [])].map((block) => [block, block] as const)
    return holes.length === 0 ? head : { ...head, holes: holes.slice(0, holesNamedMax) }
  }

  lose(missing: MissingBlocks): void {
    this.missing.push(missing)
    const holes = this.#holes.get(missing.stream) ?? new Set()
    const head = this.heads.get(missing.stream)?.block ?? -1
    // Said again for a block that was on its way: what came behind it since stays.
    if (missing.through <= head) return
    for (let block = Math.max(missing.from, head + 1); block <= missing.through; block++) holes.add(block)
    this.#holes.set(missing.stream, holes)
    this.heads.set(missing.stream, {
      block: missing.through,
      hash: missing.final?.hash ?? '',
      sequence: missing.final?.sequence ?? this.heads.get(missing.stream)?.sequence ?? 0,
    })
  }

  #fill(block: Block): void {
    const blocks = [...(this.streams.get(block.header.stream) ?? []), block]
    this.streams.set(
      block.header.stream,
      blocks.sort((one, other) => one.header.block - other.header.block),
    )
  }

  get headers(): BlockHeader[] {
    return [...this.streams.values()].flat().map((block) => block.header)
  }

  /** Every event held, with its offset in its file, by order of streams and sequence. */
  get events(): HeldEvent[] {
    return [...this.streams.values()].flat().flatMap(eventsOf)
  }

  get lines(): string[] {
    return this.events.map((event) => event.line)
  }

  losses(): { cause: string; count: number | null; bytes?: number; sha256?: string }[] {
    return this.headers
      .filter((header) => header.kind === 'loss')
      .map(({ cause, count, bytes, sha256 }) => ({
        cause,
        count,
        ...(bytes === undefined ? {} : { bytes }),
        ...(sha256 === undefined ? {} : { sha256 }),
      }))
  }
}

/** @returns the events of a block, with the offsets its header gives or implies */
export function eventsOf({ header, payload }: Block): HeldEvent[] {
  if (header.kind !== 'events') return []
  const lines = splitLines(unpackLines(header, payload), header.count)
  let offset = header.position.kind === 'file' ? header.position.begin : 0
  return lines.map((line, index) => {
    const at = header.at?.[index] ?? offset
    offset += line.length + 1
    return { stream: header.stream, sequence: header.first + index, line: line.toString('latin1'), offset: at }
  })
}

/** Attaches to a socket and stores what comes into the journal. */
export class TestExchange implements AsyncDisposable {
  readonly journal: TestJournal
  readonly #options: TestExchangeOptions
  #hop: HopClient | undefined
  status: EventHandlerStatus | undefined
  listed: readonly DeviceStream[] = []
  ended: string[] = []
  /** How often it was told to begin. */
  meetings = 0
  underWay = 0
  underWayMax = 0
  /** Streams of the blocks received, in order. */
  order: { stream: string; bytes: number }[] = []
  acking = true

  static async open(path: string, journal = new TestJournal(), options: TestExchangeOptions = {}) {
    const exchange = new TestExchange(journal, options)
    exchange.#hop = await openHopClient(path, openLog('test', '/dev/null'), {
      onMessage: (message, blocks) => exchange.#take(message, blocks),
      onState: (state) => {
        if (state === 'connected') exchange.meetings++
        if (state === 'connected' && options.idle !== true) exchange.attach()
      },
    })
    return exchange
  }

  constructor(journal: TestJournal, options: TestExchangeOptions) {
    this.journal = journal
    this.#options = options
    this.acking = options.silent !== true
    journal.forgets = options.forgets === true
  }

  get hop(): HopClient {
    assert(this.#hop !== undefined)
    return this.#hop
  }

  attach(): void {
    this.hop.send({ t: 'attach', ended: this.#options.ended ?? false, device: 'test', lingerMs: 50 })
  }

  /** Acknowledges all it holds. */
  ackAll(): void {
    this.acking = true
    this.hop.send({ t: 'ack', acks: Object.fromEntries([...this.journal.heads].map(([id, head]) => [id, head.block])) })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#hop?.[Symbol.asyncDispose]()
  }

  #take(message: FromEventHandler, blocks: readonly Buffer[]): void {
    switch (message.t) {
      case 'status':
        this.status = message.status
        return
      case 'streams': {
        this.listed = message.streams
        const heads = message.streams.map(({ stream }) => [stream, this.journal.held(stream)] as const)
        this.hop.send({ t: 'resume', heads: Object.fromEntries(heads) })
        this.underWay = 0
        this.hop.send({ t: 'credit', bytes: this.#options.creditBytes ?? 1024 * 1024 })
        return
      }
      case 'blocks':
        return this.#store(blocks)
      case 'missing':
        this.journal.lose(message)
        this.hop.send({ t: 'ack', acks: { [message.stream]: message.through } })
        return
      case 'ended':
        this.ended.push(message.stream)
        return
      default:
        return message satisfies never
    }
  }

  #store(blocks: readonly Buffer[]): void {
    const acks: Record<string, number> = {}
    let bytes = 0
    for (const raw of blocks) {
      const block = decodeBlock(Buffer.from(raw))
      assert(isBlock(block))
      bytes += raw.length
      this.order.push({ stream: block.header.stream, bytes: raw.length })
      const name = `${block.header.source} ${block.header.block}`
      const damaged = this.#options.damaged?.get(name) ?? 0
      if (damaged > 0) {
        this.#options.damaged?.set(name, damaged - 1)
        this.hop.send({ t: 'wanted', stream: block.header.stream, block: block.header.block, damaged: true })
        continue
      }
      const wanted = this.journal.store(block)
      if (wanted === undefined) acks[block.header.stream] = block.header.block
      else this.hop.send({ t: 'wanted', stream: block.header.stream, block: wanted })
    }
    this.underWay += bytes
    this.underWayMax = Math.max(this.underWayMax, this.underWay)
    if (this.#options.hoard === true) return
    if (this.acking) this.hop.send({ t: 'ack', acks })
    this.underWay -= bytes
    this.hop.send({ t: 'credit', bytes })
  }
}
