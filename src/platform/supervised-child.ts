// A child process with a title of its own that is started again when it dies, and that ends with its parent.
// Parent and child speak over Node's IPC channel: `start` with options, `ready` or `failed`, `stop`.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Clock, systemClock } from './clock.ts'

/** A child that dies again and again waits longer each time, up to here. */
const restartEveryMsMax = 5_000
/** A child that has not ended this long after `stop` is killed. */
export const stopWithinMs = 10_000

export type ToChild = { readonly t: 'start'; readonly options: unknown } | { readonly t: 'stop' }
export type FromChild =
  | { readonly t: 'ready'; readonly info: unknown }
  | { readonly t: 'failed'; readonly code: string; readonly what: string; readonly remedy: string }

export type ChildFailure = Extract<FromChild, { t: 'failed' }>

/** `waiting`: it ended by itself and is started again in a moment. `off`: it was switched off, or has ended for good. */
export type ChildState = 'starting' | 'running' | 'waiting' | 'off'

export type SupervisedChild = AsyncDisposable & {
  readonly title: string
  state(): ChildState
  /** When it came into this state, Unix ms. */
  since(): number
  /** 0 while it does not run. */
  pid(): number
  /** What the child said when it was ready, of its newest run; undefined before the first. */
  info(): unknown
  /** Times it was started again by itself. */
  restarts(): number
  /** How it last ended by itself, or why it did not start; '' = never. */
  lastEnd(): string
  /** Ends it in order; it stays off until `switchOn`. */
  switchOff(): Promise<void>
  /** Starts it where it is off; resolves when it is ready, or with why it is not: then it is tried again and again. */
  switchOn(): Promise<ChildFailure | undefined>
}

export type ChildOptions = {
  /** argv[0] and process title: what netstat and lsof show. */
  readonly title: string
  /** Absolute path of the script, and its arguments. */
  readonly script: string
  readonly args: readonly string[]
  /** What the child is started with, made from what its run before said when it was ready (undefined at first). */
  readonly options: (infoBefore: unknown) => unknown
  /** Where its output can be read, for people. */
  readonly log?: string
  /** Standard error of the child: a file descriptor, or 'inherit'. */
  readonly stderr: number | 'inherit'
  /** Called when the child ended without being told to. */
  readonly onDeath?: (title: string, how: string) => void
  /** Called at each change of state and process. */
  readonly onChange?: (child: SupervisedChild) => void
  /** Leave it off until `switchOn`. */
  readonly off?: boolean
  readonly clock?: Clock
}

/**
 * Starts the child, unless it is to be off, and resolves when it is ready; keeps it running until disposed.
 * @returns the running child, or why its first start failed
 */
export async function superviseChild(options: ChildOptions): Promise<SupervisedChild | ChildFailure> {
  const child = new Supervised(options)
  if (options.off === true) return child
  return (await child.startOnce()) ?? child
}

/** @returns whether a start failed. */
export function isFailure(value: SupervisedChild | ChildFailure): value is ChildFailure {
  return 't' in value
}

/** From one switching on to the next switching off. */
type Run = {
  readonly stopping: AbortController
  readonly first: Promise<FromChild>
  readonly kept: Promise<void>
}

class Supervised implements SupervisedChild {
  readonly #options: ChildOptions
  readonly #clock: Clock
  #run: Run | undefined
  #child: ChildProcess | undefined
  #info: unknown
  #state: ChildState = 'off'
  #since: number
  #restarts = 0
  #lastEnd = ''

  constructor(options: ChildOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#since = this.#clock.now()
  }

  get title(): string {
    return this.#options.title
  }

  state(): ChildState {
    return this.#state
  }

  since(): number {
    return this.#since
  }

  pid(): number {
    const child = this.#child
    return child === undefined || hasEnded(child) ? 0 : (child.pid ?? 0)
  }

  info(): unknown {
    return this.#info
  }

  restarts(): number {
    return this.#restarts
  }

  lastEnd(): string {
    return this.#lastEnd
  }

