// Where each block of one stream lies in the spool: typed arrays of 28 bytes a block, whatever the backlog (delivery S10).

export type BlockPlace = {
  readonly segment: number
  /** Of the frame head within the segment. */
  readonly offset: number
  readonly length: number
  /** Highest sequence of the stream after this block. */
  readonly sequence: number
  /** Arrival of its last line, Unix ms. */
  readonly arrivedAt: number
}

/** A segment is at most 64 MiB and one block of 17 MiB: the offset fits below this. */
const offsetLimit = 2 ** 27
const hole = -1

/** Places of consecutive blocks from `lowest` on; a block that was lost is a hole. */
export class BlockIndex {
  #lowest: number
  #count = 0
  #skip = 0
  #places = new Float64Array(16)
  #sequences = new Float64Array(16)
  #arrivals = new Float64Array(16)
  #lengths = new Uint32Array(16)

  /** @param lowest number of the first block that may be added */
  constructor(lowest: number) {
    this.#lowest = lowest
  }

  /** Lowest block that may be here; `next` where there is none. */
  get lowest(): number {
    return this.#lowest
  }

  /** Number behind the last block. */
  get next(): number {
    return this.#lowest + this.#count
  }

  /** Adds a block at or behind `next`; what is left out between is a hole. */
  add(block: number, place: BlockPlace): void {
    if (this.#count === 0) this.#lowest = block
    while (this.next < block) this.#push(hole, 0, 0, 0)
    this.#push(place.segment * offsetLimit + place.offset, place.length, place.sequence, place.arrivedAt)
  }

  /** @returns where a block lies; undefined where it is a hole or not here */
  place(block: number): BlockPlace | undefined {
    const at = block - this.#lowest
    if (at < 0 || at >= this.#count) return undefined
    const packed = this.#places[this.#skip + at] ?? hole
    if (packed === hole) return undefined
    const segment = Math.floor(packed / offsetLimit)
    return {
      segment,
      offset: packed - segment * offsetLimit,
      length: this.#lengths[this.#skip + at] ?? 0,
      sequence: this.#sequences[this.#skip + at] ?? 0,
      arrivedAt: this.#arrivals[this.#skip + at] ?? 0,
    }
  }

  /** @returns the first block at or behind `block` that is no hole; `next` where there is none */
  firstHeld(block: number): number {
    let number = Math.max(block, this.#lowest)
    while (number < this.next && this.place(number) === undefined) number++
    return number
  }

  /** A block cannot be read: it is a hole from now on. */
  lose(block: number): void {
    const at = block - this.#lowest
    if (at >= 0 && at < this.#count) this.#places[this.#skip + at] = hole
  }

  /** Forgets the blocks below `block`: their segment is gone. */
  dropBelow(block: number): void {
    const dropped = Math.min(Math.max(block - this.#lowest, 0), this.#count)
    this.#lowest += dropped
    this.#skip += dropped
    this.#count -= dropped
  }

  /** Forgets the blocks above `block`: they are void. */
  dropAbove(block: number): void {
    this.#count = Math.min(this.#count, Math.max(block + 1 - this.#lowest, 0))
  }

  /** Sum of the lengths of the blocks above `block`. */
  bytesAbove(block: number): number {
    let sum = 0
    const first = Math.max(block + 1 - this.#lowest, 0)
    for (let at = first; at < this.#count; at++) sum += this.#lengths[this.#skip + at] ?? 0
    return sum
  }

  #push(place: number, length: number, sequence: number, arrivedAt: number): void {
    if (this.#skip + this.#count === this.#places.length) this.#grow()
    const at = this.#skip + this.#count++
    this.#places[at] = place
    this.#lengths[at] = length
    this.#sequences[at] = sequence
    this.#arrivals[at] = arrivedAt
  }

  #grow(): void {
    const size = Math.max(16, this.#count * 2)
    const move = (from: Float64Array) => {
      const into = new Float64Array(size)
      into.set(from.subarray(this.#skip, this.#skip + this.#count))
      return into
    }
    this.#places = move(this.#places)
    this.#sequences = move(this.#sequences)
    this.#arrivals = move(this.#arrivals)
    const lengths = new Uint32Array(size)
    lengths.set(this.#lengths.subarray(this.#skip, this.#skip + this.#count))
    this.#lengths = lengths
    this.#skip = 0
  }
}
