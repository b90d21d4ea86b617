// The spool: one log on disk for all streams (delivery 1.2). Blocks are appended in memory and become durable in groups;
// only then they are offered, and only what the exchange acknowledged is ever removed.
import assert from 'node:assert/strict'
import { Fault } from '../../../core/fault.ts'
import type { Block } from '../../../wire/block-format.ts'
import type { MissingBlocks } from '../../../wire/streams.ts'
import { type Clock, systemClock } from '../../../platform/clock.ts'
import { type DurableFiles, durableFiles } from '../../../platform/durable-files.ts'
import type { Log } from '../../../platform/log.ts'
import { hashHeads } from './head-hashes.ts'
import { lockSpool } from './spool-lock.ts'
import { isRun, SpoolReader, type Unreadable } from './spool-reader.ts'
import { type RecoveredSpool, recoverSpool } from './spool-recovery.ts'
import { SpoolRetention } from './spool-retention.ts'
import type { SpoolStream, SpoolStreams } from './spool-streams.ts'
import { SpoolWriter } from './spool-writer.ts'
import { scarceFill } from '../socket-room.ts'
import { Wake } from '../wake.ts'

/** delivery S2: at the latest 10 ms after the first unsynced byte, or at 1 MiB. */
const groupWaitMs = 10
const groupBytes = 1024 * 1024
/** Blocks accepted but not yet synced (S10: part of the 32 MiB); sources wait beyond it. */
const pendingBytesMax = 4 * 1024 * 1024
const retryEveryMs = 1_000

export type SpoolOptions = {
  readonly folder: string
  readonly bytesMax: number
  readonly log: Log
  readonly clock?: Clock
  readonly files?: DurableFiles
  /** Ends the wait for another process that holds it. */
  readonly signal?: AbortSignal | undefined
}

type Options = SpoolOptions & { readonly clock: Clock; readonly files: DurableFiles }

/**
 * Locks, recovers and opens a spool; it never refuses to start for what it finds in the folder (delivery S4).
 * @returns the spool; throws Fault `spool.locked` where another process holds it for more than 5 s, and
 * `spool.unwritable` where the folder cannot be used at all
 */
export async function openSpool(options: SpoolOptions): Promise<SpoolLog> {
  const files = options.files ?? durableFiles
  const clock = options.clock ?? systemClock
  const lock = await lockSpool(files, options.folder, clock, options.signal)
  try {
    const unreadable = (cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause)
      return new Fault('spool.unwritable', { what: `The spool folder ${options.folder} cannot be read: ${why}`, cause })
    }
    const recovered = await recoverSpool(files, options.folder).catch((cause: unknown) => {
      throw unreadable(cause)
    })
    if (recovered.holes > 0) options.log.warn({ frames: recovered.holes }, 'frames of the spool do not verify')
    const full = { ...options, files, clock }
    for (const segment of recovered.unreadable) options.log.error({ segment }, 'a segment of the spool cannot be read')
    const reader = new SpoolReader(files, options.folder, recovered.unreadable)
    const passing = await hashHeads(recovered.streams, reader)
    if (passing !== undefined) throw unreadable(passing.error)
    const retention = new SpoolRetention(full, recovered, reader)
    if (recovered.previous !== null) await retention.sync(recovered.previous.segment)
    return await SpoolLog.begin(full, recovered, { lock, reader, retention })
  } catch (error) {
    lock[Symbol.dispose]()
    throw error
  }
}

type Parts = { readonly lock: Disposable; readonly reader: SpoolReader; readonly retention: SpoolRetention }

/** The open log: group commit, reading back, retention. */
export class SpoolLog implements AsyncDisposable {
  readonly streams: SpoolStreams
  /** The stop before this start was clean (delivery S5). */
  readonly stoppedClean: boolean
  readonly #options: Options
  readonly #parts: Parts
  readonly #writer: SpoolWriter
  readonly #wake: Wake
  readonly #waiting = new Set<() => void>()
  readonly #listeners = new Set<() => void>()
  #pending: Block[] = []
  #pendingBytes = 0
  #pendingSince = 0
  #pendingCloses: string[] = []
  #committing = 0
  #committingCloses: string[] = []
  #closing = false
  #running: Promise<void> = Promise.resolve()

  /** Begins a segment behind what recovery accepted, which is synced, and starts to commit. */
  static async begin(options: Options, recovered: RecoveredSpool, parts: Parts): Promise<SpoolLog> {
    const spool = new SpoolLog(options, recovered, parts)
    for (const { stream } of [...recovered.streams.active()])
      recovered.streams.endIfDrained(stream, options.clock.now())
    await spool.#writer.roll(false)
    await parts.retention.tidy()
    await spool.#writer.upkeep()
    spool.#running = spool.#run()
    return spool
  }

  private constructor(options: Options, recovered: RecoveredSpool, parts: Parts) {
    this.#options = options
    this.#parts = parts
    this.streams = recovered.streams
    this.stoppedClean = recovered.clean
    this.#wake = new Wake(options.clock)
    const tableParts = () => this.streams.tableParts(options.clock.now())
    this.#writer = new SpoolWriter({ ...options, tableParts, seal: (old) => parts.retention.seal(old) }, recovered)
  }

