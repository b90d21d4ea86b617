// The connector's two small loops: the registration is looked at every interval, and a missing EventHandler is said in
// the log once and then every minute (original-system B11).
import { existsSync } from 'node:fs'
import type { Clock } from '../../platform/clock.ts'
import type { Channel } from './channel.ts'
import type { ConnectorLog } from './connector-log.ts'
import type { OpenRegistration } from './registration.ts'

const sayEveryMs = 60_000
/** Both may start in any order: what comes within a few seconds is not worth a line. */
const sayAfterMs = 5_000

/** Says in the log that nobody answers at the socket. */
export function everyMinuteDetached(options: {
  readonly channel: Pick<Channel, 'eventHandler'>
  readonly path: string
  readonly clock: Clock
  readonly log: ConnectorLog
}): AsyncDisposable {
  const { channel, path, clock, log } = options
  return loop(async (signal) => {
    await clock.sleep(sayAfterMs, signal)
    if (signal.aborted || channel.eventHandler !== undefined) return
    const cause = existsSync(path) ? 'connect: connection refused' : 'connect: no such file or directory'
    log.write(
      'error',
      'service:Start',
      `Could not connect to ZeroMQ PUSH endpoint: could not dial to "ipc://${path}": dial unix ${path}: ${cause}\n`,
    )
    await clock.sleep(sayEveryMs - sayAfterMs, signal)
  })
}

/** Asks the exchange at the start and every interval where its roles are; where they moved, the channel need not wait. */
export function refreshAgain(options: {
  readonly registration: OpenRegistration
  readonly channel: Pick<Channel, 'wake'>
  readonly intervalS: () => number
  readonly clock: Clock
}): AsyncDisposable {
  const { registration, channel, intervalS, clock } = options
  return loop(async (signal) => {
    const before = registration.context?.roles.ingest
    await registration.refresh(signal)
    if (registration.context?.roles.ingest !== before) channel.wake()
    await clock.sleep(intervalS() * 1000, signal)
  })
}

function loop(step: (signal: AbortSignal) => Promise<void>): AsyncDisposable {
  const stop = new AbortController()
  const running = (async () => {
    while (!stop.signal.aborted) await step(stop.signal)
  })()
  return {
    async [Symbol.asyncDispose]() {
      stop.abort()
      await running
    },
  }
}
