// Which of the connections to a bound socket is the connector: the newest one that speaks. One that it replaced is
// heard again only when the newer has fallen silent.
import { localSilenceMs } from '../../wire/local/messages.ts'

/** Replaced connections remembered: more than ever speak at once. */
const replacedMax = 64

/** Chooses the peer by connection id. */
export class HopPeers {
  #current: string | undefined
  #heardAt = 0
  readonly #replaced = new Set<string>()

  get current(): string | undefined {
    return this.#current
  }

  /** @returns whether what `id` says counts, and whether it is another connection than before. `now` in monotonic ms */
  heard(id: string, now: number): 'same' | 'new' | 'ignored' {
    if (id === this.#current) {
      this.#heardAt = now
      return 'same'
    }
    const alive = this.#current !== undefined && now - this.#heardAt <= localSilenceMs
    if (alive && this.#replaced.has(id)) return 'ignored'
    if (this.#current !== undefined) this.#replaced.add(this.#current)
    this.#replaced.delete(id)
    const [oldest] = this.#replaced
    if (this.#replaced.size > replacedMax && oldest !== undefined) this.#replaced.delete(oldest)
    this.#current = id
    this.#heardAt = now
    return 'new'
  }

  /** The connection is gone. */
  lost(id: string): void {
    if (id === this.#current) this.#current = undefined
  }
}
