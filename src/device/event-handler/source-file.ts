// A file source (delivery N1–N5, N8): reads a file to its end and on as it grows, follows its rotations, and says what
// can no longer be read. It never waits for another source; where the spool has no room, the file is the buffer (S9).
import type { LossCause, StreamEnd } from '../../wire/block-format.ts'
import type { SourceStatus } from '../../wire/status.ts'
import type { Glance, SensorFormat } from '../../sensors/format.ts'
import { formatNamed } from '../../sensors/formats.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { SourceConfig } from './configuration.ts'
import { type Found, findPlace } from './source-place.ts'
import { fingerprintOf } from './file-fingerprint.ts'
import { nextGeneration, olderGenerations, statPath } from './file-succession.ts'
import { FolderWatch } from './folder-watch.ts'
import type { InputFile } from './input-file.ts'
import { LineBuffer, type LineTaker } from './line-buffer.ts'
import { Packer, type PackedFile } from './packer.ts'
import { recogniseInput } from './recognise-input.ts'
import { SourceCounters } from './source-counters.ts'
import { withFinished } from './source-position.ts'
import type { SourceStream } from './source-stream.ts'
import type { SpoolLog } from './spool-log.ts'
import type { SourceMark } from './spool-table.ts'
import { Wake } from './wake.ts'

/** Polls: new lines within 50 ms where no hints come; rarely where they do. */
const pollMs = 50
const pollHintedMs = 500
const lookAtPathEveryMs = 250
const retryMs = 1_000
/** delivery N2: a rotated file is left when it has been quiet this long. */
const quietBeforeLeavingMs = 5_000

export type FileSourceOptions = {
  readonly config: SourceConfig
  readonly spool: SpoolLog
  readonly stream: SourceStream
  readonly selected: (glance: Glance) => boolean
  readonly lingerMs: () => number
  readonly clock: Clock
  readonly log: Log
  /** For tests; 5 s. */
  readonly quietMs?: number
}

type Left = { readonly file: InputFile; end: number }

/** One file source, from its start to its stop. */
export class FileSource implements AsyncDisposable {
  readonly config: SourceConfig
  readonly #options: FileSourceOptions
  readonly #counters = new SourceCounters()
  readonly #packer: Packer
  readonly #wake: Wake
  readonly #watch: FolderWatch
  #running: Promise<void>
  #state: SourceStatus['state'] = 'waiting'
  #reason: string | undefined
  #format: SensorFormat | undefined
  #file: InputFile | undefined
  #packed: PackedFile = { generation: 0, name: '', fingerprint: { length: 0, sha256: '' }, finished: [] }
  #lines = new LineBuffer(0)
  #head: Buffer = Buffer.alloc(0)
  #left: Left | undefined
  #older: ReadonlySet<string> = new Set()
  #size = 0
  #grewAt = 0
  #rotatedAt: number | undefined
  #lookedAt = -Infinity
  #stopping = false
  #rewind: { readonly mark: SourceMark } | undefined

  constructor(options: FileSourceOptions) {
    this.config = options.config
    this.#options = options
    this.#packer = new Packer({ ...options, zone: options.config.zone })
    this.#wake = new Wake(options.clock)
    this.#watch = new FolderWatch(options.config.path, () => this.#wake.wake())
    this.#running = this.#run(options.spool.streams.source(options.config.name))
  }

  /** Everything it will ever give has been appended to the spool. */
  get finished(): boolean {
    return this.#state === 'finished'
  }

  status(): SourceStatus {
    const { config, stream } = this.#options
    return {
      name: config.name,
      format: this.#format?.name ?? config.format,
      input: config.path,
      state: this.#state,
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      stream: stream.id ?? '',
      behindBytes: this.#file?.gzipped === true ? 0 : Math.max(0, this.#size - this.#lines.readOffset),
      events: this.#counters.events,
      ignored: this.#counters.ignored,
      notSelected: this.#counters.notSelected,
      lost: this.#counters.lost,
      lastEventAt: this.#counters.lastEventAt,
    }
  }