  async switchOn(): Promise<ChildFailure | undefined> {
    if (this.#run === undefined || this.#run.stopping.signal.aborted) this.#run = this.#begin(this.#run?.kept, false)
    const first = await this.#run.first
    return first.t === 'failed' ? first : undefined
  }

  /** As `switchOn`, but where it is not ready nothing is tried again. */
  async startOnce(): Promise<ChildFailure | undefined> {
    const run = this.#begin(undefined, true)
    this.#run = run
    const first = await run.first
    if (first.t === 'ready') return undefined
    await run.kept
    return first
  }

  async switchOff(): Promise<void> {
    const run = this.#run
    if (run === undefined) return
    run.stopping.abort()
    if (this.#child !== undefined) await stop(this.#child, this.#clock)
    await run.kept
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.switchOff()
  }

  #begin(before: Promise<void> | undefined, once: boolean): Run {
    const stopping = new AbortController()
    const first = Promise.withResolvers<FromChild>()
    const kept = (async () => {
      await before
      const started = (ready: FromChild) => {
        if (once && ready.t === 'failed') stopping.abort()
        first.resolve(ready)
      }
      await this.#keep(stopping.signal, started)
      first.resolve({
        t: 'failed',
        code: 'internal',
        what: `${this.title} was switched off`,
        remedy: 'Start it again.',
      })
    })()
    return { stopping, first: first.promise, kept }
  }

  async #keep(stopping: AbortSignal, started: (first: FromChild) => void): Promise<void> {
    let waitMs = 50
    while (!stopping.aborted) {
      const startedAt = this.#clock.monotonic()
      const child = launch(this.#options, this.#info)
      this.#child = child instanceof Error ? undefined : child
      this.#move('starting')
      const ready = child instanceof Error ? notStarted(child) : await readiness(child, this.#options.log)
      if (ready.t === 'ready') {
        this.#info = ready.info
        if (!stopping.aborted) this.#move('running')
      }
      started(ready)
      const how = child instanceof Error ? '' : await ended(child)
      if (stopping.aborted) break
      this.#lastEnd = ready.t === 'ready' ? how : `${ready.code}: ${ready.what}`
      this.#options.onDeath?.(this.title, this.#lastEnd)
      if (this.#clock.monotonic() - startedAt > restartEveryMsMax * 2) waitMs = 50
      this.#move('waiting')
      await this.#clock.sleep(waitMs, stopping)
      waitMs = Math.min(waitMs * 2, restartEveryMsMax)
      if (!stopping.aborted) this.#restarts += 1
    }
    this.#move('off')
  }

  #move(state: ChildState): void {
    this.#state = state
    this.#since = this.#clock.now()
    this.#options.onChange?.(this)
  }
}

/** @returns the process; some shortages of the machine are told at once, others by its `error` (`readiness`) */
function launch(options: ChildOptions, infoBefore: unknown): ChildProcess | Error {
  let child: ChildProcess
  try {
    child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', options.script, ...options.args], {
      argv0: options.title,
      stdio: ['ignore', options.stderr, options.stderr, 'ipc'],
      // A group of its own, so that Ctrl-C reaches the parent alone, which stops the children in order.
      detached: true,
    })
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
  child.on('error', () => undefined)
  if (child.connected)
    child.send({ t: 'start', options: options.options(infoBefore) } satisfies ToChild, () => undefined)
  return child
}

/** A full process table, no file descriptor, no memory: tried again as any other end. */
function notStarted(error: Error): ChildFailure {
  return {
    t: 'failed',
    code: 'internal',
    what: `no process could be started: ${error.message}`,
    remedy: 'See what the machine is short of; it is tried again by itself.',
  }
}

async function readiness(child: ChildProcess, log: string | undefined): Promise<FromChild> {
  return await new Promise((resolve) => {
    const remedy = `See the end of ${log ?? 'what it wrote'}; report it.`
    // Of one that never was there comes no `exit`; later errors, as of a signal, are no end.
    if (child.pid === undefined) child.once('error', (error) => resolve(notStarted(error)))
    child.once('message', (message) => {
      const said = message as FromChild
      // What nobody foresaw wrote its trace there.
      resolve(said.t === 'failed' && said.code === 'internal' && log !== undefined ? { ...said, remedy } : said)
    })
    child.once('exit', (code, signal) =>
      resolve({
        t: 'failed',
        code: 'internal',
        what: `the process ended (${signal ?? code}) before it was ready`,
        remedy,
      }),
    )
  })
}

async function ended(child: ChildProcess): Promise<string> {
  if (!hasEnded(child)) await once(child, 'exit')
  return child.signalCode ?? `exit ${child.exitCode}`
}

async function stop(child: ChildProcess, clock: Clock): Promise<void> {
  if (hasEnded(child)) return
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

function hasEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null
}
