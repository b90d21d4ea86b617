// What the entries of the child processes share: the title, and how a failed start is told.
import { Fault } from '../core/fault.ts'
import { runChild, type StartUnit } from '../platform/child-main.ts'

/** Runs a unit as this process. */
export function runUnit(title: string, start: StartUnit): void {
  // netstat reads argv[0], which the parent set; lsof and ps -c read the kernel's name, set here.
  process.title = title
  runChild(start, (error) => {
    const fault = error instanceof Fault ? error : new Fault('internal', { what: String(error), cause: error })
    if (!(error instanceof Fault)) process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    return { code: fault.code, what: fault.what, remedy: fault.remedy }
  })
}