  /** The live stream is too far behind: new events go into a new one (delivery C7). */
  behind(): void {
    this.#packer.closeAll()
    this.#options.stream.end('behind')
  }

  /** The live stream was refused: reading goes on where its last acknowledged block ended (delivery J2). */
  refused(end: StreamEnd, mark: SourceMark): void {
    this.#packer.discard()
    this.#options.stream.refused(end)
    if (this.#state === 'finished') this.#running = this.#run(mark)
    else this.#rewind = { mark }
    this.#wake.wake()
  }

  /** An older stream was refused whose lines newer ones have passed: what was not acknowledged is lost. */
  declareRefused(count: number): void {
    this.#counters.lose('stream.refused', count)
    this.#packer.loss({ cause: 'stream.refused', count }, this.#lines.offset)
    if (this.#state === 'finished') this.#options.stream.end('start')
  }

  /** Stops reading; what was read is in the spool's hands. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping = true
    this.#wake.wake()
    this.#watch[Symbol.dispose]()
    await this.#running
    await this.#file?.[Symbol.asyncDispose]()
    await this.#left?.file[Symbol.asyncDispose]()
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
        this.#say('unreadable', `source.unreadable: ${error instanceof Error ? error.message : String(error)}`)
        this.#packer.discard()
        await this.#options.clock.sleep(retryMs)
        while (!this.#options.spool.idle) await this.#options.spool.synced()
        mark = this.#options.spool.streams.source(this.config.name)
      }
    }
  }

  /** Finds the file and the place to begin at. @returns false where there is nothing (more) to read */
  async #begin(mark: SourceMark | undefined): Promise<boolean> {
    const found = await this.#find(mark)
    if (found === undefined || this.#stopping) return false
    const format = await this.#recognise(found.file, mark?.format)
    if (format === undefined) {
      await found.file[Symbol.asyncDispose]()
      return false
    }
    this.#format = format
    await this.#enter(found.file, found.packed, found.offset, found.sameFile ? (mark?.context ?? '') : '')
    if (mark === undefined) this.#older = await olderGenerations(this.config.path)
    for (const loss of found.losses) this.#lose(loss.cause, loss.bytes)
    return true
  }

  async #find(mark: SourceMark | undefined): Promise<Found | undefined> {
    while (!this.#stopping) {
      const found = await findPlace(this.config, mark)
      if (found.kind === 'found') return found
      if (found.kind === 'finished') {
        this.#say('finished')
        return undefined
      }
      this.#say(found.kind, found.reason)
      await this.#wake.sleep(retryMs)
    }
    return undefined
  }

  async #recognise(file: InputFile, known: string | undefined): Promise<SensorFormat | undefined> {
    const named = this.config.format === 'auto' ? known : this.config.format
    if (named !== undefined) return formatNamed(named)
    while (!this.#stopping) {
      const format = await recogniseInput(file)
      if (format !== undefined) return format
      const reason = 'source.unrecognised: no line is of a format this version knows'
      this.#say(this.config.once === true ? 'finished' : 'waiting', reason)
      if (this.config.once === true) return undefined
      await this.#wake.sleep(retryMs)
    }
    return undefined
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
    this.#rotatedAt = undefined
    this.#lookedAt = -Infinity
    this.#say('reading')
  }

