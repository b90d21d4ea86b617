// The spool: one log on disk for all streams (delivery 1.2). Blocks are appended in memory and become durable in groups;
// only then they are offered, and only what the exchange acknowledged is ever removed.
import assert from 'node:assert/strict'
import type { Block } from '../../wire/block-format.ts'
import type { MissingBlocks } from '../../wire/streams.ts'
import { type Clock, systemClock } from '../../platform/clock.ts'
import { type DurableFiles, durableFiles } from '../../platform/durable-files.ts'
import type { Log } from '../../platform/log.ts'
import { recoverSpool } from './spool-recovery.ts'
import { lockSpool } from './spool-lock.ts'
import { SpoolReader, type Unreadable } from './spool-reader.ts'
import { SpoolReserve } from './spool-reserve.ts'
import { SpoolRetention } from './spool-retention.ts'
import { SpoolSegment } from './spool-segment.ts'
import type { SpoolStream, SpoolStreams } from './spool-streams.ts'
import type { SpoolTable } from './spool-table.ts'
import { Wake } from './wake.ts'

/** delivery S2: at the latest 10 ms after the first unsynced byte, or at 1 MiB. */
const groupWaitMs = 10
const groupBytes = 1024 * 1024
/** Blocks accepted but not yet synced (S10: part of the 32 MiB); sources wait beyond it. */
const pendingBytesMax = 6 * 1024 * 1024
const segmentBytesMax = 64 * 1024 * 1024
const segmentAgeMs = 3_600_000
const stepBytesMax = 4 * 1024 * 1024
const retryEveryMs = 1_000

export type SpoolOptions = {
  readonly folder: string
  readonly bytesMax: number
  readonly log: Log
  readonly clock?: Clock
  readonly files?: DurableFiles
}

/**
 * Locks, recovers and opens a spool; it never refuses to start for what it finds in the folder (delivery S4).
 * @returns the spool; throws Fault `spool.locked` where another process holds it for more than 5 s, and
 * `spool.unwritable` where the folder cannot be used at all
 */
export async function openSpool(options: SpoolOptions): Promise<SpoolLog> {
  const files = options.files ?? durableFiles
  const clock = options.clock ?? systemClock
  const lock = await lockSpool(files, options.folder, clock)
  try {
    const recovered = await recoverSpool(files, options.folder)
    for (const { stream } of [...recovered.streams.all()]) recovered.streams.endIfDrained(stream, clock.now())
    if (recovered.holes > 0)
      options.log.warn({ code: 'spool.damaged', holes: recovered.holes }, 'the spool has damaged frames')
    const spool = new SpoolLog({ ...options, files, clock }, recovered, lock)
    await spool.begin(recovered.previous?.segment)
    return spool
  } catch (error) {
    lock[Symbol.dispose]()
    throw error
  }
}

type Recovered = Awaited<ReturnType<typeof recoverSpool>>

/** The open log: one writer, group commit, reading back, retention. */
export class SpoolLog implements AsyncDisposable {
  readonly streams: SpoolStreams
  /** The stop before this start was clean (delivery S5). */
  readonly stoppedClean: boolean
  readonly #options: SpoolOptions & { readonly clock: Clock; readonly files: DurableFiles }
  readonly #lock: Disposable
  readonly #reader: SpoolReader
  readonly #reserve: SpoolReserve
  readonly #retention: SpoolRetention
  readonly #wake: Wake
  readonly #waiting = new Set<() => void>()
  readonly #listeners = new Set<() => void>()
  #pending: Block[] = []
  #pendingBytes = 0
  #pendingSince = 0
  #pendingCloses: string[] = []
  #committing = 0
  #committingCloses: string[] = []
  #segment: SpoolSegment | undefined
  #segmentSince = 0
  #previous: SpoolTable['previous']
  #nextSegment: number
  #nextGroup: number
  #unwritable = false
  #diskFull = false
  #closing = false
  #running: Promise<void> = Promise.resolve()

  /** Only for `openSpool`. */
  constructor(
    options: SpoolOptions & { readonly clock: Clock; readonly files: DurableFiles },
    recovered: Recovered,
    lock: Disposable,
  ) {
    this.#options = options
    this.#lock = lock
    this.streams = recovered.streams
    this.stoppedClean = recovered.clean
    this.#reader = new SpoolReader(options.files, options.folder)
    this.#reserve = new SpoolReserve(options.files, options.folder)
    this.#retention = new SpoolRetention(options, recovered, this.#reader)
    this.#wake = new Wake(options.clock)
    this.#previous = recovered.previous
    this.#nextSegment = recovered.nextSegment
    this.#nextGroup = recovered.nextGroup
  }

  /** Only for `openSpool`: syncs what recovery accepted, begins a segment, starts committing. */
  async begin(accepted: number | undefined): Promise<void> {
    try {
      if (accepted !== undefined) await this.#retention.sync(accepted)
      await this.#roll(false)
    } catch (error) {
      this.#fail(error)
    }
    await this.#retention.removeUseless()
    await this.#reserve.hold()
    this.#running = this.#run()
  }

