// What holds between one `attach` of the connector and the next: credit, and where each stream is served (delivery C4).

/** One serving. Credit is in bytes of blocks. */
export class ServingState {
  resumed = false
  readonly listed = new Set<string>()
  /** Next block to send of each stream; a stream opened since begins at 0. */
  readonly next = new Map<string, number>()
  /** Blocks below the exchange's head that it lacks and this device has again, the lowest last (delivery J2). */
  readonly again = new Map<string, number[]>()
  /** Streams whose end has not been told. */
  readonly watched = new Set<string>()
  /** Streams that could not be read just now, for a reason that passes: left out until it is pumped again. */
  readonly later = new Set<string>()
  readonly #left = new Set<string>()
  readonly #damaged = new Map<string, number>()
  readonly #wanted = new Map<string, { readonly block: number; readonly at: number }>()
  #credit = 0
  #window = 0

  /** Adds what the exchange granted or gave back. */
  grant(bytes: number): void {
    if (!Number.isSafeInteger(bytes) || bytes < 0) return
    this.#credit += bytes
    this.#window = Math.max(this.#window, this.#credit)
  }

  /** There is credit at all. */
  get mayBegin(): boolean {
    return this.#credit > 0
  }

  /** @returns whether `bytes` may go: within the credit, or one block alone when nothing else is under way */
  covers(bytes: number, blocksBefore: number): boolean {
    return bytes <= this.#credit || (blocksBefore === 0 && this.#credit >= this.#window)
  }

  spend(bytes: number): void {
    this.#credit -= bytes
  }

  /** Leaves a stream out. @returns whether it is the first time */
  leave(stream: string): boolean {
    this.later.add(stream)
    const isFirst = !this.#left.has(stream)
    this.#left.add(stream)
    return isFirst
  }

  /** @returns how often a block has arrived damaged */
  damaged(stream: string, block: number): number {
    const key = `${stream}:${block}`
    const times = (this.#damaged.get(key) ?? 0) + 1
    this.#damaged.set(key, times)
    return times
  }

  /** @returns false where the same block was wanted a moment ago */
  wantedFirst(stream: string, block: number, now: number, againMs: number): boolean {
    const last = this.#wanted.get(stream)
    if (last?.block === block && now - last.at < againMs) return false
    this.#wanted.set(stream, { block, at: now })
    return true
  }
}
