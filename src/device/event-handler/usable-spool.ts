// A spool folder that cannot be used is no reason to crash in a loop (delivery D12): EventHandler says so over its
// socket, the sources wait, and it tries again.
import { Fault } from '../../core/fault.ts'
import type { EventHandlerStatus } from '../../wire/status.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { LocalSocket, LocalSocketHandlers } from './socket-port.ts'
import { type SpoolLog, openSpool } from './spool-log.ts'

const retryMs = 1_000

export type UsableSpoolOptions = {
  readonly folder: string
  readonly bytesMax: number
  readonly log: Log
  readonly clock: Clock
  readonly signal: AbortSignal | undefined
  /** Binds the socket for as long as the spool cannot be used. */
  readonly bind: (handlers: LocalSocketHandlers) => Promise<LocalSocket>
  /** What EventHandler says of itself meanwhile. */
  readonly status: (reason: string) => EventHandlerStatus
}

/** @returns the spool, once it can be used; throws every other Fault, and that one when the signal aborts */
export async function openUsableSpool(options: UsableSpoolOptions): Promise<SpoolLog> {
  const { log, clock, signal } = options
  let fault: Fault
  try {
    return await openSpool(options)
  } catch (error) {
    if (!isUnwritable(error)) throw error
    fault = error
  }
  log.error({ code: fault.code, err: fault }, fault.message)
  const heartbeat = () => ({ t: 'status' as const, status: options.status(fault.message) })
  await using _socket = await options.bind({ heartbeat, onMessage() {}, onState() {} })
  for (;;) {
    await clock.sleep(retryMs, signal)
    if (signal?.aborted === true) throw fault
    try {
      return await openSpool(options)
    } catch (error) {
      if (!isUnwritable(error)) throw error
      fault = error
    }
  }
}

function isUnwritable(error: unknown): error is Fault {
  return error instanceof Fault && error.code === 'spool.unwritable'
}
