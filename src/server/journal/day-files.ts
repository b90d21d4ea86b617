// Where the journal's files lie: FOLDER/ORG/YYYY-MM-DD.blocks.sqlite, ….index.sqlite and ledger.sqlite (delivery J7).
// One organisation's events never share a file with another's; the day is that of arrival at the exchange.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

export type FileKind = 'blocks' | 'index'

const dayMs = 86_400_000
const blocksName = /^(\d{4}-\d{2}-\d{2})\.blocks\.sqlite$/

/** @returns the day of an instant in UTC, YYYY-MM-DD. */
export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

/** @returns the first day that is kept when events live `retentionDays` days: every day before it has expired. */
export function firstDayKept(now: number, retentionDays: number): string {
  return dayOf(now - retentionDays * dayMs)
}

/** @returns the path of a day's file. */
export function dayFile(folder: string, organisation: string, day: string, kind: FileKind): string {
  return join(folder, organisation, `${day}.${kind}.sqlite`)
}

/** @returns the folder of an organisation's files, with the separator behind it. */
export function organisationFolder(folder: string, organisation: string): string {
  return join(folder, organisation, '/')
}

/** @returns the path of an organisation's permanent ledger. */
export function ledgerFile(folder: string, organisation: string): string {
  return join(folder, organisation, 'ledger.sqlite')
}

/** @returns the days an organisation holds blocks of, oldest first. */
export function listDays(folder: string, organisation: string): string[] {
  return names(join(folder, organisation))
    .map((name) => blocksName.exec(name)?.[1])
    .filter((day) => day !== undefined)
    .sort()
}

/** @returns the organisations that have a folder here. */
export function listOrganisations(folder: string): string[] {
  return names(folder).filter((name) => /^[a-z0-9-]{1,63}$/.test(name))
}

/** Unlinks a database with its two side files; what is not there is no error. */
export function removeDatabase(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
