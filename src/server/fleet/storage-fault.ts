// What a failing state database means to whoever asked: try again, or free the disk.
import { Fault } from '../../core/fault.ts'
import { SqliteFailure } from '../../platform/sqlite-failure.ts'

/** @returns the error as Fault `data.version`, `disk.full` or `internal`; a Fault as it is. */
export function storageFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  if (error instanceof SqliteFailure && error.kind === 'newer')
    return new Fault('data.version', { what: error.message, cause: error })
  if (error instanceof SqliteFailure && error.kind === 'full')
    return new Fault('disk.full', { what: `The state database cannot be written: ${error.message}`, cause: error })
  return new Fault('internal', { what: 'The state database failed', cause: error })
}