  /** Reads until the stop, a rewind, or the end of a file that is read once. */
  async #follow(): Promise<void> {
    const { spool } = this.#options
    while (!this.#stopping && this.#rewind === undefined) {
      if (!spool.hasRoom) {
        if (spool.state !== 'open') this.#say('spool-full', `spool.${spool.state}: the file waits`)
        await spool.room()
        continue
      }
      if (this.#state === 'spool-full') this.#say('reading')
      const got = await this.#read()
      if (got > 0) continue
      const dueMs = this.#packer.closeDue()
      if (this.config.once === true) return this.#finish()
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
    this.#size = size
    if (!file.gzipped && size < this.#lines.readOffset) {
      await this.#truncated(file)
      return true
    }
    if (!file.gzipped && size > this.#lines.readOffset) return true
    const now = this.#options.clock.monotonic()
    if (now - this.#lookedAt < lookAtPathEveryMs) return false
    this.#lookedAt = now
    await this.#watchLeft()
    return this.#rotation(file, now)
  }

  /** Follows a rename: the old file is read until it is quiet and the new one is not empty (delivery N2). */
  async #rotation(file: InputFile, now: number): Promise<boolean> {
    const named = await statPath(this.config.path)
    if (named !== 'missing' && named.id === file.id) {
      this.#rotatedAt = undefined
      this.#say('reading')
      return false
    }
    if (named === 'missing') this.#say('missing', `source.missing: ${this.config.path} does not exist`)
    this.#rotatedAt ??= now
    const next = await nextGeneration(
      this.config.path,
      { id: file.id, fingerprint: this.#packed.fingerprint },
      this.#packed.finished,
      this.#older,
    )
    if (next === undefined) return false
    const quiet = now - Math.max(this.#grewAt, this.#rotatedAt) >= (this.#options.quietMs ?? quietBeforeLeavingMs)
    // One with two younger generations is nobody's any more.
    if (!quiet && !file.gzipped && next.path === this.config.path) {
      await next[Symbol.asyncDispose]()
      return false
    }
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
    await this.#left?.file[Symbol.asyncDispose]()
    this.#left = this.#file === undefined ? undefined : { file: this.#file, end }
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
    this.#say('finished')
  }

  /** What is written into a file after it was left is lost (delivery N2). */
  async #watchLeft(): Promise<void> {
    const left = this.#left
    if (left === undefined || left.file.gzipped) return
    const { size } = await left.file.stat()
    if (size <= left.end) return
    const bytes = size - left.end
    this.#packed.finished = this.#packed.finished.map((file) =>
      file.end === left.end && file === this.#packed.finished.at(-1) ? { ...file, end: size } : file,
    )
    left.end = size
    this.#packer.announce()
    this.#lose('file.written-after-rotation', bytes)
  }

  #lose(cause: LossCause, bytes?: number): void {
    this.#counters.lose(cause, null)
    this.#packer.loss({ cause, count: null, ...(bytes === undefined ? {} : { bytes }) }, this.#lines.offset)
  }

  #taker(): LineTaker {
    const now = this.#options.clock.now()
    const format = this.#format
    const origin = { fileName: this.#packed.name, context: this.#packer.context }
    const { selected } = this.#options
    return {
      line: (bytes, offset) => {
        const end = this.#lines.offset
        const glance = bytes.length === 0 ? emptyLine : format?.glance(bytes, origin)
        if (glance === undefined || glance.kind === 'ignored') {
          this.#counters.ignored++
          this.#packer.ignored(end)
        } else if (glance.kind === 'context') {
          this.#counters.ignored++
          origin.context = glance.context
          this.#packer.header(glance.context, end)
        } else if (selected(glance)) {
          this.#counters.events++
          this.#counters.lastEventAt = now
          this.#packer.event(bytes, offset, end, now)
        } else {
          this.#counters.notSelected++
          this.#packer.notSelected(glance.kind === 'event' ? glance.type : 'other', end)
        }
      },
      tooLong: (bytes, sha256) => {
        this.#counters.lose('line.too-long', 1)
        this.#packer.loss({ cause: 'line.too-long', count: 1, bytes, sha256 }, this.#lines.offset)
      },
    }
  }

  #say(state: SourceStatus['state'], reason?: string): void {
    if (state !== this.#state && reason !== undefined)
      this.#options.log.warn({ source: this.config.name, state }, reason)
    this.#state = state
    this.#reason = reason
  }
}

const emptyLine: Glance = { kind: 'ignored', reason: 'empty' }
