// Open day files of a reading thread, by path. A file that was dropped by retention or made anew is noticed by its
// inode at the next use (delivery D30, D31); what is being read meanwhile goes on reading the old one.
import { statSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type DatabaseLayout, openReadable } from './database.ts'

/** A day file in use: statements are prepared once. */
export type OpenFile = { readonly db: DatabaseSync; statement(sql: string): StatementSync }

type Entry = OpenFile & { readonly inode: bigint }

/** A month of six organisations; each file is up to three descriptors. */
const filesMax = 192

export class DatabaseCache implements Disposable {
  readonly #layout: DatabaseLayout
  readonly #entries = new Map<string, Entry>()
  /** Reads under way that hand the thread to others in between: nothing they may use is closed. */
  #holds = 0
  #retired: Entry[] = []

  constructor(layout: DatabaseLayout) {
    this.#layout = layout
  }

  /** @returns the file, or undefined where there is none (any more). */
  open(path: string): OpenFile | undefined {
    const inode = statSync(path, { bigint: true, throwIfNoEntry: false })?.ino
    const entry = this.#entries.get(path)
    if (entry !== undefined) {
      this.#entries.delete(path)
      if (entry.inode === inode) {
        this.#entries.set(path, entry)
        return entry
      }
      this.#retire(entry)
    }
    if (inode === undefined) return undefined
    const db = openReadable(path, this.#layout)
    if (db === undefined) return undefined
    for (const [oldest, old] of this.#entries) {
      if (this.#entries.size < filesMax) break
      this.#entries.delete(oldest)
      this.#retire(old)
    }
    const opened = { ...withStatements(db), inode }
    this.#entries.set(path, opened)
    return opened
  }

  /** Closes what is below `folder` and not among `paths`: a dropped file frees its space when its last reader closes. */
  keepOnly(folder: string, paths: ReadonlySet<string>): void {
    for (const [path, entry] of this.#entries) {
      if (!path.startsWith(folder) || paths.has(path)) continue
      this.#entries.delete(path)
      this.#retire(entry)
    }
  }

  /** While held, a file that was dropped or evicted stays open for who reads it. */
  hold(): Disposable {
    this.#holds++
    return {
      [Symbol.dispose]: () => {
        this.#holds--
        if (this.#holds === 0) this.#closeRetired()
      },
    }
  }

  [Symbol.dispose](): void {
    for (const entry of this.#entries.values()) this.#retired.push(entry)
    this.#entries.clear()
    this.#closeRetired()
  }

  #retire(entry: Entry): void {
    this.#retired.push(entry)
    if (this.#holds === 0) this.#closeRetired()
  }

  #closeRetired(): void {
    for (const entry of this.#retired) entry.db.close()
    this.#retired = []
  }
}

/** Keeps each prepared statement of a database by its text. */
export function withStatements(db: DatabaseSync): OpenFile {
  const statements = new Map<string, StatementSync>()
  return {
    db,
    statement(sql) {
      const known = statements.get(sql)
      if (known !== undefined) return known
      const made = db.prepare(sql)
      statements.set(sql, made)
      return made
    },
  }
}
