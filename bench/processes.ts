// Starts the command line for a bench, asks its API as the owner, and reads the CPU its processes used.
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { systemClock } from '../src/platform/clock.ts'

const program = join(resolve(import.meta.dirname, '..'), 'bin/sallyport')
const free = ['--console', '127.0.0.1:0', '--devices', '127.0.0.1:0', '--local', '127.0.0.1:0']

export type Measured = {
  readonly child: ChildProcess
  readonly exited: Promise<number | null>
  /** @returns the answer, undefined while the server does not run yet */
  ask<T>(path: string): Promise<T | undefined>
  /** CPU ms of each child so far, by title. */
  cpu(): Map<string, number>
}

/** Starts a command on a data folder, on free ports. */
export function measured(args: readonly string[], data: string): Measured {
  const child = spawn('sh', [program, ...args, '--data', data, ...free], { stdio: ['ignore', 'ignore', 'inherit'] })
  const exited = new Promise<number | null>((done) => child.on('exit', done))
  return {
    child,
    exited,
    ask: (path) => ask(data, path),
    cpu: () => cpuOf(child.pid ?? 0),
  }
}

async function ask<T>(data: string, path: string): Promise<T | undefined> {
  try {
    const { console: base } = JSON.parse(readFileSync(join(data, 'exchange/endpoint.json'), 'utf8')) as {
      console: string
    }
    const key = readFileSync(join(data, 'owner.key'), 'utf8').trim()
    const answer = await fetch(`${base}/api/v1/${path}`, { headers: { authorization: `Bearer ${key}` } })
    return answer.ok ? ((await answer.json()) as T) : undefined
  } catch {
    return undefined
  }
}

const ticksPerSecond = 100

function cpuOf(parent: number): Map<string, number> {
  const used = new Map<string, number>()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      if (Number(fields[1]) !== parent) continue
      const title = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')[0]?.split(' ')[0] ?? pid
      used.set(title, ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond)
    } catch {
      // It ended while we looked.
    }
  }
  return used
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