  get state(): 'open' | 'full' | 'unwritable' {
    if (this.#writer.unwritable) return 'unwritable'
    return this.#writer.diskFull || this.fill > 1 ? 'full' : 'open'
  }

  /** Bytes held, of those it may hold: 0 to 1, and more where it is full. */
  get fill(): number {
    return (this.size.bytes + this.unsyncedBytes) / this.#options.bytesMax
  }

  /** Bytes accepted but not yet synced. */
  get unsyncedBytes(): number {
    return this.#pendingBytes + this.#committing
  }

  /** Bytes on disk, and files. */
  get size(): { readonly bytes: number; readonly segments: number } {
    const { bytes, segments } = this.#parts.retention.size
    return { bytes: bytes + this.#writer.bytes, segments: segments + (this.#writer.segment === undefined ? 0 : 1) }
  }

  /** Whether a source may go on: nothing unacknowledged is ever deleted for it (delivery S9). */
  get hasRoom(): boolean {
    return this.unsyncedBytes < pendingBytesMax && this.state === 'open'
  }

  /** Nothing appended is still on its way to disk. */
  get idle(): boolean {
    return this.#pending.length === 0 && this.#committing === 0
  }

  /** Resolves when there is room, or after a second at most: then ask again. */
  async room(): Promise<void> {
    if (!this.hasRoom) await this.#notified()
  }

  /** Resolves after the next group, or after a second at most: then ask `idle` again. */
  async synced(): Promise<void> {
    if (!this.idle) await this.#notified()
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

  /** Consecutive blocks from `from` on, or why not: a hole is one for the rest of this run. */
  async read(stream: SpoolStream, from: number): Promise<readonly Block[] | Unreadable> {
    const run = await this.#parts.reader.run(stream, from)
    if (!isRun(run) && run.kind === 'hole') stream.blocks.lose(from)
    return run
  }

  /** @returns why the blocks `from` … `through` of a stream are not here (delivery C3) */
  missingCause({ blocks, acknowledgedOnce }: SpoolStream, from: number, through: number): MissingBlocks['cause'] {
    if (through < blocks.lowest) return from <= acknowledgedOnce ? 'exchange.restored' : 'spool.removed'
    const before = blocks.place(from - 1)?.segment
    const behind = blocks.place(through + 1)?.segment ?? this.#writer.segment
    const removed = before !== undefined && behind !== undefined && this.#parts.retention.lacksBetween(before, behind)
    return removed ? 'spool.removed' : 'spool.damaged'
  }

  /** Notes an ack of the exchange (delivery C5); what need not be kept goes with the next upkeep. */
  acknowledge(stream: string, block: number): ReturnType<SpoolStreams['acknowledge']> {
    const before = this.streams.get(stream)?.acknowledged ?? block
    const noted = this.streams.acknowledge(stream, block, this.#options.clock.now())
    if (noted === 'noted') {
      for (let number = before + 1; number <= block; number++) this.#parts.reader.forget(stream, number)
      if (this.fill > scarceFill) this.#wake.wake()
    }
    return noted
  }

  /** Begins a segment as soon as all before is synced, so that its table says what has changed. */
  rollSoon(): void {
    this.#writer.rollSoon()
    this.#wake.wake()
  }

  /** A clean stop (delivery S5): syncs, then begins a segment whose table is marked clean. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true
    this.#wake.wake()
    await this.#running
    await this.#parts.reader[Symbol.asyncDispose]()
    await this.#writer[Symbol.asyncDispose]()
    this.#parts.lock[Symbol.dispose]()
  }

  async #run(): Promise<void> {
    const { clock } = this.#options
    while (!this.#closing || this.#pending.length > 0) {
      if (this.#pending.length === 0) {
        await this.#wake.sleep(retryEveryMs)
        await this.#upkeep()
        continue
      }
      const age = clock.monotonic() - this.#pendingSince
      if (this.#pendingBytes < groupBytes && age < groupWaitMs && !this.#closing)
        await this.#wake.sleep(groupWaitMs - age)
      if (!(await this.#commit())) break
      await this.#upkeep()
    }
    if (!this.#writer.unwritable) await this.#writer.roll(true)
  }

  async #upkeep(): Promise<void> {
    const writer = this.#writer
    const scarce = () => this.fill + writer.stepBytes / this.#options.bytesMax > scarceFill
    await this.#parts.retention.remove(this.streams, writer.bytes, scarce)
    if (this.#pending.length === 0) await writer.upkeep()
    if (this.hasRoom) this.#notify()
  }

  /** @returns false where the process stops and the disk takes nothing: what is not synced was never offered */
  async #commit(): Promise<boolean> {
    const batch = this.#pending
    this.#committing = this.#pendingBytes
    this.#committingCloses = this.#pendingCloses
    this.#pending = []
    this.#pendingBytes = 0
    this.#pendingCloses = []
    let written = await this.#writer.write(batch)
    while (written === undefined) {
      if (this.#closing) return false
      await this.#options.clock.sleep(retryEveryMs)
      written = await this.#writer.write(batch)
    }
    for (const [index, block] of batch.entries()) {
      assert(
        this.streams.add(
          { header: block.header, hash: block.hash, length: block.bytes.length },
          written.segment,
          written.offsets[index] ?? 0,
        ),
        'a block does not fit its stream',
      )
      this.#parts.reader.remember(block)
    }
    this.#committing = 0
    for (const stream of this.#committingCloses) this.streams.close(stream, this.#options.clock.now())
    this.#committingCloses = []
    for (const listener of this.#listeners) listener()
    this.#notify()
    return true
  }

  async #notified(): Promise<void> {
    const wake = new Wake(this.#options.clock)
    const waker = () => wake.wake()
    this.#waiting.add(waker)
    await wake.sleep(retryEveryMs)
    this.#waiting.delete(waker)
  }

  #notify(): void {
    for (const waker of this.#waiting) waker()
  }
}
