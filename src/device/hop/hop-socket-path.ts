// Where the socket really lies: a unix socket's path has room for 107 bytes; a longer one moves to a short private
// folder that both ends compute alike and status prints (delivery H4).
import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { Fault } from '../../core/fault.ts'

/** sockaddr_un of Linux: 108 bytes with the closing zero. */
const socketPathBytesMax = 107

/** @returns the path to bind or dial for the path wanted. */
export function hopSocketPath(wanted: string): string {
  if (Buffer.byteLength(wanted) <= socketPathBytesMax) return wanted
  const name = `sallyport-${process.getuid?.() ?? 0}-${createHash('sha256').update(wanted).digest('hex').slice(0, 12)}`
  const short = join(tmpdir(), name, basename(wanted))
  return Buffer.byteLength(short) <= socketPathBytesMax ? short : join('/tmp', name, basename(wanted))
}

/** Makes the folder of the socket, private where it is the short one; a stranger's folder of that name is refused. */
export function makeSocketFolder(wanted: string): void {
  const bound = hopSocketPath(wanted)
  const folder = dirname(bound)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (bound === wanted) return
  const stat = lstatSync(folder)
  if (stat.isDirectory() && stat.uid === (process.getuid?.() ?? stat.uid) && (stat.mode & 0o077) === 0) return
  throw new Fault('configuration.invalid', {
    what: `The socket folder ${folder} belongs to another user or is open to others`,
    remedy: 'Remove that folder, or use a data folder with a shorter path.',
  })
}
