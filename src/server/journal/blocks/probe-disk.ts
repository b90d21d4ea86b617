// Whether the journal's disk takes what is written to it: a small file, synced and gone again.
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { databaseFault } from '../database.ts'

/** About a commit of a few blocks: less room than this is none. */
const probeBytes = 65_536

/** @throws Fault disk.full, journal.unavailable */
export function probeDisk(folder: string): void {
  const path = join(folder, 'probe')
  try {
    const file = openSync(path, 'w', 0o600)
    try {
      writeSync(file, Buffer.alloc(probeBytes))
      fsyncSync(file)
    } finally {
      closeSync(file)
      rmSync(path, { force: true })
    }
  } catch (error) {
    throw databaseFault(error, `nothing can be written to ${folder}`)
  }
}
