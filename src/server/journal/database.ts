// Opens the journal's SQLite files and says in our codes what SQLite says in its own. Only workers call this.
import { existsSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Fault } from '../../core/fault.ts'

export type DatabaseLayout = {
  /** Written into the file; a file of a higher one is refused (DESIGN "Storage"). */
  readonly version: number
  readonly schema: string
  readonly synchronous: 'FULL' | 'NORMAL'
}

/** Opens or makes a database for its one writer. @throws Fault data.version where a newer version wrote it */
export function openWritable(path: string, layout: DatabaseLayout): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const db = new DatabaseSync(path, { timeout: 10_000 })
  try {
    db.exec(`pragma journal_mode=wal; pragma synchronous=${layout.synchronous}; pragma temp_store=memory`)
    // A checkpoint copies pages out of the WAL and syncs twice: 16 MiB at a time keeps that off most commits.
    db.exec('pragma wal_autocheckpoint=4096; pragma journal_size_limit=67108864; pragma cache_size=-16384')
    const version = userVersion(db)
    if (version > layout.version) throw newer(path, version)
    if (version === 0) inTransaction(db, () => db.exec(`${layout.schema}; pragma user_version=${layout.version}`))
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Opens an existing database to read in; undefined where there is none, or none finished yet. */
export function openReadable(path: string, layout: DatabaseLayout): DatabaseSync | undefined {
  if (!existsSync(path)) return undefined
  const db = new DatabaseSync(path, { timeout: 10_000 })
  try {
    db.exec('pragma query_only=1; pragma temp_store=memory; pragma mmap_size=1073741824; pragma cache_size=-8192')
    const version = userVersion(db)
    if (version > layout.version) throw newer(path, version)
    if (version > 0) return db
    db.close()
    return undefined
  } catch (error) {
    if (db.isOpen) db.close()
    throw error
  }
}

/**
 * Closes a database of a day that is over. While others have it open to read, SQLite would leave its WAL beside it, up to
 * 16 MiB for as long as they run; who is just reading is not waited for.
 */
export function closeForGood(db: DatabaseSync): void {
  attempt(db, 'pragma busy_timeout=0; pragma wal_checkpoint(truncate)')
  db.close()
}

/** For what a file can do without: one that retention has dropped meanwhile, or a full disk, leaves it as it is. */
export function attempt(db: DatabaseSync, sql: string): void {
  try {
    db.exec(sql)
  } catch (error) {
    if (!(error instanceof Error && 'errcode' in error)) throw error
  }
}

/** Runs `work` in one transaction; whatever it throws undoes everything. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('begin immediate')
  try {
    const result = work()
    db.exec('commit')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('rollback')
    throw error
  }
}

/** @returns what a failed database operation means to whoever waits for it; a Fault stays what it is. */
export function databaseFault(error: unknown, what: string): Fault {
  if (error instanceof Fault) return error
  const full = primaryCode(error) === sqliteFull || (isNodeError(error) && error.code === 'ENOSPC')
  const detail = error instanceof Error ? error.message : String(error)
  return new Fault(full ? 'disk.full' : 'journal.unavailable', { what: `${what}: ${detail}`, cause: error })
}

/** @returns whether the file itself is damaged: an index is then made anew from the blocks (delivery D31). */
export function isDamaged(error: unknown): boolean {
  const code = primaryCode(error)
  return code === sqliteCorrupt || code === sqliteNotADatabase
}

const sqliteCorrupt = 11
const sqliteFull = 13
const sqliteNotADatabase = 26

function primaryCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined
}

function isNodeError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error
}

function userVersion(db: DatabaseSync): number {
  const row = db.prepare('pragma user_version').get()
  return Number(row?.['user_version'] ?? 0)
}

function newer(path: string, version: number): Fault {
  return new Fault('data.version', { what: `${path} has version ${version}` })
}
