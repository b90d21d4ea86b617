// Where a unix socket really lies: its path has room for 107 bytes; a longer one moves to a short private folder that
// both ends compute alike (delivery H4).
import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'

/** sockaddr_un of Linux: 108 bytes with the closing zero. */
const socketPathBytesMax = 107

/** @returns the path to bind or dial for the path wanted. */
export function socketPath(wanted: string): string {
  if (Buffer.byteLength(wanted) <= socketPathBytesMax) return wanted
  const name = `sallyport-${process.getuid?.() ?? 0}-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`
  const short = join(tmpdir(), name, basename(wanted))
  return Buffer.byteLength(short) <= socketPathBytesMax ? short : join('/tmp', name, basename(wanted))
}

/**
 * Makes the folder of the socket, private where it is the short one.
 * @returns the folder where it belongs to another user or is open to others, and so must not be used; else undefined
 */
export function makeSocketFolder(wanted: string): string | undefined {
  const bound = socketPath(wanted)
  const folder = dirname(bound)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (bound === wanted) return undefined
  const stat = lstatSync(folder)
  const isOurs = stat.isDirectory() && stat.uid === (process.getuid?.() ?? stat.uid) && (stat.mode & 0o077) === 0
  return isOurs ? undefined : folder
}
