// What a socket source listens with: binds, gives lines to the intake, and is looked after each second.
import type { SourceStatus } from '../../../wire/status.ts'
import type { Clock } from '../../../platform/clock.ts'
import type { Log } from '../../../platform/log.ts'
import type { SocketIntake } from './socket-intake.ts'

export type ListenOptions = {
  readonly intake: SocketIntake
  readonly clock: Clock
  readonly log: Log
  /** Name of the source, for the log. */
  readonly source: string
}

/** Disposing it stops to listen, takes what has already arrived, and closes. */
export type Listening = AsyncDisposable & {
  readonly port: number | undefined
  /** Senders connected now; undefined where there are no connections. */
  readonly connections: number | undefined
  /** What a TLS listener shows. */
  readonly certificate?: SourceStatus['certificate']
  /** Counts what was dropped, binds anew what was removed. Rejects where it cannot listen any more. */
  upkeep(): Promise<void>
}

/** Binds. Rejects with what the operating system says, or Fault `source.unbound`. */
export type Listen = (options: ListenOptions) => Promise<Listening>

/** How long a stop takes what has already arrived. */
const drainMsMax = 500
const lookEveryMs = 10

/**
 * Waits until nothing more comes.
 * @param quiet asked every 10 ms
 * @returns false where there was no end to it
 */
export async function drained(clock: Clock, quiet: () => boolean | Promise<boolean>): Promise<boolean> {
  const until = clock.monotonic() + drainMsMax
  do {
    await clock.sleep(lookEveryMs)
    if (await quiet()) return true
  } while (clock.monotonic() < until)
  return false
}
