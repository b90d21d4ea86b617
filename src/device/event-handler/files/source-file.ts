// A file source (delivery N1–N5, N8): reads a file to its end and on as it grows, follows its rotations, and says what
// can no longer be read. It never waits for another source; where the spool has no room, the file is the buffer (S9).
import assert from 'node:assert/strict'
import type { LossCause, StreamEnd } from '../../../wire/block-format.ts'
import type { SourceStatus } from '../../../wire/status.ts'
import type { SensorFormat } from '../../../sensors/format.ts'
import type { Source, SourceOptions } from '../source.ts'
import type { FileSourceConfig } from '../source-config.ts'
import { fingerprintOf } from './file-fingerprint.ts'
import { olderGenerations } from './file-succession.ts'
import { FolderWatch } from './folder-watch.ts'
import type { InputFile } from './input-file.ts'
import { LeftFile } from './left-file.ts'
import { LineBuffer, type LineTaker } from '../line-buffer.ts'
import { lineIntake } from '../line-intake.ts'
import { Packer, type PackedFile } from '../packer.ts'
import { Rotation } from './rotation.ts'
import { type SourceStart, waitForFormat, waitForPlace } from './source-start.ts'
import { SourceReport } from '../source-report.ts'
import { withFinished } from '../source-position.ts'
import type { SourceMark } from '../spool/spool-table.ts'
import { Wake } from '../wake.ts'

/** Polls: new lines within 50 ms where no hints come; rarely where they do. */
const [pollMs, pollHintedMs] = [50, 500]
const lookAtPathEveryMs = 250
const retryMs = 1_000
/** delivery N2: a rotated file is left when it has been quiet this long. */
const quietBeforeLeavingMs = 5_000

export type FileSourceOptions = SourceOptions & { readonly config: FileSourceConfig; readonly quietMs?: number }

/** One file source, from its start to its stop. */
export class FileSource implements Source {
  readonly config: FileSourceConfig
  readonly once: boolean
  readonly priority: number
  readonly #options: FileSourceOptions
  readonly #report: SourceReport
  readonly #packer: Packer
  readonly #rotation: Rotation
  readonly #start: SourceStart
  readonly #wake: Wake
  readonly #watch: FolderWatch
  #running: Promise<void>
  #format: SensorFormat | undefined
  #file: InputFile | undefined
  #packed: PackedFile = { generation: 0, name: '', fingerprint: { length: 0, sha256: '' }, finished: [] }
  #lines = new LineBuffer(0)
  #head: Buffer = Buffer.alloc(0)
  #left: LeftFile | undefined
  #older: ReadonlySet<string> = new Set()
  #grewAt = 0
  #lookedAt = -Infinity
  #stopping = false
  #rewind: { readonly mark: SourceMark } | undefined

  constructor(options: FileSourceOptions) {
    this.config = options.config
    this.once = options.config.once === true
    this.priority = options.config.priority ?? 0
    this.#options = options
    this.#report = new SourceReport(options.config, options)
    this.#packer = new Packer({ ...options, zone: options.config.zone })
    this.#wake = new Wake(options.clock)
    this.#rotation = new Rotation(options.config.path, options.quietMs ?? quietBeforeLeavingMs)
    this.#start = { config: this.config, report: this.#report, wake: this.#wake, stopping: () => this.#stopping }
    this.#watch = new FolderWatch(options.config.path, () => this.#wake.wake())
    this.#running = this.#run(options.spool.streams.source(options.config.name))
  }

  /** Everything it will ever give has been appended to the spool. */
  get finished(): boolean {
    return this.#report.state === 'finished'
  }

  status(): SourceStatus {
    return this.#report.status(this.#format?.name, this.#options.stream.id, this.#lines.readOffset)
  }

  /** The live stream is too far behind: new events go into a new one (delivery C7). */
  behind(): void {
    this.#packer.closeAll()
    this.#options.stream.end('behind')
  }

  /** The live stream was refused: reading goes on where its last acknowledged block ended (delivery J2). */
  refused(end: StreamEnd, mark: SourceMark | undefined, count: number): void {
    if (mark === undefined) return this.declareRefused(count)
    this.#packer.discard()
    this.#options.stream.refused(end)
    if (this.finished) this.#running = this.#run(mark)
    else this.#rewind = { mark }
    this.#wake.wake()
  }

