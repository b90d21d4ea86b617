// EventHandler as the connector sees it, over blocks in memory: lists, serves behind the heads within the credit,
// sends again what is wanted, forgets nothing that was not acknowledged (delivery H2, C3–C5).
import type { Block } from '../../src/wire/block-format.ts'
import { nextSequence, noHash } from '../../src/wire/block-format.ts'
import type { HopHandlers, OpenHop, ToEventHandler } from '../../src/device/connector/hop-port.ts'
import type { EventHandlerStatus } from '../../src/wire/status.ts'

type Spooled = { readonly blocks: Block[]; next: number; acknowledged: number }

export class SpooledDevice {
  readonly streams = new Map<string, Spooled>()
  readonly refused: string[] = []
  readonly wanted: { stream: string; block: number; damaged?: true }[] = []
  readonly attaches: { ended: boolean }[] = []
  /** Called for each message to be served; may drop, double or alter blocks on their way. */
  mangle: (blocks: Buffer[]) => Buffer[] = (blocks) => blocks
  #handlers: HopHandlers | undefined
  #credit = 0
  #serving = false
  #perMessage = 7

  add(stream: string, blocks: readonly Block[]): void {
    const held = this.streams.get(stream) ?? { blocks: [], next: 0, acknowledged: -1 }
    held.blocks.push(...blocks)
    this.streams.set(stream, held)
    this.#serve()
  }

  get drained(): boolean {
    return [...this.streams.values()].every(({ blocks, acknowledged }) => acknowledged === blocks.length - 1)
  }

  readonly openHop: OpenHop = async (_, handlers) => {
    this.#handlers = handlers
    setImmediate(() => this.meet())
    return {
      send: (message) => {
        setImmediate(() => this.#hear(message))
        return true
      },
      [Symbol.asyncDispose]: async () => undefined,
    }
  }

  /** EventHandler comes, or comes back. */
  meet(): void {
    this.#serving = false
    this.#handlers?.onState('connected')
    this.#handlers?.onMessage({ t: 'status', session: 's', status: this.status() }, [])
  }

  leave(): void {
    this.#serving = false
    this.#handlers?.onState('silent')
  }

  endStream(stream: string): void {
    const head = this.#headOf(stream)
    this.#handlers?.onMessage({ t: 'ended', session: 's', stream, head }, [])
  }

  missing(stream: string, from: number, through: number): void {
    this.#handlers?.onMessage({ t: 'missing', session: 's', stream, from, through, cause: 'spool.damaged' }, [])
  }

  status(): EventHandlerStatus {
    const given = Object.fromEntries(
      [...this.streams].map(([id, { acknowledged }]) => [
        id,
        { source: 's', sequence: this.#headOf(id).sequence, block: this.#headOf(id).block, acknowledged },
      ]),
    )
    return {
      v: 1,
      pid: 1,
      startedAt: 1,
      socket: 'memory',
      sources: [],
      spool: {
        bytes: 0,
        bytesMax: 1,
        segments: 1,
        outstandingEvents: 0,
        outstandingBytes: 0,
        oldestOutstandingAt: 0,
        state: 'open',
        given,
      },
      drained: this.drained,
    }
  }

  #headOf(stream: string) {
    const last = this.streams.get(stream)?.blocks.at(-1)
    return {
      block: last?.header.block ?? -1,
      hash: last?.hash ?? noHash,
      sequence: last === undefined ? 0 : nextSequence(last.header) - 1,
    }
  }

  #hear(message: ToEventHandler): void {
    switch (message.t) {
      case 'attach':
        this.attaches.push({ ended: message.ended })
        this.#serving = false
        this.#credit = 0
        this.#handlers?.onMessage(
          {
            t: 'streams',
            session: 's',
            streams: [...this.streams.keys()].map((stream) => ({
              stream,
              source: 's',
              state: 'live',
              head: this.#headOf(stream),
              lowest: 0,
            })),
          },
          [],
        )
        return
      case 'resume':
        for (const [stream, head] of Object.entries(message.heads)) {
          const held = this.streams.get(stream)
          if (held === undefined) continue
          held.next = head.block + 1
          held.acknowledged = head.block
        }
        this.#serving = true
        return
      case 'credit':
        this.#credit += message.bytes
        return this.#serve()
      case 'ack':
        for (const [stream, block] of Object.entries(message.acks)) {
          const held = this.streams.get(stream)
          if (held !== undefined && block > held.acknowledged) held.acknowledged = block
        }
        return
      case 'wanted': {
        this.wanted.push({
          stream: message.stream,
          block: message.block,
          ...(message.damaged === undefined ? {} : { damaged: message.damaged }),
        })
        const held = this.streams.get(message.stream)
        if (held !== undefined) held.next = message.block
        return this.#serve()
      }
      case 'refused':
        this.refused.push(message.stream)
        return
      case 'detach':
        this.#serving = false
        this.#credit = 0
        return
      case 'alive':
        return
      default:
        message satisfies never
    }
  }

  #serve(): void {
    for (let blocks = this.#nextBlocks(); blocks.length > 0; blocks = this.#nextBlocks())
      this.#handlers?.onMessage({ t: 'blocks', session: 's' }, this.mangle(blocks))
  }

  #nextBlocks(): Buffer[] {
    const blocks: Buffer[] = []
    if (!this.#serving) return blocks
    for (const held of this.streams.values())
      for (let next = held.blocks[held.next]; next !== undefined && blocks.length < this.#perMessage; ) {
        if (next.bytes.length > this.#credit) return blocks
        this.#credit -= next.bytes.length
        held.next++
        blocks.push(next.bytes)
        next = held.blocks[held.next]
      }
    return blocks
  }
}
