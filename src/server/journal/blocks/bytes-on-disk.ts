// What an organisation's files take on disk.
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** @returns bytes of a day's files: blocks and index, with what SQLite keeps beside them. */
export function bytesOfDay(folder: string, organisation: string, day: string): number {
  return bytesOf(folder, organisation, (name) => name.startsWith(day))
}

/** @returns bytes of all files of the organisation, 0 before its first event; one that goes meanwhile counts nothing */
export function bytesOnDisk(folder: string, organisation: string): number {
  return bytesOf(folder, organisation, () => true)
}

function bytesOf(folder: string, organisation: string, counts: (name: string) => boolean): number {
  const path = join(folder, organisation)
  if (!existsSync(path)) return 0
  let bytes = 0
  for (const name of readdirSync(path, { encoding: 'utf8' }).filter(counts))
    bytes += statSync(join(path, name), { throwIfNoEntry: false })?.size ?? 0
  return bytes
}
