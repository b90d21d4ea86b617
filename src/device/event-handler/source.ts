// What EventHandler asks of a source, whatever its kind (delivery N8).
import type { StreamEnd } from '../../wire/block-format.ts'
import type { SourceStatus } from '../../wire/status.ts'
import type { Glance } from '../../sensors/format.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { SourceStream } from './source-stream.ts'
import type { SpoolLog } from './spool/spool-log.ts'
import type { SourceMark } from './spool/spool-table.ts'

export type Source = AsyncDisposable & {
  /** It is read once to its end. */
  readonly once: boolean
  /** Everything it will ever give has been appended to the spool. */
  readonly finished: boolean
  /** Larger goes first. */
  readonly priority: number
  status(): SourceStatus
  /** The live stream is too far behind: new events go into a new one (delivery C7). */
  behind(): void
  /**
   * The live stream was refused (delivery J2): a file is read again from `mark`, the position of the last acknowledged
   * block; a socket declares the `count` of events behind it lost.
   */
  refused(end: StreamEnd, mark: SourceMark | undefined, count: number): void
  /** An older stream was refused whose lines newer ones have passed: what was not acknowledged is lost. */
  declareRefused(count: number): void
}

/** What every source is given. */
export type SourceOptions = {
  readonly spool: SpoolLog
  readonly stream: SourceStream
  readonly selected: (glance: Glance) => boolean
  readonly lingerMs: () => number
  readonly clock: Clock
  readonly log: Log
}
