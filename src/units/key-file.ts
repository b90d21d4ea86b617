// The keys of a server's folder. Apart from exchange.ts, for whoever only asks the server needs them too.
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { writeDurably } from '../platform/write-durably.ts'

/** @returns a key of 256 bits in base64url, made at the first start: who can read the folder owns the system. */
export function keyFile(path: string): string {
  if (!existsSync(path)) writeDurably(path, `${randomBytes(32).toString('base64url')}\n`)
  return readFileSync(path, 'utf8').trim()
}
