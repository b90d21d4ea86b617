// One server on a data folder at a time: it, or a command on the folder at rest, holds the lock.
import { Fault } from '../core/fault.ts'
import type { Clock } from '../platform/clock.ts'
import { takeProcessLock } from '../platform/process-lock.ts'
import type { DataFolder } from './data-folder.ts'

/** Another server on the folder may be ending: its parent was killed (DESIGN "Processes": within 1 s). */
const lockWaitMs = 5_000

/** @throws Fault `data.locked` where another holds it, `disk.full` */
export async function lockFolder(folder: DataFolder, clock: Clock): Promise<Disposable> {
  const taken = await takeProcessLock(folder.exchangeLock, lockWaitMs, clock).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC')
      throw new Fault('disk.full', { what: `${folder.root} has no room for its lock`, cause: error })
    throw error
  })
  if (taken.kind === 'held') throw new Fault('data.locked', { what: `Process ${taken.pid} uses ${folder.root}` })
  return taken.lock
}
