// What a channel does by the clock: ping, notice silence (delivery C8), sign once a minute (C11), say its status.
import type { Clock } from '../../platform/clock.ts'
import type { Link } from '../../platform/websocket-link.ts'

export type ChannelLimits = {
  readonly welcomeWithinMs: number
  readonly pingEveryMs: number
  readonly silenceMs: number
  readonly checkpointEveryMs: number
  /** At rest; with 10,000 devices 667 messages a second, 2.8 % of a core (performance 5). */
  readonly statusEveryMs: number
  /** With traffic, for the ledger's word on what is outstanding. */
  readonly statusBusyMs: number
  /** After a change; also the least distance of two. */
  readonly statusSoonMs: number
  readonly tickMs: number
}

export const channelLimits: ChannelLimits = {
  welcomeWithinMs: 10_000,
  pingEveryMs: 20_000,
  silenceMs: 45_000,
  checkpointEveryMs: 60_000,
  statusEveryMs: 15_000,
  statusBusyMs: 5_000,
  statusSoonMs: 500,
  tickMs: 250,
}

export type PulseEvents = { silent(): void; checkpoint(): void; status(): void }

export class ChannelPulse {
  readonly #link: Link
  readonly #clock: Clock
  readonly #limits: ChannelLimits
  readonly #events: PulseEvents
  readonly #stop = new AbortController()
  readonly #openedAt: number
  #welcomedAt: number | undefined
  #pingAt: number
  #checkpointAt: number
  #statusAt = Number.NEGATIVE_INFINITY
  #statusSoon = true
  #busy = false
  #aliveAt: number
  #receivedBytes = 0
  #handedBytes = 0
  #leftBytes = 0
  #waited = false

  constructor(link: Link, clock: Clock, limits: ChannelLimits, events: PulseEvents) {
    this.#link = link
    this.#clock = clock
    this.#limits = limits
    this.#events = events
    this.#openedAt = this.#pingAt = this.#checkpointAt = this.#aliveAt = clock.monotonic()
    void this.#beat()
  }

  welcomed(): void {
    this.#welcomedAt = this.#clock.monotonic()
  }

  /** Blocks went up. */
  traffic(): void {
    this.#busy = true
  }

  statusSoon(): void {
    this.#statusSoon = true
  }

  /** Bytes given to the link. */
  handed(bytes: number): void {
    this.#handedBytes += bytes
  }

  stop(): void {
    this.#stop.abort()
  }

  async #beat(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      await this.#clock.sleep(this.#limits.tickMs, signal)
      if (!signal.aborted) this.#tick(this.#clock.monotonic())
    }
  }

  #tick(now: number): void {
    const { welcomeWithinMs, pingEveryMs, silenceMs, checkpointEveryMs } = this.#limits
    this.#lookForLife(now)
    const late = this.#welcomedAt === undefined && now - this.#openedAt > welcomeWithinMs
    if (late || now - this.#aliveAt > silenceMs) return this.#events.silent()
    if (now - this.#pingAt >= pingEveryMs) {
      this.#pingAt = now
      this.#link.ping()
    }
    if (this.#welcomedAt === undefined) return
    if (now - this.#checkpointAt >= checkpointEveryMs) {
      this.#checkpointAt = now
      this.#events.checkpoint()
    }
    if (now - this.#statusAt >= this.#statusWaitMs()) {
      this.#statusAt = now
      this.#statusSoon = this.#busy = false
      this.#events.status()
    }
  }

  #statusWaitMs(): number {
    if (this.#statusSoon) return this.#limits.statusSoonMs
    return this.#busy ? this.#limits.statusBusyMs : this.#limits.statusEveryMs
  }

  /**
   * Anything that came in is life. So is what leaves us while more is waiting: on a slow link our own message of a
   * mebibyte holds back the ping behind it for longer than the limit of silence (D20, D22).
   */
  #lookForLife(now: number): void {
    const received = this.#link.receivedBytes
    const waiting = this.#link.waitingBytes
    const left = this.#handedBytes - waiting
    if (received > this.#receivedBytes || (this.#waited && left > this.#leftBytes)) this.#aliveAt = now
    this.#receivedBytes = received
    this.#leftBytes = left
    this.#waited = waiting > 0
  }
}
