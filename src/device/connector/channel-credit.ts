// The bytes of blocks that may be under way (delivery C4): granted by the exchange, handed on to EventHandler, which
// reads no further than they reach. The one account both views are checked against.

export class ChannelCredit {
  /** Granted and not yet used; below zero while a block larger than the grant travels alone. */
  #availableBytes: number
  readonly #grantBytes: number

  constructor(grantBytes: number) {
    this.#grantBytes = grantBytes
    this.#availableBytes = grantBytes
  }

  get availableBytes(): number {
    return Math.max(0, this.#availableBytes)
  }

  get underWayBytes(): number {
    return this.#grantBytes - this.#availableBytes
  }

  /**
   * Takes what a message of blocks needs.
   * @returns false where the exchange would cut us off: more than granted, and not one block alone with nothing under way
   */
  spend(bytes: number, blocks: number): boolean {
    if (bytes > this.#availableBytes && !(blocks === 1 && this.underWayBytes === 0)) return false
    this.#availableBytes -= bytes
    return true
  }

  /** Puts back what the exchange returned. @returns false where it returns more than is under way */
  giveBack(bytes: number): boolean {
    if (bytes > this.underWayBytes) return false
    this.#availableBytes += bytes
    return true
  }
}
