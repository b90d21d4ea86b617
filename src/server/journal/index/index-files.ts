// The index files of a thread: open to read, open to write, dropped when damaged, closed when their day is gone
// (delivery D30, D31).
import { attempt, closeForGood, databaseFault, isDamaged } from '../database.ts'
import { DatabaseCache, type OpenFile } from '../database-cache.ts'
import { dayFile, listDays, organisationFolder, removeDatabase } from '../day-files.ts'
import { indexLayout, openIndexFile } from './index-layout.ts'

export type IndexFilesOptions = {
  readonly folder: string
  readonly readOnly: boolean
  /** Told by a writer when a damaged file was dropped, to be made anew. */
  readonly dropped?: (path: string, reason: string) => void
  /** Told by a reader when it met a damaged file: whoever writes it checks and drops it. */
  readonly damaged?: (organisation: string, day: string) => void
}

/** Files open to write: the days of this many organisations still receive blocks. */
const writersMax = 16

export class IndexFiles implements Disposable {
  readonly #options: IndexFilesOptions
  readonly #readers = new DatabaseCache(indexLayout)
  readonly #writers = new Map<string, OpenFile>()

  constructor(options: IndexFilesOptions) {
    this.#options = options
  }

  /** Days that have an index file, oldest first. A damaged one counts as none: all its blocks are unindexed. */
  days(organisation: string): [day: string, file: OpenFile][] {
    const days: [string, OpenFile][] = []
    const held = listDays(this.#options.folder, organisation)
    const paths = new Set(held.map((day) => this.#path(organisation, day)))
    this.#readers.keepOnly(organisationFolder(this.#options.folder, organisation), paths)
    for (const day of held) {
      const path = this.#path(organisation, day)
      try {
        const file = this.#readers.open(path)
        if (file !== undefined) days.push([day, file])
      } catch (error) {
        if (!isDamaged(error)) throw databaseFault(error, `${path} cannot be opened`)
        if (this.#options.readOnly) this.#options.damaged?.(organisation, day)
        else this.#drop(path, error)
      }
    }
    return days
  }

  /** Runs a question; where a file shows its damage only now, says so to whoever can drop it. */
  async asked<T>(organisation: string, question: () => Promise<T>): Promise<T> {
    using _hold = this.#readers.hold()
    try {
      return await question()
    } catch (error) {
      if (isDamaged(error))
        for (const day of listDays(this.#options.folder, organisation)) this.#options.damaged?.(organisation, day)
      if (error instanceof Error && 'errcode' in error) throw databaseFault(error, 'an index cannot be read')
      throw error
    }
  }

  /** Runs a change of a day's file; drops the file where it is damaged. @throws Fault */
  write(organisation: string, day: string, change: (file: OpenFile) => void): void {
    const path = this.#path(organisation, day)
    try {
      change(this.#writer(organisation, path))
    } catch (error) {
      if (isDamaged(error)) this.#drop(path, error)
      throw databaseFault(error, `${path} cannot be written`)
    }
  }

  /** Drops a day's file where it is damaged. @returns whether it was */
  check(organisation: string, day: string): boolean {
    const path = this.#path(organisation, day)
    try {
      const row = this.#readers.open(path)?.statement('pragma quick_check(1)').get()
      if (row === undefined || Object.values(row)[0] === 'ok') return false
      this.#drop(path, new TypeError(String(Object.values(row)[0])))
    } catch (error) {
      this.#drop(path, error)
    }
    return true
  }

  [Symbol.dispose](): void {
    for (const file of this.#writers.values()) file.db.close()
    this.#writers.clear()
    this.#readers[Symbol.dispose]()
  }

  #path(organisation: string, day: string): string {
    return dayFile(this.#options.folder, organisation, day, 'index')
  }

  #writer(organisation: string, path: string): OpenFile {
    const known = this.#writers.get(path)
    if (known !== undefined) return known
    const made = openIndexFile(path)
    for (const [other, file] of this.#writers) {
      const ofEarlierDay = other < path && other.startsWith(organisationFolder(this.#options.folder, organisation))
      if (!ofEarlierDay && this.#writers.size < writersMax) continue
      this.#writers.delete(other)
      // Its day is over: one merge, 0.4 s a million events, makes its lookups cheapest (performance 8.1).
      if (ofEarlierDay) attempt(file.db, `insert into events (events) values ('optimize')`)
      closeForGood(file.db)
    }
    this.#writers.set(path, made)
    return made
  }

  #drop(path: string, error: unknown): void {
    const writer = this.#writers.get(path)
    this.#writers.delete(path)
    if (writer?.db.isOpen) writer.db.close()
    removeDatabase(path)
    this.#options.dropped?.(path, error instanceof Error ? error.message : String(error))
  }
}
