// The child's side of supervised-child.ts: waits for `start`, says `ready` or `failed`, stops when told to or when
// its parent is gone.
import type { FromChild, ToChild } from './supervised-child.ts'

/** A child ends at the latest this long after it lost its parent (DESIGN "Processes": 1 s). */
const orphanEndsWithinMs = 900

export type Started = AsyncDisposable & { readonly info: unknown }

/** What a start that failed tells: any error with a code is one of ours. */
export type DescribeFailure = (error: unknown) => Omit<Extract<FromChild, { t: 'failed' }>, 't'>

/** Starts a unit; the signal says that the end has come before it was ready. */
export type StartUnit = (options: unknown, signal: AbortSignal) => Promise<Started>

/** Runs `start` with the options the parent sends; disposes what it gave when the end comes. */
export function runChild(start: StartUnit, describe: DescribeFailure): void {
  const stop = new AbortController()
  let starting: Promise<Started | undefined> = Promise.resolve(undefined)
  const end = async () => {
    if (stop.signal.aborted) return
    stop.abort()
    const started = await starting
    if (started !== undefined) await started[Symbol.asyncDispose]()
    if (process.connected) process.disconnect?.()
  }
  process.on('message', (message) => {
    const command = message as ToChild
    if (command.t === 'stop') void end()
    else
      starting = start(command.options, stop.signal).then(
        (started) => {
          say({ t: 'ready', info: started.info })
          return started
        },
        (error: unknown) => {
          say({ t: 'failed', ...describe(error) })
          void end()
          return undefined
        },
      )
  })
  process.on('disconnect', () => {
    // SIGKILL is safe at any moment: what is durable was synced before it was acknowledged.
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), orphanEndsWithinMs).unref()
    void end()
  })
  // Ctrl-C in a terminal is the parent's to handle.
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => void end())
}

function say(message: FromChild): void {
  if (process.connected) process.send?.(message)
}
