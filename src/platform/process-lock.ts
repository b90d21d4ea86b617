// A lock on a folder: a file that names the pid and start time of its owner, for Node has no flock. Taken over when
// the owner is gone; a reused pid has another start time.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Clock, systemClock } from './clock.ts'

const pollEveryMs = 50

/** @returns start time of a process in clock ticks since boot (Linux /proc), 0 where it cannot be told, undefined if it is gone. */
export function startTicksOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name in parentheses may hold blanks: fields are counted behind its end. State Z has ended already.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' ? undefined : Number(fields[19])
  } catch {
    return processExists(pid) ? 0 : undefined
  }
}

/** @returns whether the process that had this pid and start time lives. */
export function isAlive(pid: number, startTicks: number): boolean {
  const ticks = startTicksOf(pid)
  return ticks !== undefined && (ticks === startTicks || ticks === 0 || startTicks === 0)
}

export type Locked = { readonly kind: 'locked'; readonly lock: Disposable }
export type HeldBy = { readonly kind: 'held'; readonly pid: number }

/**
 * Takes the lock, waiting up to `waitMs` for its owner to end (children of a killed parent need a moment).
 * @param path the lock file; its folder is made
 * @param signal ends the waiting: then the owner is told as it is
 * @returns the lock, given back by dispose, or who holds it
 */
export async function takeProcessLock(
  path: string,
  waitMs: number,
  clock: Clock = systemClock,
  signal?: AbortSignal,
): Promise<Locked | HeldBy> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const text = `${process.pid} ${startTicksOf(process.pid) ?? 0}\n`
  const deadline = clock.monotonic() + waitMs
  for (;;) {
    try {
      writeFileSync(path, text, { flag: 'wx', mode: 0o600 })
      return { kind: 'locked', lock: { [Symbol.dispose]: () => rmSync(path, { force: true }) } }
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    const owner = lockOwner(path)
    if (owner === undefined || !isAlive(owner.pid, owner.startTicks)) rmSync(path, { force: true })
    else if (clock.monotonic() >= deadline || signal?.aborted === true) return { kind: 'held', pid: owner.pid }
    else await clock.sleep(pollEveryMs, signal)
  }
}

/** @returns the process that a lock file names, alive or not; undefined where there is none */
export function lockOwner(path: string): { readonly pid: number; readonly startTicks: number } | undefined {
  try {
    const [pid = NaN, startTicks = 0] = readFileSync(path, 'latin1').trim().split(' ').map(Number)
    return Number.isSafeInteger(pid) && pid > 0 ? { pid, startTicks } : undefined
  } catch {
    return undefined
  }
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