  /** An older stream was refused whose lines newer ones have passed: what was not acknowledged is lost. */
  declareRefused(count: number): void {
    this.#report.lose('stream.refused', count)
    this.#packer.loss({ cause: 'stream.refused', count }, this.#lines.offset)
    if (this.finished) this.#options.stream.end('start')
  }

  /** Stops reading; what was read is in the spool's hands. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true
    this.#wake.wake()
    this.#watch[Symbol.dispose]()
    await this.#running
    await this.#file?.[Symbol.asyncDispose]()
    await this.#left?.[Symbol.asyncDispose]()
  }

  async #run(from: SourceMark | undefined): Promise<void> {
    let mark = from
    while (!this.#stopping) {
      try {
        if (await this.#begin(mark)) await this.#follow()
        const rewind = this.#rewind
        if (rewind === undefined) return
        this.#rewind = undefined
        mark = rewind.mark
      } catch (error) {
        // Nothing a source meets may end the process or another source (N8): it begins again where its blocks end.
        this.#options.log.error({ err: error, source: this.config.name }, 'a source failed and begins again')
        this.#report.say('unreadable', `source.unreadable: ${error instanceof Error ? error.message : String(error)}`)
        this.#packer.discard()
        await this.#options.clock.sleep(retryMs)
        while (!this.#options.spool.idle) await this.#options.spool.synced()
        mark = this.#options.spool.streams.source(this.config.name)
      }
    }
  }

  /** Finds the file and the place to begin at. @returns false where there is nothing (more) to read */
  async #begin(mark: SourceMark | undefined): Promise<boolean> {
    const found = await waitForPlace(this.#start, mark)
    if (found === undefined) return false
    await using opened = new AsyncDisposableStack()
    opened.use(found.file)
    if (this.#stopping) return false
    const format = await waitForFormat(this.#start, found.file, mark?.format)
    if (format === undefined) return false
    this.#format = format
    // From here on the file is this source's own.
    opened.move()
    await this.#enter(found.file, found.packed, found.offset, found.sameFile ? (mark?.context ?? '') : '')
    if (mark === undefined) this.#older = await olderGenerations(this.config.path)
    for (const loss of found.losses) this.#lose(loss.cause, loss.bytes)
    return true
  }

  async #enter(file: InputFile, packed: PackedFile, offset: number, context: string): Promise<void> {
    if (this.#file !== file) await this.#file?.[Symbol.asyncDispose]()
    this.#file = file
    this.#packed = packed
    this.#head = await file.head()
    packed.fingerprint = fingerprintOf(this.#head)
    this.#lines = new LineBuffer(offset)
    this.#packer.start(packed, this.#format?.name ?? '', offset, context)
    this.#grewAt = this.#options.clock.monotonic()
    this.#rotation.reset()
    this.#lookedAt = -Infinity
    this.#report.say('reading')
  }

  /** Reads until the stop, a rewind, or the end of a file that is read once. */
  async #follow(): Promise<void> {
    const { spool } = this.#options
    while (!this.#stopping && this.#rewind === undefined) {
      if (!spool.hasRoom) {
        if (spool.state !== 'open') this.#report.say('spool-full', `spool.${spool.state}: the file waits`)
        await spool.room()
        continue
      }
      if (this.#report.state === 'spool-full') this.#report.say('reading')
      const got = await this.#read()
      if (got > 0) continue
      const dueMs = this.#packer.closeDue()
      if (this.once) return this.#finish()
      if (!(await this.#atEnd())) await this.#wake.sleep(Math.min(dueMs, this.#watch.proved ? pollHintedMs : pollMs))
    }
    if (this.#rewind === undefined) this.#packer.closeAll()
  }

  /** Reads and packs once. @returns bytes taken */
  async #read(): Promise<number> {
    const file = this.#file
    if (file === undefined) return 0
    const got = await file.read(this.#lines.room, this.#lines.readOffset)
    if (got === 0 || this.#rewind !== undefined) return 0
    if (!(await this.#sameBeginning(file))) {
      await this.#truncated(file)
      return 0
    }
    if (this.#rewind !== undefined) return 0
    this.#grewAt = this.#options.clock.monotonic()
    this.#lines.take(got, this.#taker())
    this.#packer.closeDue()
    return got
  }

  /** A file whose beginning changed in place is another one (delivery N3); a longer beginning names it better. */
  async #sameBeginning(file: InputFile): Promise<boolean> {
    if (file.gzipped) return true
    const head = await file.head()
    if (head.length < this.#head.length || !head.subarray(0, this.#head.length).equals(this.#head)) return false
    if (head.length > this.#head.length) {
      this.#head = head
      this.#packed.fingerprint = fingerprintOf(head)
    }
    return true
  }

  async #truncated(file: InputFile): Promise<void> {
    this.#packer.closeAll()
    const { generation, finished } = this.#packed
    await this.#enter(file, { ...this.#packed, generation: generation + 1, finished }, 0, '')
    this.#lose('file.truncated')
  }

  /** At the end of what is there. @returns whether there is something to read at once */
  async #atEnd(): Promise<boolean> {
    const file = this.#file
    if (file === undefined) return false
    const { size } = await file.stat()
    this.#report.size = file.gzipped ? undefined : size
    if (!file.gzipped && size < this.#lines.readOffset) {
      await this.#truncated(file)
      return true
    }
    if (!file.gzipped && size > this.#lines.readOffset) return true
    const now = this.#options.clock.monotonic()
    if (now - this.#lookedAt < lookAtPathEveryMs) return false
    this.#lookedAt = now
    await this.#watchLeft()
    return this.#follows(file, now)
  }

  async #follows(file: InputFile, now: number): Promise<boolean> {
    const next = await this.#rotation.look(file, this.#packed, this.#older, { now, grewAt: this.#grewAt })
    if (next === 'same') this.#report.say('reading')
    if (next === 'missing') this.#report.say('missing', `source.missing: ${this.config.path} does not exist`)
    if (typeof next === 'string') return false
    await this.#leave()
    const packed = { ...this.#packed, generation: this.#packed.generation + 1, name: next.name }
    this.#file = undefined
    await this.#enter(next, packed, 0, '')
    return true
  }

  /** The file is left: an unfinished last line is an event now, and the file a finished one. */
  async #leave(): Promise<void> {
    this.#packer.close()
    if (this.#lines.takeRest(this.#taker())) this.#packer.close(true)
    this.#packer.closeAll()
    const end = this.#lines.offset
    await this.#left?.[Symbol.asyncDispose]()
    this.#left = this.#file === undefined ? undefined : new LeftFile(this.#file, end)
    const finished = withFinished(this.#packed.finished, { fingerprint: this.#packed.fingerprint, end })
    this.#packed = { ...this.#packed, finished }
  }

  /** A file that is read once has been: its stream ends. */
  async #finish(): Promise<void> {
    const cut = this.#file?.cut === true
    await this.#leave()
    if (cut) this.#lose('file.truncated')
    this.#options.stream.end('start')
    this.#file = undefined
    this.#report.say('finished')
  }

  /** What is written into a file after it was left is lost (delivery N2). */
  async #watchLeft(): Promise<void> {
    const bytes = (await this.#left?.growth()) ?? 0
    const last = this.#packed.finished.at(-1)
    if (bytes === 0 || this.#left === undefined || last === undefined) return
    this.#packed.finished = [...this.#packed.finished.slice(0, -1), { ...last, end: this.#left.end }]
    this.#packer.announce()
    this.#lose('file.written-after-rotation', bytes)
  }

  #lose(cause: LossCause, bytes?: number): void {
    this.#report.lose(cause, null)
    this.#packer.loss({ cause, count: null, ...(bytes === undefined ? {} : { bytes }) }, this.#lines.offset)
  }

  #taker(): LineTaker {
    const intake = { packer: this.#packer, report: this.#report, selected: this.#options.selected }
    assert(this.#format !== undefined, 'no line is read before its format is known')
    return lineIntake(intake, this.#format, this.#lines, this.#packed.name, this.#options.clock.now())
  }
}
