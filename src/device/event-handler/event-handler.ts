// EventHandler: reads sensors' files into the spool and serves the connector from it (delivery 1.1–1.3).
//   sources → packer → stream → spool → serving → local socket
import { Fault } from '../../core/fault.ts'
import type { EventHandlerStatus } from '../../wire/status.ts'
import { type Clock, systemClock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import { type EventHandlerConfiguration, checkConfiguration } from './configuration.ts'
import { FallingBehind } from './falling-behind.ts'
import { Serving } from './serving.ts'
import type { BindSocket, LocalSocket, LocalSocketHandlers } from './socket-port.ts'
import { Sources } from './sources.ts'
import { type SpoolLog, openSpool } from './spool/spool-log.ts'
import { isDrained, spoolStatus, waitingStatus } from './spool/spool-status.ts'
import { type EventHandler, isUnwritable, waitForSpool } from './waiting-event-handler.ts'

export type { EventHandler } from './waiting-event-handler.ts'

const tickMs = 1_000
/** Until the exchange grants another one with the credit (delivery 1.0), and the longest that may be. */
const lingerMsFirst = 50
const lingerMsMax = 2_000

export type EventHandlerOptions = {
  readonly configuration: EventHandlerConfiguration
  readonly spoolFolder: string
  /** Where the certificate of TLS listeners is asked for and comes (wire/local/listener-files.ts). */
  readonly listenerFolder: string
  readonly socketPath: string
  readonly bindSocket: BindSocket
  /** Name and version of the program, as `open` blocks carry it. */
  readonly program: string
  readonly log: Log
  readonly clock?: Clock
  /** Ends the wait for another process that holds the spool. */
  readonly signal?: AbortSignal
  /** How long a rotated file must be quiet before it is left; 5 s. */
  readonly quietMs?: number
}

/**
 * Starts reading and serving; it runs until it is disposed: then what was read is synced, and the spool marked clean.
 * A spool folder that cannot be used is waited for while it runs (delivery D12).
 * @throws Fault `configuration.invalid`, `spool.locked` or `socket.unusable`
 */
export async function startEventHandler(options: EventHandlerOptions): Promise<EventHandler> {
  const configuration = checkConfiguration(options.configuration)
  const clock = options.clock ?? systemClock
  const start: Start = { ...options, configuration, clock, startedAt: clock.now() }
  const { spoolFolder: folder, socketPath, log, signal } = options
  const open = () => openSpool({ folder, bytesMax: configuration.spool.bytesMax, log, clock, signal })
  let spool: SpoolLog
  try {
    spool = await open()
  } catch (error) {
    if (!isUnwritable(error)) throw error
    return await waitForSpool({
      log,
      clock,
      fault: error,
      openSpool: open,
      run: (opened) => run(start, opened),
      bind: (handlers) => bind(start, configuration.socketGroup, handlers),
      status: (reason) => waitingStatus(configuration, socketPath, start.startedAt, reason),
    })
  }
  return await run(start, spool)
}

type Start = EventHandlerOptions & { readonly clock: Clock; readonly startedAt: number }

async function run(options: Start, opened: SpoolLog): Promise<EventHandler> {
  const { configuration, clock, log, startedAt } = options
  const drained = Promise.withResolvers<void>()
  let lingerMs = lingerMsFirst
  let socket: LocalSocket | undefined
  await using up = new AsyncDisposableStack()
  const spool = up.use(opened)
  const sources = new Sources({ ...options, configuration, spool, clock, lingerMs: () => lingerMs })
  const behind = new FallingBehind(spool, sources, clock)
  const serving = new Serving({
    spool,
    send: (message, blocks) => socket?.send(message, blocks) ?? false,
    renew: () => socket?.renew(),
    priorityOf: (source) => sources.priorityOf(source),
    refused: (stream, end, mark) => sources.refused(stream, end, mark),
    setLinger: (granted) => {
      lingerMs = Math.min(Math.max(granted, 0), lingerMsMax)
    },
    resumed: () => behind.check('opening'),
    clock,
    log,
  })
  const status = (): EventHandlerStatus => ({
    v: 1,
    pid: process.pid,
    startedAt,
    socket: socket?.path ?? options.socketPath,
    sources: sources.status(),
    spool: spoolStatus(spool, configuration.spool.bytesMax),
    drained: sources.finished && isDrained(spool),
  })
  socket = up.use(
    await bind(options, configuration.socketGroup, {
      heartbeat: () => ({ t: 'status', status: status() }),
      onMessage: (message) => {
        serving.take(message)
        if (message.t === 'ack' && status().drained) drained.resolve()
      },
      onState: () => serving.reset(),
    }),
  )
  spool.onSynced(() => serving.pump())
  sources.start()
  up.use(sources)
  up.use(
    everyTick(clock, log, () => {
      serving.announceEnded()
      serving.pump()
      if (serving.serving) behind.check('open')
      if (status().drained) drained.resolve()
    }),
  )
  const parts = up.move()
  return { status, drained: drained.promise, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}

async function bind(
  { socketPath, bindSocket }: EventHandlerOptions,
  group: number | undefined,
  handlers: LocalSocketHandlers,
): Promise<LocalSocket> {
  try {
    return await bindSocket({ path: socketPath, group }, handlers)
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    throw new Fault('socket.unusable', { what: `The local socket ${socketPath} cannot be bound`, cause })
  }
}

function everyTick(clock: Clock, log: Log, work: () => void): AsyncDisposable {
  const stop = new AbortController()
  const running = (async () => {
    while (!stop.signal.aborted) {
      try {
        work()
      } catch (error) {
        log.error({ err: error }, 'the upkeep of EventHandler failed')
      }
      await clock.sleep(tickMs, stop.signal)
    }
  })()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await running
    },
  }
}
