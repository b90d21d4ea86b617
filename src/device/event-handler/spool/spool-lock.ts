// One writer: the lock of a spool folder names pid and start time (delivery S1). A stale one is taken over.
import { join } from 'node:path'
import { Fault } from '../../../core/fault.ts'
import type { Clock } from '../../../platform/clock.ts'
import type { DurableFiles } from '../../../platform/durable-files.ts'
import { takeProcessLock } from '../../../platform/process-lock.ts'

/** A new start waits this long for the old one's children to end. */
const ownerEndsWithinMs = 5_000

/** @returns the lock; throws Fault `spool.locked`, or `spool.unwritable` where the folder cannot be used */
export async function lockSpool(
  files: DurableFiles,
  folder: string,
  clock: Clock,
  signal?: AbortSignal,
): Promise<Disposable> {
  let taken: Awaited<ReturnType<typeof takeProcessLock>>
  try {
    await files.makeFolder(folder)
    taken = await takeProcessLock(join(folder, 'lock'), ownerEndsWithinMs, clock, signal)
  } catch (cause) {
    throw new Fault('spool.unwritable', { what: `The spool folder ${folder} cannot be used`, cause })
  }
  if (taken.kind === 'locked') return taken.lock
  throw new Fault('spool.locked', { what: `Process ${taken.pid} uses the spool ${folder}` })
}
