// A live stream that is too far behind becomes backlog and its source opens a new one, so that new events are searchable
// at once, whatever waits (delivery C7).
import type { Clock } from '../../platform/clock.ts'
import type { Sources } from './sources.ts'
import type { SpoolLog } from './spool/spool-log.ts'
import type { SpoolStream } from './spool/spool-streams.ts'

const behindBytes = 8 * 1024 * 1024
/** When a channel opens: what waits longer than a fraction of a second to be drained stands before no new event (decision 0012). */
const behindBytesAtOpening = 512 * 1024
const behindMs = 30_000
const atMostEveryMs = 600_000

/** Looks for live streams that fell behind. */
export class FallingBehind {
  readonly #spool: SpoolLog
  readonly #sources: Sources
  readonly #clock: Clock
  readonly #lastAt = new Map<string, number>()

  constructor(spool: SpoolLog, sources: Sources, clock: Clock) {
    this.#spool = spool
    this.#sources = sources
    this.#clock = clock
  }

  /** @param moment when a channel opens, and each second while it is open */
  check(moment: 'opening' | 'open'): void {
    const bytes = moment === 'opening' ? behindBytesAtOpening : behindBytes
    const now = this.#clock.monotonic()
    for (const stream of this.#spool.streams.active()) {
      if (stream.state !== 'live' || !this.#isBehind(stream, bytes)) continue
      if (now - (this.#lastAt.get(stream.source) ?? -Infinity) < atMostEveryMs) continue
      this.#lastAt.set(stream.source, now)
      this.#sources.behind(stream.source)
    }
  }

  #isBehind(stream: SpoolStream, bytes: number): boolean {
    if (stream.outstandingBytes > bytes) return true
    for (let block = stream.acknowledged + 1; block <= stream.head.block; block++) {
      const place = stream.blocks.place(block)
      // An `open` block has no arrival: the one behind it has.
      if (place !== undefined && place.arrivedAt > 0) return this.#clock.now() - place.arrivedAt > behindMs
    }
    return false
  }
}
