// A child process with a title of its own that is started again when it dies, and that ends with its parent.
// Parent and child speak over Node's IPC channel: `start` with options, `ready` or `failed`, `stop`.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Clock, systemClock } from './clock.ts'

/** A child that dies again and again waits longer each time, up to here. */
const restartEveryMsMax = 5_000
/** A child that has not ended this long after `stop` is killed. */
const stopWithinMs = 10_000

export type ToChild = { readonly t: 'start'; readonly options: unknown } | { readonly t: 'stop' }
export type FromChild =
  | { readonly t: 'ready'; readonly info: unknown }
  | { readonly t: 'failed'; readonly code: string; readonly what: string; readonly remedy: string }

export type ChildFailure = Extract<FromChild, { t: 'failed' }>

export type SupervisedChild = AsyncDisposable & {
  readonly title: string
  /** 0 while it is being started again. */
  pid(): number
  /** What the child said when it was ready, of its present run. */
  info(): unknown
  /** Times it was started again. */
  restarts(): number
}

export type ChildOptions = {
  /** argv[0] and process title: what netstat and lsof show. */
  readonly title: string
  /** Absolute path of the script, and its arguments. */
  readonly script: string
  readonly args: readonly string[]
  /** What the child is started with, made from what its run before said when it was ready (undefined at first). */
  readonly options: (infoBefore: unknown) => unknown
  /** Standard error of the child: a file descriptor, or 'inherit'. */
  readonly stderr: number | 'inherit'
  /** Called when the child ended without being told to. */
  readonly onDeath?: (title: string, how: string) => void
  readonly clock?: Clock
}

/**
 * Starts the child and resolves when it is ready; keeps it running until disposed.
 * @returns the running child, or why its first start failed
 */
export async function superviseChild(options: ChildOptions): Promise<SupervisedChild | ChildFailure> {
  const clock = options.clock ?? systemClock
  const stopping = new AbortController()
  let info: unknown
  let child = launch(options, info)
  let restarts = 0
  const first = await readiness(child)
  if (first.t === 'failed') return first
  info = first.info

  const keeping = (async () => {
    let waitMs = 50
    while (!stopping.signal.aborted) {
      const startedAt = clock.monotonic()
      const how = await ended(child)
      if (stopping.signal.aborted) return
      options.onDeath?.(options.title, how)
      if (clock.monotonic() - startedAt > restartEveryMsMax * 2) waitMs = 50
      await clock.sleep(waitMs, stopping.signal)
      waitMs = Math.min(waitMs * 2, restartEveryMsMax)
      if (stopping.signal.aborted) return
      restarts += 1
      child = launch(options, info)
      const again = await readiness(child)
      if (again.t === 'ready') info = again.info
      else options.onDeath?.(options.title, `${again.code}: ${again.what}`)
    }
  })()

  return {
    title: options.title,
    pid: () => (child.exitCode === null && child.signalCode === null ? (child.pid ?? 0) : 0),
    info: () => info,
    restarts: () => restarts,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      await stop(child, clock)
      await keeping
    },
  }
}

/** @returns whether a start failed. */
export function isFailure(value: SupervisedChild | ChildFailure): value is ChildFailure {
  return 't' in value
}

function launch(options: ChildOptions, infoBefore: unknown): ChildProcess {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', options.script, ...options.args], {
    argv0: options.title,
    stdio: ['ignore', options.stderr, options.stderr, 'ipc'],
    // A group of its own, so that Ctrl-C reaches the parent alone, which stops the children in order.
    detached: true,
  })
  child.on('error', () => undefined)
  child.send({ t: 'start', options: options.options(infoBefore) } satisfies ToChild, () => undefined)
  return child
}

async function readiness(child: ChildProcess): Promise<FromChild> {
  return await new Promise((resolve) => {
    child.once('message', (message) => resolve(message as FromChild))
    child.once('exit', (code, signal) =>
      resolve({
        t: 'failed',
        code: 'internal',
        what: `the process ended (${signal ?? code}) before it was ready`,
        remedy: 'See its log.',
      }),
    )
  })
}

async function ended(child: ChildProcess): Promise<string> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.signalCode ?? `exit ${child.exitCode}`
}

async function stop(child: ChildProcess, clock: Clock): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  if (child.connected) child.send({ t: 'stop' } satisfies ToChild, () => undefined)
  const done = new AbortController()
  const killer = clock.sleep(stopWithinMs, done.signal).then(() => {
    if (!done.signal.aborted) child.kill('SIGKILL')
  })
  await gone
  done.abort()
  await killer
}
