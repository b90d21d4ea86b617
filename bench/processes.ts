// Starts the command line for a bench, asks its API as the owner, and reads the CPU and memory its processes use.
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { systemClock } from '../src/platform/clock.ts'

const program = join(resolve(import.meta.dirname, '..'), 'bin/sallyport')
/** Free ports, of what a command listens on. */
const freePorts = ['console', 'devices', 'local'] as const

/** KiB: its share of what it has in common with others, and what is its own alone. */
export type Memory = { readonly pssKiB: number; readonly privateKiB: number }

/** CPU ms by title of a process and name of its threads. */
export type Threads = ReadonlyMap<string, ReadonlyMap<string, number>>

export type Measured = {
  readonly child: ChildProcess
  readonly exited: Promise<number | null>
  /** @returns the answer, undefined while the server does not run yet */
  ask<T>(path: string): Promise<T | undefined>
  post<T>(path: string, body: unknown): Promise<T | undefined>
  /** CPU ms of each child so far, by title and thread. */
  threads(): Threads
  /** Memory of the program itself and of each child, by title. */
  memory(): Map<string, Memory>
}

/** Starts a command on a data folder, on free ports. @param listens on what it listens, where not on all three */
export function measured(
  args: readonly string[],
  data: string,
  listens: readonly (typeof freePorts)[number][] = freePorts,
): Measured {
  const free = listens.flatMap((option) => [`--${option}`, '127.0.0.1:0'])
  const child = spawn('sh', [program, ...args, '--data', data, ...free], { stdio: ['ignore', 'ignore', 'inherit'] })
  const exited = new Promise<number | null>((done) => child.on('exit', done))
  return {
    child,
    exited,
    ask: (path) => ask(data, path),
    post: (path, body) => ask(data, path, body),
    threads: () => threadsOf(child.pid ?? 0),
    memory: () => memoryOf(child.pid ?? 0),
  }
}

async function ask<T>(data: string, path: string, body?: unknown): Promise<T | undefined> {
  try {
    const { console: base } = JSON.parse(readFileSync(join(data, 'exchange/endpoint.json'), 'utf8')) as {
      console: string
    }
    const key = readFileSync(join(data, 'owner.key'), 'utf8').trim()
    const sent =
      body === undefined
        ? { headers: { authorization: `Bearer ${key}` } }
        : {
            method: 'POST',
            headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
            body: JSON.stringify(body),
          }
    const answer = await fetch(`${base}/api/v1/${path}`, sent)
    return answer.ok ? ((await answer.json()) as T) : undefined
  } catch {
    return undefined
  }
}

const ticksPerSecond = 100

function threadsOf(parent: number): Threads {
  return new Map(
    childrenOf(parent).map(({ pid, title }) => {
      const used = new Map<string, number>()
      for (const thread of readdirSync(`/proc/${pid}/task`))
        try {
          const text = readFileSync(`/proc/${pid}/task/${thread}/stat`, 'latin1')
          const name = text.slice(text.indexOf('(') + 1, text.lastIndexOf(')'))
          const stat = text.slice(text.lastIndexOf(')') + 2).split(' ')
          const ms = ((Number(stat[11]) + Number(stat[12])) * 1000) / ticksPerSecond
          used.set(name, (used.get(name) ?? 0) + ms)
        } catch {
          // It ended while we looked.
        }
      return [title === '' ? pid : title, used]
    }),
  )
}

function memoryOf(program: number): Map<string, Memory> {
  const found = new Map<string, Memory>()
  for (const { pid, title } of [{ pid: String(program), title: 'sallyport' }, ...childrenOf(program)]) {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')
    const kib = (name: string) => Number(new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(rollup)?.[1] ?? Number.NaN)
    found.set(title, { pssKiB: kib('Pss'), privateKiB: kib('Private_Clean') + kib('Private_Dirty') })
  }
  return found
}

/** @returns the living children of a process; `stat` begins with the state, field 3 of proc(5) */
function childrenOf(parent: number) {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
      const stat = text.slice(text.lastIndexOf(')') + 2).split(' ')
      if (Number(stat[1]) !== parent) return []
      const title = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')[0]?.split(' ')[0] ?? ''
      return [{ pid, title, stat }]
    } catch {
      // It ended while we looked.
      return []
    }
  })
}

/** Waits for a condition, asking every few ms. */
export async function until(condition: () => Promise<boolean>, everyMs: number, limitMs: number): Promise<void> {
  const deadline = systemClock.monotonic() + limitMs
  while (!(await condition())) {
    if (systemClock.monotonic() > deadline) throw new RangeError(`not within ${limitMs} ms`)
    await systemClock.sleep(everyMs)
  }
}

/** @returns the value below which `share` of the values lie */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
