// What the store's outcomes mean for the device: acks by stream, blocks wanted, streams refused (delivery C5, J1–J3).
import { blockHeadBytes, headerBytesMax } from '../../wire/block-format.ts'
import type { Clock } from '../../platform/clock.ts'
import type { StreamHead } from '../../wire/streams.ts'
import type { Outcome } from './store.ts'

export type Reply = {
  readonly acks: Readonly<Record<string, number>>
  readonly wanted: readonly { readonly stream: string; readonly block: number; readonly damaged?: true }[]
  readonly conflicts: readonly { readonly stream: string; readonly block: number }[]
  /** A stream that holds events has grown: its first block holds none, and the first declared loss may be before any. */
  readonly storedEvents: boolean
  /** Why a block was bad whose stream cannot be read: nothing can be asked for. */
  readonly unreadable: string | undefined
}

/** Streams remembered in one session; a device that names more is asked for a block more than once, nothing else. */
const streamsRemembered = 20_000

export class StreamAnswers {
  readonly #clock: Clock
  readonly #wantedAgainMs: number
  readonly #heads = new Map<string, number>()
  /** Behind a gap every block of the stream misses the same one: it is asked for once. */
  readonly #asked = new Map<string, { readonly block: number; readonly at: number }>()
  readonly #refused = new Set<string>()

  constructor(clock: Clock, wantedAgainMs: number) {
    this.#clock = clock
    this.#wantedAgainMs = wantedAgainMs
  }

  resumed(heads: Readonly<Record<string, StreamHead>>): void {
    for (const [stream, head] of Object.entries(heads)) this.moved(stream, head.block)
    this.#asked.clear()
    this.#refused.clear()
  }

  moved(stream: string, block: number): void {
    if (this.#heads.size >= streamsRemembered) this.#heads.clear()
    this.#heads.set(stream, block)
    this.#asked.delete(stream)
  }

  /** @param blocks those that were given, in the order of `outcomes` */
  read(blocks: readonly Buffer[], outcomes: readonly Outcome[]): Reply {
    const acks: Record<string, number> = {}
    const wanted: Reply['wanted'][number][] = []
    const conflicts: Reply['conflicts'][number][] = []
    let storedEvents = false
    let unreadable: string | undefined
    for (const [index, outcome] of outcomes.entries()) {
      switch (outcome.kind) {
        case 'stored':
        case 'duplicate':
          if (outcome.kind === 'stored') {
            storedEvents ||= outcome.head.sequence > 0
            this.moved(outcome.stream, outcome.head.block)
          }
          if (outcome.head.block >= 0) acks[outcome.stream] = Math.max(acks[outcome.stream] ?? 0, outcome.head.block)
          break
        case 'gap':
          if (this.#mayAsk(outcome.stream, outcome.wanted))
            wanted.push({ stream: outcome.stream, block: outcome.wanted })
          break
        case 'bad': {
          const place = placeOf(blocks[index])
          const stream = outcome.stream ?? place?.stream
          if (stream === undefined) unreadable = outcome.reason
          else if ((place?.block ?? this.#next(stream)) === this.#next(stream)) wanted.push(this.#damaged(stream))
          break
        }
        case 'conflict':
          if (this.#refused.has(outcome.stream)) break
          if (this.#refused.size < streamsRemembered) this.#refused.add(outcome.stream)
          conflicts.push({ stream: outcome.stream, block: outcome.block })
          break
        default:
          outcome satisfies never
      }
    }
    return { acks, wanted, conflicts, storedEvents, unreadable }
  }

  /** Every damaged arrival is answered, or the device could not count to three (J1); the gap behind it is not. */
  #damaged(stream: string): Reply['wanted'][number] {
    const block = this.#next(stream)
    this.#asked.set(stream, { block, at: this.#clock.monotonic() })
    return { stream, block, damaged: true }
  }

  #next(stream: string): number {
    return (this.#heads.get(stream) ?? -1) + 1
  }

  #mayAsk(stream: string, block: number): boolean {
    const now = this.#clock.monotonic()
    const asked = this.#asked.get(stream)
    if (asked !== undefined && asked.block === block && now - asked.at < this.#wantedAgainMs) return false
    if (this.#asked.size >= streamsRemembered) this.#asked.clear()
    this.#asked.set(stream, { block, at: now })
    return true
  }
}

/** Looks for stream and number in the header of a block that does not hold; the header itself may be no JSON any more. */
function placeOf(block: Buffer | undefined): { stream: string; block: number | undefined } | undefined {
  if (block === undefined || block.length < blockHeadBytes) return undefined
  const end = blockHeadBytes + Math.min(block.readUInt32LE(4), headerBytesMax)
  const header = block.toString('latin1', blockHeadBytes, end)
  const stream = /"stream":"([0-9a-f]{32})"/.exec(header)?.[1]
  const number = /"block":([0-9]{1,15})[,}]/.exec(header)?.[1]
  return stream === undefined ? undefined : { stream, block: number === undefined ? undefined : Number(number) }
}
