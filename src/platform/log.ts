// The log of a server process: one JSON record a line (pino), to a file or to stderr. Secrets are never passed to it.
import { type Logger, destination, pino } from 'pino'

export type Log = Logger

/** @param file absolute path, appended to; undefined = standard error */
export function openLog(name: string, file?: string): Log {
  return pino({ name, base: { name, pid: process.pid } }, destination({ dest: file ?? 2, sync: true, mkdir: true }))
}
