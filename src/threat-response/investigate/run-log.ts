// The events of one investigation in order, each with its place, so that who lost the connection goes on where it was
// (console-and-cli 4). Bounded: who fell behind it fetches the whole again.
import type { InvestigationEvent } from '../../wire/api/investigations.ts'

export type Placed = { readonly id: number; readonly event: InvestigationEvent }

const eventsMax = 400
/** As JSON; a graph of 500 nodes is some 200 kB. So much one reader that does not read holds, too. */
const charactersMax = 4_194_304

export class RunLog {
  readonly #events: (Placed & { readonly characters: number })[] = []
  #characters = 0
  #last = 0
  #over = false
  #changed = Promise.withResolvers<void>()

  /** Place of the newest event; 0 before the first. */
  get last(): number {
    return this.#last
  }

  /** What it holds, as JSON. */
  get characters(): number {
    return this.#characters
  }

  get over(): boolean {
    return this.#over
  }

  add(event: InvestigationEvent): void {
    const { length: characters } = JSON.stringify(event)
    this.#events.push({ id: ++this.#last, event, characters })
    this.#characters += characters
    while (this.#events.length > eventsMax || this.#characters > charactersMax)
      this.#characters -= this.#events.shift()?.characters ?? 0
    this.#wake()
  }

  /** Nothing comes any more. */
  end(): void {
    this.#over = true
    this.#wake()
  }

  /** Everything behind a place as it comes, until the end or the abort; `reset` where the place is not known. */
  async *follow(after: number, signal: AbortSignal): AsyncGenerator<readonly Placed[]> {
    let place = after
    const gone = Promise.withResolvers<void>()
    const leave = () => gone.resolve()
    signal.addEventListener('abort', leave, { once: true })
    try {
      while (!signal.aborted) {
        const first = (this.#events[0]?.id ?? this.#last + 1) - 1
        if (place < first || place > this.#last) {
          // What comes while the reader is busy with it comes behind it.
          place = this.#last
          yield [{ id: place, event: { event: 'reset', data: {} } }]
        }
        const next = this.#events.filter(({ id }) => id > place)
        place = this.#last
        if (next.length > 0) yield next
        else if (this.#over) return
        else await Promise.race([this.#changed.promise, gone.promise])
      }
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  #wake(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }
}
