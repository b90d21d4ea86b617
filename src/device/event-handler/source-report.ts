// What a source says of itself, of this start of EventHandler: its state and its counters (delivery N8).
import type { LossCause } from '../../wire/block-format.ts'
import type { SourceStatus } from '../../wire/status.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import { type SourceConfig, inputOf } from './source-config.ts'

/** State and counters of one source. */
export class SourceReport {
  events = 0
  ignored = 0
  notSelected = 0
  lastEventAt = 0
  /** Bytes of its file, as last seen; undefined where the unpacked length is not known. */
  size: number | undefined
  /** The port bound, and how many senders are connected, of a listener. */
  port: number | undefined
  connections: number | undefined
  certificate: SourceStatus['certificate']
  readonly #config: SourceConfig
  readonly #log: Log
  readonly #clock: Clock
  readonly #lost: Record<string, { count: number; unknown: boolean }> = {}
  #state: SourceStatus['state'] = 'waiting'
  #reason: string | undefined
  #lastLoss: SourceStatus['lastLoss']

  constructor(config: SourceConfig, { log, clock }: { readonly log: Log; readonly clock: Clock }) {
    this.#config = config
    this.#log = log
    this.#clock = clock
  }

  get state(): SourceStatus['state'] {
    return this.#state
  }

  /** @param reason begins with a code of the catalogue; logged once, when the state changes */
  say(state: SourceStatus['state'], reason?: string): void {
    if (state !== this.#state && reason !== undefined) this.#log.warn({ source: this.#config.name, state }, reason)
    this.#state = state
    this.#reason = reason
  }

  /** @param count null = unknown */
  lose(cause: LossCause, count: number | null): void {
    const entry = (this.#lost[cause] ??= { count: 0, unknown: false })
    if (count === null) entry.unknown = true
    else entry.count += count
    // What a stop may have cost is over.
    if (cause !== 'stopped.unclean') this.#lastLoss = { at: this.#clock.now(), cause }
  }

  /** @param readThrough offset behind the last byte read */
  status(format: string | undefined, stream: string | undefined, readThrough: number): SourceStatus {
    return {
      name: this.#config.name,
      format: format ?? this.#config.format,
      input: inputOf(this.#config, this.port),
      state: this.#state,
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      stream: stream ?? '',
      ...(this.connections === undefined ? {} : { connections: this.connections }),
      ...(this.certificate === undefined ? {} : { certificate: this.certificate }),
      behindBytes: Math.max(0, (this.size ?? 0) - readThrough),
      events: this.events,
      ignored: this.ignored,
      notSelected: this.notSelected,
      lost: this.#lost,
      lastEventAt: this.lastEventAt,
      ...(this.#lastLoss === undefined ? {} : { lastLoss: this.#lastLoss }),
    }
  }
}
