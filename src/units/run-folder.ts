// The data folder of one run of `open`: its name says which process owns it, so that a folder whose owner was killed is
// known at the next start, and goes then; while it is used by anybody it stays.
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isAlive, lockOwner, startTicksOf } from '../platform/process-lock.ts'
import { dataFolder } from './data-folder.ts'

export type RunFolder = {
  readonly path: string
  /** Takes it away; to be called when nothing runs in it any more. */
  remove(): Promise<void>
}

/** Makes a folder below `parent`, and removes those of runs that have ended. */
export async function makeRunFolder(parent: string): Promise<RunFolder> {
  await mkdir(parent, { recursive: true, mode: 0o700 })
  for (const name of await readdir(parent)) if (hasEnded(parent, name)) await remove(join(parent, name))
  const path = await mkdtemp(join(parent, `run-${inShort(process.pid)}-${inShort(startTicksOf(process.pid) ?? 0)}-`))
  return { path, remove: () => remove(path) }
}

/** The path of a socket below it has 107 bytes at most: so the numbers are short. */
const digits = 36

function inShort(number: number): string {
  return number.toString(digits)
}

function hasEnded(parent: string, name: string): boolean {
  const [, pid, startTicks] = /^run-([0-9a-z]+)-([0-9a-z]+)-[^-]+$/.exec(name) ?? []
  if (pid === undefined || startTicks === undefined) return false
  if (isAlive(Number.parseInt(pid, digits), Number.parseInt(startTicks, digits))) return false
  // Its children may live a moment longer, and another command may read what it left.
  const { exchangeLock, device } = dataFolder(join(parent, name))
  return [exchangeLock, join(device.spool, 'lock')].every((lock) => {
    const owner = lockOwner(lock)
    return owner === undefined || !isAlive(owner.pid, owner.startTicks)
  })
}

/** A process that is ending may still write a line of its log meanwhile: tried again. */
async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5 })
}
