// What a failing state database means to whoever asked: try again, or free the disk.
import { Fault } from '../../core/fault.ts'
import { SqliteFailure } from '../../platform/sqlite-failure.ts'

/** @returns the error as Fault `data.version`, `data.damaged`, `data.locked`, `disk.full` or `internal`; a Fault as it is. */
export function storageFault(error: unknown): Fault {
  if (error instanceof Fault) return error
  const kind = error instanceof SqliteFailure ? error.kind : 'broken'
  const said = error instanceof Error ? error.message : String(error)
  return new Fault(codes[kind], { what: `The state database cannot be used: ${said}`, cause: error })
}

const codes = {
  busy: 'data.locked',
  full: 'disk.full',
  damaged: 'data.damaged',
  newer: 'data.version',
  constraint: 'internal',
  broken: 'internal',
} as const