  get state(): 'open' | 'full' | 'unwritable' {
    if (this.#unwritable) return 'unwritable'
    return this.#diskFull || !this.#fits() ? 'full' : 'open'
  }

  /** Bytes on disk, and files. */
  get size(): { readonly bytes: number; readonly segments: number } {
    const { bytes, segments } = this.#retention.size
    return { bytes: bytes + (this.#segment?.bytes ?? 0), segments: segments + (this.#segment === undefined ? 0 : 1) }
  }

  /** Whether a source may go on: nothing unacknowledged is ever deleted for it (delivery S9). */
  get hasRoom(): boolean {
    return this.#pendingBytes + this.#committing < pendingBytesMax && this.state === 'open'
  }

  /** Resolves when there is room, or after a second at most: then ask again. */
  async room(): Promise<void> {
    if (!this.hasRoom) await this.#notified()
  }

  /** @param listener called whenever blocks have been synced */
  onSynced(listener: () => void): void {
    this.#listeners.add(listener)
  }

  /** Takes a block; it is durable once it has a place in `streams`. Blocks of a stream come in order. */
  append(block: Block): void {
    assert(!this.#closing, 'the spool is closing')
    if (this.#pending.length === 0) this.#pendingSince = this.#options.clock.monotonic()
    this.#pending.push(block)
    this.#pendingBytes += block.bytes.length
    if (this.#pending.length === 1 || this.#pendingBytes >= groupBytes) this.#wake.wake()
  }

  /** Nothing more comes into a stream: it only drains, once what was appended is synced. */
  closeStream(stream: string): void {
    if (this.#pending.length > 0) this.#pendingCloses.push(stream)
    else if (this.#committing > 0) this.#committingCloses.push(stream)
    else this.streams.close(stream, this.#options.clock.now())
  }

  /** Nothing appended is still on its way to disk. */
  get idle(): boolean {
    return this.#pending.length === 0 && this.#committing === 0
  }

  /** Resolves after the next group, or after a second at most: then ask `idle` again. */
  async synced(): Promise<void> {
    if (!this.idle) await this.#notified()
  }

  /** Consecutive blocks from `from` on, or why that one is a hole: then it is one from now on. */
  async read(stream: SpoolStream, from: number): Promise<readonly Block[] | Unreadable> {
    const run = await this.#reader.run(stream, from)
    if ('kind' in run) stream.blocks.lose(from)
    return run
  }

  /** @returns why the blocks `from` … `through` of a stream are not here (delivery C3) */
  missingCause({ blocks, acknowledgedOnce }: SpoolStream, from: number, through: number): MissingBlocks['cause'] {
    if (through < blocks.lowest) return from <= acknowledgedOnce ? 'exchange.restored' : 'spool.removed'
    const before = blocks.place(from - 1)?.segment
    const behind = blocks.place(through + 1)?.segment ?? this.#segment?.number
    const removed = before !== undefined && behind !== undefined && this.#retention.lacksBetween(before, behind)
    return removed ? 'spool.removed' : 'spool.damaged'
  }

  /** Notes an ack of the exchange, and removes what need not be kept. */
  acknowledge(stream: string, block: number): ReturnType<SpoolStreams['acknowledge']> {
    const before = this.streams.get(stream)?.acknowledged ?? block
    const noted = this.streams.acknowledge(stream, block, this.#options.clock.now())
    if (noted === 'noted') for (let number = before + 1; number <= block; number++) this.#reader.forget(stream, number)
    return noted
  }

  /** Begins a segment as soon as all before is synced, so that its table says what has changed. */
  rollSoon(): void {
    this.#segmentSince = -Infinity
    this.#wake.wake()
  }

  /** A clean stop (delivery S5): syncs, then begins a segment whose table is marked clean. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true
    this.#wake.wake()
    await this.#running
    await this.#reader[Symbol.asyncDispose]()
    await this.#segment?.[Symbol.asyncDispose]()
    this.#lock[Symbol.dispose]()
  }

  #fits(): boolean {
    return this.size.bytes + this.#pendingBytes + this.#committing <= this.#options.bytesMax
  }

  async #run(): Promise<void> {
    const { clock } = this.#options
    for (;;) {
      if (this.#pending.length === 0) {
        if (this.#closing) break
        await this.#wake.sleep(retryEveryMs)
        await this.#upkeep()
        continue
      }
      const age = clock.monotonic() - this.#pendingSince
      if (this.#pendingBytes < groupBytes && age < groupWaitMs && !this.#closing)
        await this.#wake.sleep(groupWaitMs - age)
      await this.#commit()
    }
    if (!this.#unwritable) await this.#roll(true).catch((error: unknown) => this.#fail(error))
  }

  /** Once a second while nothing is written, and after each group. */
  async #upkeep(): Promise<void> {
    const used = this.size.bytes + this.#pendingBytes
    await this.#retention.remove(this.streams, this.#segment?.bytes ?? 0, used + stepBytesMax > this.#options.bytesMax)
    if (this.#diskFull && (await this.#reserve.hold())) this.#diskFull = false
    if (this.#unwritable && this.#pending.length === 0) await this.#tryAgain()
    const aged = this.#options.clock.monotonic() - this.#segmentSince > segmentAgeMs
    if (aged && this.#segment?.hasBlocks === true && this.#pending.length === 0)
      await this.#roll(false).catch((error: unknown) => this.#fail(error))
    if (this.hasRoom) this.#wakeWaiting()
  }

  async #commit(): Promise<void> {
    const batch = this.#pending
    this.#committing = this.#pendingBytes
    this.#pending = []
    this.#pendingBytes = 0
    this.#committingCloses = this.#pendingCloses
    this.#pendingCloses = []
    while (!(await this.#write(batch))) {
      // Not even a new segment took it: the blocks stay in memory, the sources wait.
      if (this.#closing) break
      await this.#options.clock.sleep(retryEveryMs)
    }
    this.#committing = 0
    for (const stream of this.#committingCloses) this.streams.close(stream, this.#options.clock.now())
    this.#committingCloses = []
    this.#wakeWaiting()
    await this.#upkeep()
  }

  /** Writes a group; a failed file is never written again, a new segment takes the same bytes (delivery S7). */
  async #write(batch: readonly Block[]): Promise<boolean> {
    const bytes = batch.reduce((sum, block) => sum + block.bytes.length, 0)
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        if (this.#mustRoll(bytes)) await this.#roll(false)
        const segment = this.#segment
        assert(segment !== undefined)
        const offsets = await segment.writeGroup(this.#nextGroup++, batch)
        this.#unwritable = false
        batch.forEach((block, index) => {
          assert(this.streams.add(block, segment.number, offsets[index] ?? 0), 'a block does not fit its stream')
          this.#reader.remember(block)
        })
        for (const listener of this.#listeners) listener()
        return true
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error
        await this.#abandon(error)
      }
    }
    this.#fail(new Error('a new segment failed as well'))
    return false
  }

  #mustRoll(bytes: number): boolean {
    const segment = this.#segment
    if (segment === undefined) return true
    const aged = this.#options.clock.monotonic() - this.#segmentSince > segmentAgeMs
    return segment.hasBlocks && (aged || segment.end + bytes > this.#segmentBytes)
  }

  get #segmentBytes(): number {
    return Math.min(segmentBytesMax, Math.max(this.#options.bytesMax / 8, 64 * 1024))
  }

  /** Begins a segment; everything before is synced. */
  async #roll(clean: boolean): Promise<void> {
    const old = this.#segment
    const { clock, files, folder } = this.#options
    this.#segment = await SpoolSegment.create({
      files,
      folder,
      number: this.#nextSegment++,
      stepBytes: Math.min(stepBytesMax, Math.ceil(this.#segmentBytes / 4)),
      table: { group: this.#nextGroup, previous: this.#previousNow(), clean, ...this.streams.tableParts(clock.now()) },
    })
    this.#previous = null
    this.#segmentSince = clock.monotonic()
    if (old !== undefined) await this.#retire(old)
  }

  #previousNow(): SpoolTable['previous'] {
    return this.#segment === undefined ? this.#previous : { segment: this.#segment.number, end: this.#segment.end }
  }

  async #retire(old: SpoolSegment): Promise<void> {
    this.#retention.seal({ number: old.number, bytes: old.bytes, hasBlocks: old.hasBlocks })
    await old[Symbol.asyncDispose]()
  }

  /** The open segment failed: what it had synced counts, nothing more is written to it. */
  async #abandon(error: unknown): Promise<void> {
    this.#options.log.warn({ err: error }, 'the spool could not be written; trying a new segment')
    if (error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) {
      this.#diskFull = true
      await this.#reserve.release()
    }
    const failed = this.#segment
    if (failed === undefined) return
    this.#previous = this.#previousNow()
    this.#segment = undefined
    await this.#retire(failed)
  }

  async #tryAgain(): Promise<void> {
    try {
      await this.#roll(false)
      this.#unwritable = false
    } catch (error) {
      this.#fail(error)
    }
  }

  #fail(error: unknown): void {
    if (!this.#unwritable)
      this.#options.log.error({ code: 'spool.unwritable', err: error }, 'the spool cannot be written')
    this.#unwritable = true
  }

  async #notified(): Promise<void> {
    const wake = new Wake(this.#options.clock)
    const waker = () => wake.wake()
    this.#waiting.add(waker)
    await wake.sleep(retryEveryMs)
    this.#waiting.delete(waker)
  }

  #wakeWaiting(): void {
    for (const waker of this.#waiting) waker()
  }
}

/** @returns whether what was read are blocks */
export function isRun(read: readonly Block[] | Unreadable): read is readonly Block[] {
  return !('kind' in read)
}
