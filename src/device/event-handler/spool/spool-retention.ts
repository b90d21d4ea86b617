// Acknowledged segments are kept while there is room, up to 24 h or a quarter of the spool (delivery S6): an exchange
// restored from a backup gets the day again. Nothing unacknowledged is ever removed (S9).
import { join } from 'node:path'
import type { Clock } from '../../../platform/clock.ts'
import type { DurableFiles } from '../../../platform/durable-files.ts'
import type { Log } from '../../../platform/log.ts'
import { type RecoveredSegment, type RecoveredSpool, segmentName } from './spool-recovery.ts'
import type { SpoolReader } from './spool-reader.ts'
import type { SpoolStreams } from './spool-streams.ts'

const keptMs = 24 * 3_600_000

export type RetentionOptions = {
  readonly files: DurableFiles
  readonly folder: string
  readonly bytesMax: number
  readonly clock: Clock
  readonly log: Log
}

type Sealed = RecoveredSegment & { readonly since: number }

/** The segments that are no longer written, oldest first. */
export class SpoolRetention {
  readonly #options: RetentionOptions
  readonly #reader: SpoolReader
  readonly #useless: readonly number[]
  readonly #givenUp: readonly number[]
  #sealed: Sealed[]

  constructor(
    options: RetentionOptions,
    recovered: Pick<RecoveredSpool, 'segments' | 'useless' | 'givenUp'>,
    reader: SpoolReader,
  ) {
    this.#options = options
    this.#reader = reader
    this.#useless = recovered.useless
    this.#givenUp = recovered.givenUp
    this.#sealed = recovered.segments.map((segment) => ({ ...segment, since: options.clock.monotonic() }))
  }

  get size(): { readonly bytes: number; readonly segments: number } {
    return { bytes: this.#sealed.reduce((sum, segment) => sum + segment.bytes, 0), segments: this.#sealed.length }
  }

  /** Whether a segment between two is not there: it was removed by hand (delivery D9). */
  lacksBetween(first: number, last: number): boolean {
    const held = new Set(this.#sealed.map((segment) => segment.number))
    for (let number = first + 1; number < last; number++) if (!held.has(number)) return true
    return false
  }

  seal(segment: RecoveredSegment): void {
    this.#sealed.push({ ...segment, since: this.#options.clock.monotonic() })
  }

  /** Syncs a segment whose end recovery has accepted. Where it fails, what a crash may still take is a hole (S4). */
  async sync(segment: number): Promise<void> {
    try {
      await using file = await this.#options.files.open(this.#path(segment))
      await file.sync()
    } catch (error) {
      this.#options.log.error({ err: error, segment }, 'the newest segment of the spool could not be synced')
    }
  }

  /** Removes files that hold nothing that counts, and puts aside what was given up unread: only a person can mend it. */
  async tidy(): Promise<void> {
    const { files, log } = this.#options
    for (const segment of this.#useless) await this.#unlink(segment)
    for (const segment of this.#givenUp) {
      const path = this.#path(segment)
      log.error({ path: `${path}.unreadable` }, 'a segment that nothing could go on from is put aside')
      await files
        .rename(path, `${path}.unreadable`)
        .catch((error: unknown) => log.warn({ err: error }, 'it could not be'))
    }
  }

  /**
   * Removes acknowledged segments from the oldest on. One that could not be read is kept until room is scarce, whatever
   * its age: at a later start it may be read, and fills the hole that was declared for it.
   * @param openBytes of the segment being written
   * @param pressing asked before each: room is scarce, and what is acknowledged goes first
   */
  async remove(streams: SpoolStreams, openBytes: number, pressing: () => boolean): Promise<void> {
    const unreadable = ({ number }: Sealed) => this.#reader.unreadable.has(number)
    const acknowledged = (segment: Sealed) =>
      streams.acknowledgedThrough(segment.number) && !(unreadable(segment) && streams.lackNext)
    const first = this.#sealed.findIndex((segment) => !acknowledged(segment))
    const removable = this.#sealed.slice(0, first < 0 ? undefined : first)
    let bytes = removable.reduce((sum, segment) => sum + segment.bytes, 0)
    const now = this.#options.clock.monotonic()
    for (const oldest of removable) {
      const kept = bytes + openBytes <= this.#options.bytesMax / 4 && now - oldest.since < keptMs
      if (!pressing() && unreadable(oldest)) continue
      if (kept && oldest.hasBlocks && !pressing()) break
      // Asked again each time: while the one before was unlinked the exchange may have said that it lacks this one (C3).
      if (!acknowledged(oldest)) break
      bytes -= oldest.bytes
      this.#sealed = this.#sealed.filter((segment) => segment !== oldest)
      // First out of the index, then off the disk: nobody is sent to read what is just going.
      streams.dropThrough(oldest.number)
      await this.#reader.closeSegment(oldest.number)
      await this.#unlink(oldest.number)
    }
  }

  async #unlink(segment: number): Promise<void> {
    const { files, folder, log } = this.#options
    try {
      await files.unlink(this.#path(segment))
      await files.syncFolder(folder)
    } catch (error) {
      log.warn({ err: error }, 'a segment of the spool could not be removed')
    }
  }

  #path(segment: number): string {
    return join(this.#options.folder, segmentName(segment))
  }
}
