// The log of a server process: one JSON record a line (pino), to a file or to stderr. Secrets are never passed to it.
import { type Logger, destination, pino } from 'pino'

export type Log = Logger

/** Records kept while they cannot be written; later ones are dropped. */
const waitingBytesMax = 256 * 1024

/**
 * A log that cannot be written, as on a full disk, ends nobody: what waited is written with the next record that can be.
 * @param file absolute path, appended to; undefined = standard error
 */
export function openLog(name: string, file?: string): Log {
  const out = destination({ dest: file ?? 2, sync: true, mkdir: true, mode: 0o600, maxLength: waitingBytesMax })
  out.on('error', () => undefined)
  return pino({ name, base: { name, pid: process.pid } }, out)
}
