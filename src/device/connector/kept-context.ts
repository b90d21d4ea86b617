// The context in force: read anew when the identity changes, kept in memory where it cannot be written.
import { Fault } from '../../core/fault.ts'
import type { ConnectorLog } from './connector-log.ts'
import { type Context, readContext, writeContext } from './contexts.ts'
import { identityMark } from './identity.ts'

export type KeptContext = {
  /** Undefined where the device is not enrolled, or its context cannot be used. */
  readonly current: Context | undefined
  /** Changes it in memory and on disk. */
  change(change: Partial<Context>): void
  /** Does what may fail for want of room or rights: it is logged, and the channel goes on. */
  attempt(write: () => void): void
}

/** @param folder the device's folder */
export function openKeptContext(folder: string, log: ConnectorLog): KeptContext {
  let mark = ''
  let context: Context | undefined
  let said = ''
  /** A context that cannot be used is as good as none; it is said once, and enrolment mends it. */
  const usable = (): Context | undefined => {
    try {
      return readContext(folder)
    } catch (error) {
      const text = error instanceof Fault ? `${error.code}: ${error.what}` : String(error)
      if (text !== said) log.write('error', 'context:activate', text)
      said = text
      return undefined
    }
  }
  const attempt = (write: () => void) => {
    try {
      write()
    } catch (error) {
      log.write('error', 'context:activate', String(error))
    }
  }
  return {
    get current() {
      const now = identityMark(folder)
      if (now !== mark || context === undefined) {
        mark = now
        context = now === '' ? undefined : usable()
      }
      return context
    },
    change(change) {
      // From the disk, not from memory: an enrolment may have written another one meanwhile.
      const now = usable()
      if (now === undefined) return
      const changed = { ...now, ...change }
      context = changed
      attempt(() => writeContext(folder, changed))
    },
    attempt,
  }
}
