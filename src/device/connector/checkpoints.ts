// What is to be signed: the last block sent of each stream, once a minute with traffic and when a stream ends
// (delivery C11). The hash is made when it is signed, not for every block.
import { createHash } from 'node:crypto'
import { blockHeadBytes, nextSequence, type BlockHeader } from '../../wire/block-format.ts'
import type { CheckpointFacts } from '../../wire/channel/checkpoint.ts'
import type { StreamHead } from '../../wire/streams.ts'

/** Blocks held until they are signed; each may pin the message it came in (1 MiB), so there are few. */
const heldMax = 16

export type SentBlock = { readonly stream: string; readonly block: number; readonly sequence: number }

export class Checkpoints {
  readonly #last = new Map<string, SentBlock & { readonly bytes: Buffer }>()

  /** Notes a block that was sent. @returns its place, undefined where its header cannot be read */
  sent(bytes: Buffer): SentBlock | undefined {
    const header = headerOf(bytes)
    if (header === undefined) return undefined
    const sent = { stream: header.stream, block: header.block, sequence: nextSequence(header) - 1 }
    const held = this.#last.get(sent.stream)
    if (held === undefined || sent.block > held.block) this.#last.set(sent.stream, { ...sent, bytes })
    return sent
  }

  /** More are held than is good: sign them before the minute is over. */
  get crowded(): boolean {
    return this.#last.size > heldMax
  }

  /** Takes all that was sent since the last time. */
  take(at: number): CheckpointFacts[] {
    const facts = [...this.#last.values()].map(({ stream, block, sequence, bytes }) => ({
      stream,
      block,
      hash: createHash('sha256').update(bytes.subarray(blockHeadBytes)).digest('hex'),
      sequence,
      at,
    }))
    this.#last.clear()
    return facts
  }

  /** A stream has ended: its final numbers are what is signed. */
  ended(stream: string, head: StreamHead, at: number): CheckpointFacts | undefined {
    this.#last.delete(stream)
    if (head.block < 0) return undefined
    return { stream, block: head.block, hash: head.hash, sequence: head.sequence, at }
  }
}

function headerOf(bytes: Buffer): BlockHeader | undefined {
  try {
    const header: BlockHeader = JSON.parse(
      bytes.toString('utf8', blockHeadBytes, blockHeadBytes + bytes.readUInt32LE(4)),
    )
    return typeof header.stream === 'string' && Number.isSafeInteger(header.block) && Number.isSafeInteger(header.first)
      ? header
      : undefined
  } catch {
    return undefined
  }
}
