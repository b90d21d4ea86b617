// Acknowledged segments are kept while there is room, up to 24 h or a quarter of the spool (delivery S6): an exchange
// restored from a backup gets the day again. Nothing unacknowledged is ever removed (S9).
import { join } from 'node:path'
import type { Clock } from '../../../platform/clock.ts'
import type { DurableFiles } from '../../../platform/durable-files.ts'
import type { Log } from '../../../platform/log.ts'
import { type RecoveredSegment, segmentName } from './spool-recovery.ts'
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
  #sealed: Sealed[]

  constructor(
    options: RetentionOptions,
    recovered: { readonly segments: readonly RecoveredSegment[]; readonly useless: readonly number[] },
    reader: SpoolReader,
  ) {
    this.#options = options
    this.#reader = reader
    this.#useless = recovered.useless
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

  /** Syncs a segment whose end recovery has accepted. */
  async sync(segment: number): Promise<void> {
    await using file = await this.#options.files.open(this.#path(segment))
    await file.sync()
  }

  /** Files that hold nothing that counts. */
  async removeUseless(): Promise<void> {
    for (const segment of this.#useless) await this.#unlink(segment)
  }

  /**
   * Removes acknowledged segments from the oldest on.
   * @param openBytes of the segment being written
   * @param pressing asked before each: room is scarce, and what is acknowledged goes first
   */
  async remove(streams: SpoolStreams, openBytes: number, pressing: () => boolean): Promise<void> {
    let acknowledged = 0
    for (const segment of this.#sealed) {
      if (!streams.acknowledgedThrough(segment.number)) break
      acknowledged += segment.bytes
    }
    const now = this.#options.clock.monotonic()
    for (let oldest = this.#sealed[0]; oldest !== undefined && acknowledged > 0; oldest = this.#sealed[0]) {
      const kept = acknowledged + openBytes <= this.#options.bytesMax / 4 && now - oldest.since < keptMs
      if (kept && oldest.hasBlocks && !pressing()) break
      // Asked again each time: while the one before was unlinked the exchange may have said that it lacks this one (C3).
      if (!streams.acknowledgedThrough(oldest.number)) break
      acknowledged -= oldest.bytes
      this.#sealed.shift()
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
