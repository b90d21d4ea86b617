// Writes groups into segments (delivery S1, S2, S7): the next one begins when the last is full or an hour old, and when
// writing failed: then it takes the same bytes, and the failed file is never written again.
import assert from 'node:assert/strict'
import type { Block } from '../../../wire/block-format.ts'
import type { Clock } from '../../../platform/clock.ts'
import type { DurableFiles } from '../../../platform/durable-files.ts'
import type { Log } from '../../../platform/log.ts'
import type { RecoveredSegment } from './spool-recovery.ts'
import { SpoolReserve } from './spool-reserve.ts'
import { SpoolSegment } from './spool-segment.ts'
import type { SpoolTable } from './spool-table.ts'

const segmentBytesMax = 64 * 1024 * 1024
const segmentBytesMin = 64 * 1024
const segmentAgeMs = 3_600_000
const stepBytesMax = 4 * 1024 * 1024

export type SpoolWriterOptions = {
  readonly files: DurableFiles
  readonly folder: string
  readonly bytesMax: number
  readonly clock: Clock
  readonly log: Log
  /** What a table says of streams and sources: synced things only. */
  readonly tableParts: () => Pick<SpoolTable, 'streams' | 'sources' | 'ended'>
  /** A segment is no longer written. */
  readonly seal: (segment: RecoveredSegment) => void
}

export type SpoolEnd = {
  readonly nextSegment: number
  readonly nextGroup: number
  readonly previous: SpoolTable['previous']
}

/** Where a written block's frame stands. */
export type Written = { readonly segment: number; readonly offsets: readonly number[] }

/** The writing end of the log. */
export class SpoolWriter implements AsyncDisposable {
  readonly #options: SpoolWriterOptions
  readonly #reserve: SpoolReserve
  #segment: SpoolSegment | undefined
  #since = 0
  #previous: SpoolTable['previous']
  #nextSegment: number
  #nextGroup: number
  #unwritable = false
  #diskFull = false
  #hadReserve = false

  constructor(options: SpoolWriterOptions, end: SpoolEnd) {
    this.#options = options
    this.#reserve = new SpoolReserve(options.files, options.folder)
    this.#previous = end.previous
    this.#nextSegment = end.nextSegment
    this.#nextGroup = end.nextGroup
  }

  /** Neither the open segment nor a new one could be written. */
  get unwritable(): boolean {
    return this.#unwritable
  }

  /** The disk is full: the reserve was given up so that what was accepted could still be written (S8). */
  get diskFull(): boolean {
    return this.#diskFull
  }

  /** Bytes of the open segment on disk. */
  get bytes(): number {
    return this.#segment?.bytes ?? 0
  }

  /** Number of the open segment. */
  get segment(): number | undefined {
    return this.#segment?.number
  }

  /** Bytes that may be written ahead of what a segment holds. */
  get stepBytes(): number {
    return Math.min(stepBytesMax, Math.ceil(this.#segmentBytes / 4))
  }

  /** Writes a group and syncs it. @returns where, undefined where not even a new segment took it */
  async write(blocks: readonly Block[]): Promise<Written | undefined> {
    const bytes = blocks.reduce((sum, block) => sum + block.bytes.length, 0)
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        if (this.#mustRoll(bytes)) await this.#roll(false)
        const segment = this.#segment
        assert(segment !== undefined)
        const offsets = await segment.writeGroup(this.#nextGroup++, blocks)
        this.#unwritable = false
        return { segment: segment.number, offsets }
      } catch (error) {
        await this.#abandon(error)
      }
    }
    return undefined
  }

  /** Begins a segment; whatever was written is synced. @param clean the process stops (S5) @returns whether it could */
  async roll(clean: boolean): Promise<boolean> {
    try {
      await this.#roll(clean)
      this.#unwritable = false
      return true
    } catch (error) {
      await this.#abandon(error)
      return false
    }
  }

  /** While nothing is written: a segment of an hour ends, a full disk is tried again. */
  async upkeep(): Promise<void> {
    if (this.#unwritable || (this.#segment?.hasBlocks === true && this.#aged)) await this.roll(false)
    if (!this.#reserve.held) await this.#holdReserve()
  }

  /** The disk is no longer full once the reserve has its room again; one too small for it ever, once a step fits. */
  async #holdReserve(): Promise<void> {
    const { files, folder } = this.#options
    if (await this.#reserve.hold()) {
      this.#hadReserve = true
      this.#diskFull = false
    } else if (this.#diskFull && !this.#hadReserve)
      this.#diskFull = (await files.freeBytes(folder).catch(() => 0)) < 2 * this.stepBytes
  }

  /** The next segment begins with the next group, or the next upkeep. */
  rollSoon(): void {
    this.#since = -Infinity
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#segment?.[Symbol.asyncDispose]()
  }

  get #segmentBytes(): number {
    return Math.min(segmentBytesMax, Math.max(this.#options.bytesMax / 8, segmentBytesMin))
  }

  get #aged(): boolean {
    return this.#options.clock.monotonic() - this.#since > segmentAgeMs
  }

  #mustRoll(bytes: number): boolean {
    const segment = this.#segment
    if (segment === undefined) return true
    return segment.hasBlocks && (this.#aged || segment.end + bytes > this.#segmentBytes)
  }

  async #roll(clean: boolean): Promise<void> {
    const old = this.#segment
    const { clock, files, folder, tableParts } = this.#options
    this.#segment = await SpoolSegment.create({
      files,
      folder,
      number: this.#nextSegment++,
      stepBytes: this.stepBytes,
      table: { group: this.#nextGroup, previous: this.#end, clean, ...tableParts() },
    })
    this.#previous = null
    this.#since = clock.monotonic()
    if (old !== undefined) await this.#retire(old)
  }

  /** The segment that counts last, and the byte up to which it does. */
  get #end(): SpoolTable['previous'] {
    return this.#segment === undefined ? this.#previous : { segment: this.#segment.number, end: this.#segment.end }
  }

  /** The open segment failed: what it had synced counts, nothing more is written to it. */
  async #abandon(error: unknown): Promise<void> {
    if (!this.#unwritable)
      this.#options.log.error({ code: 'spool.unwritable', err: error }, 'the spool could not be written')
    this.#unwritable = true
    if (error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) {
      this.#diskFull = true
      await this.#reserve.release()
    }
    const failed = this.#segment
    if (failed === undefined) return
    this.#previous = this.#end
    this.#segment = undefined
    await this.#retire(failed)
  }

  async #retire(old: SpoolSegment): Promise<void> {
    this.#options.seal({ number: old.number, bytes: old.bytes, hasBlocks: old.hasBlocks })
    await old[Symbol.asyncDispose]()
  }
}
