// A spool folder that cannot be used is no reason to crash in a loop, nor to keep whoever starts us waiting (delivery D12):
// EventHandler runs, says so in its status and over its socket, its sources wait, and it tries again.
import { Fault } from '../../core/fault.ts'
import type { EventHandlerStatus } from '../../wire/status.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { LocalSocket, LocalSocketHandlers } from './socket-port.ts'
import type { SpoolLog } from './spool/spool-log.ts'

const retryMs = 1_000

export type EventHandler = AsyncDisposable & {
  status(): EventHandlerStatus
  /** Resolves when every source that ends is read to its end and everything is acknowledged. */
  readonly drained: Promise<void>
}

export type WaitingOptions = {
  readonly log: Log
  readonly clock: Clock
  /** Why the spool cannot be used now. */
  readonly fault: Fault
  readonly openSpool: () => Promise<SpoolLog>
  /** Starts on a spool that is open, which is then its own. */
  readonly run: (spool: SpoolLog) => Promise<EventHandler>
  /** Binds the socket for as long as the spool cannot be used. */
  readonly bind: (handlers: LocalSocketHandlers) => Promise<LocalSocket>
  /** What EventHandler says of itself meanwhile. */
  readonly status: (reason: string) => EventHandlerStatus
}

/** @returns an EventHandler that runs at once and becomes a whole one as soon as its spool can be used */
export async function waitForSpool(options: WaitingOptions): Promise<EventHandler> {
  const { log, clock } = options
  const stop = new AbortController()
  const drained = Promise.withResolvers<void>()
  let reason = options.fault.message
  let whole: EventHandler | undefined
  const status = () => whole?.status() ?? options.status(reason)
  const bind = () =>
    options.bind({ heartbeat: () => ({ t: 'status', status: status() }), onMessage() {}, onState() {} })
  const note = (error: unknown) => {
    const message = error instanceof Error ? error.message : String(error)
    if (message !== reason) log.error({ err: error }, message)
    reason = message
    return undefined
  }
  log.error({ code: options.fault.code, err: options.fault }, reason)
  let socket: LocalSocket | undefined = await bind()
  const becoming = (async () => {
    while (whole === undefined) {
      await clock.sleep(retryMs, stop.signal)
      if (stop.signal.aborted) break
      const spool = await options.openSpool().catch(note)
      if (spool === undefined) continue
      await socket?.[Symbol.asyncDispose]()
      socket = undefined
      whole = await options.run(spool).catch(note)
      if (whole === undefined) socket = await bind().catch(note)
    }
    await socket?.[Symbol.asyncDispose]()
    void whole?.drained.then(drained.resolve)
  })()
  return {
    status,
    drained: drained.promise,
    async [Symbol.asyncDispose]() {
      stop.abort()
      await becoming
      await whole?.[Symbol.asyncDispose]()
    },
  }
}

/** @returns whether waiting may help: the folder is there for nobody else, but cannot be used */
export function isUnwritable(error: unknown): error is Fault {
  return error instanceof Fault && error.code === 'spool.unwritable'
}
