// Why a statement failed, as far as a caller acts differently on it. Plain: the part that called makes the Fault.

/**
 * `busy`: try again; `full`: no space or no right to write; `damaged`: the file is no sound database; `newer`: written
 * by a later version; `broken`: all else.
 */
export type SqliteFailureKind = 'busy' | 'full' | 'constraint' | 'damaged' | 'newer' | 'broken'

export class SqliteFailure extends Error {
  readonly kind: SqliteFailureKind

  constructor(kind: SqliteFailureKind, message: string) {
    super(message)
    this.name = 'SqliteFailure'
    this.kind = kind
  }
}

/** @param errcode SQLite's (extended) result code; its low byte is the primary one (sqlite.org/rescode.html). */
export function failureKind(errcode: number): SqliteFailureKind {
  switch (errcode & 0xff) {
    case 5: // SQLITE_BUSY
    case 6: // SQLITE_LOCKED
      return 'busy'
    case 8: // SQLITE_READONLY
    case 10: // SQLITE_IOERR: a full disk may show as this from the WAL
    case 13: // SQLITE_FULL
    case 14: // SQLITE_CANTOPEN
      return 'full'
    case 11: // SQLITE_CORRUPT
    case 26: // SQLITE_NOTADB
      return 'damaged'
    case 19: // SQLITE_CONSTRAINT
      return 'constraint'
    default:
      return 'broken'
  }
}
