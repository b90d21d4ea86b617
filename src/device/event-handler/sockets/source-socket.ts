// A source that listens: a unix socket of a sensor, or syslog (delivery N6). It binds, reads always, and says what it
// could not keep; where it cannot bind it says so and tries again.
import { Fault } from '../../../core/fault.ts'
import type { StreamEnd } from '../../../wire/block-format.ts'
import type { SourceStatus } from '../../../wire/status.ts'
import type { Listen, Listening } from './listening.ts'
import { SocketIntake } from './socket-intake.ts'
import { socketRoom } from '../socket-room.ts'
import type { Source, SourceOptions } from '../source.ts'
import { type SocketSourceConfig, inputOf } from '../source-config.ts'
import { SourceReport } from '../source-report.ts'
import type { SourceMark } from '../spool/spool-table.ts'
import { Wake } from '../wake.ts'

const retryMs = 1_000
const upkeepEveryMs = 1_000

export type SocketSourceOptions = SourceOptions & { readonly config: SocketSourceConfig; readonly listen: Listen }

/** One socket source, from its start to its stop. */
export class SocketSource implements Source {
  readonly once = false
  readonly finished = false
  readonly #options: SocketSourceOptions
  readonly #report: SourceReport
  readonly #intake: SocketIntake
  readonly #wake: Wake
  readonly #running: Promise<void>
  #listening: Listening | undefined
  #stopping = false

  constructor(options: SocketSourceOptions) {
    const { config, spool, clock } = options
    const mark = spool.streams.source(config.name)
    this.#options = options
    this.#report = new SourceReport(config, options)
    this.#wake = new Wake(clock)
    this.#intake = new SocketIntake({
      ...options,
      report: this.#report,
      known: mark?.format,
      onFirst: () => this.#wake.wake(),
    })
    this.#running = this.#run(mark)
  }

  get priority(): number {
    return this.#options.config.priority ?? 0
  }

  status(): SourceStatus {
    this.#report.port = this.#listening?.port
    this.#report.connections = this.#listening?.connections
    this.#report.certificate = this.#listening?.certificate
    return this.#report.status(this.#intake.format, this.#options.stream.id, 0)
  }

  behind(): void {
    this.#intake.closeAll()
    this.#options.stream.end('behind')
  }

  /** Nothing can be read again: what the exchange does not hold is lost (delivery J2). */
  refused(end: StreamEnd, _mark: SourceMark | undefined, count: number): void {
    const { stream } = this.#options
    const unsynced = stream.id === end.stream ? stream.given - end.sequence : 0
    stream.refused(end)
    this.declareRefused(Math.max(count, unsynced))
  }

  declareRefused(count: number): void {
    this.#intake.declare('stream.refused', count)
  }

  /** Stops listening; what had arrived is in the spool's hands. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true
    this.#wake.wake()
    await this.#running
  }

  async #run(mark: SourceMark | undefined): Promise<void> {
    const { spool, config, listen, clock, log } = this.#options
    if (mark === undefined) this.#intake.begin()
    else if (!spool.stoppedClean) this.#intake.declare('stopped.unclean', null)
    while (!spool.idle && spool.state !== 'unwritable' && !this.#stopping) await spool.synced()
    while (!this.#stopping) {
      try {
        this.#listening = await listen({ intake: this.#intake, clock, log, source: config.name })
        await this.#serve(this.#listening)
      } catch (error) {
        this.#sayUnbound(error)
      }
      await this.#listening?.[Symbol.asyncDispose]()
      this.#listening = undefined
      if (!this.#stopping) await this.#wake.sleep(retryMs)
    }
    this.#intake.closeAll()
  }

  async #serve(listening: Listening): Promise<void> {
    const { clock } = this.#options
    let upkeptAt = -Infinity
    while (!this.#stopping) {
      if (clock.monotonic() - upkeptAt >= upkeepEveryMs) {
        upkeptAt = clock.monotonic()
        await listening.upkeep()
        this.#say(listening)
      }
      await this.#wake.sleep(Math.min(this.#intake.upkeep(), upkeepEveryMs))
    }
  }

  #say({ connections }: Listening): void {
    const { config, spool } = this.#options
    if (socketRoom(spool) !== 'all')
      this.#report.say(
        'spool-full',
        `spool.${spool.state === 'unwritable' ? 'unwritable' : 'full'}: what finds no room is declared lost`,
      )
    else if (this.#intake.unrecognised)
      this.#report.say('waiting', 'source.unrecognised: no line is of a format this version knows')
    else if (config.kind === 'unix' && connections === 0)
      this.#report.say('waiting', `source.unconnected: no sensor is connected to ${config.path}`)
    else this.#report.say('reading')
  }

  #sayUnbound(error: unknown): void {
    const [code, what] = error instanceof Fault ? [error.code, error.what] : ['source.unbound', messageOf(error)]
    this.#report.say('unreadable', `${code}: ${inputOf(this.#options.config)}: ${what}`)
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
