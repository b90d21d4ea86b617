// What one device has sent and the store has not answered yet, in the order it came. Bounded by the device's credit.
import type { DeviceStream, MissingBlocks } from '../../wire/streams.ts'

/** Bytes counted for a block beside its own, so that a million tiny ones cost a device its share (delivery D25). */
const blockCostBytes = 512

export type Asked =
  | { readonly kind: 'streams'; readonly streams: readonly DeviceStream[] }
  | { readonly kind: 'missing'; readonly missing: MissingBlocks }

export type Turn = { readonly kind: 'blocks'; readonly blocks: readonly Buffer[]; readonly bytes: number } | Asked

export class DeviceQueue {
  /** Consumed from `#begin`; shifting an array of thousands for every batch would be quadratic. */
  #items: (Buffer | Asked)[] = []
  #begin = 0
  #bytes = 0

  /** Bytes of blocks that wait. */
  get bytes(): number {
    return this.#bytes
  }

  get empty(): boolean {
    return this.#begin === this.#items.length
  }

  push(item: Buffer | Asked): void {
    this.#items.push(item)
    if (Buffer.isBuffer(item)) this.#bytes += item.length
  }

  /** Puts blocks that the store could not take back in front. */
  putBack(blocks: readonly Buffer[]): void {
    this.#items = [...blocks, ...this.#items.slice(this.#begin)]
    this.#begin = 0
    for (const block of blocks) this.#bytes += block.length
  }

  /** What must wait until the store has answered everything before it. */
  get nextIsAsked(): boolean {
    const item = this.#items[this.#begin]
    return item !== undefined && !Buffer.isBuffer(item)
  }

  /** Takes the next question, or consecutive blocks up to `costBytes` (at least one). */
  take(costBytes: number): Turn | undefined {
    const first = this.#items[this.#begin]
    if (first === undefined) return undefined
    if (!Buffer.isBuffer(first)) {
      this.#begin++
      this.#trim()
      return first
    }
    const blocks: Buffer[] = []
    let bytes = 0
    let cost = 0
    for (;;) {
      const item = this.#items[this.#begin]
      if (!Buffer.isBuffer(item)) break
      const itemCost = item.length + blockCostBytes
      if (blocks.length > 0 && cost + itemCost > costBytes) break
      blocks.push(item)
      bytes += item.length
      cost += itemCost
      this.#begin++
    }
    this.#bytes -= bytes
    this.#trim()
    return { kind: 'blocks', blocks, bytes }
  }

  clear(): void {
    this.#items = []
    this.#begin = 0
    this.#bytes = 0
  }

  #trim(): void {
    if (this.#begin < 1_024 && this.#begin < this.#items.length) return
    this.#items = this.#items.slice(this.#begin)
    this.#begin = 0
  }
}
