// What becomes of the lines of a socket (delivery N6, S9): they are packed as those of a file are, but nobody waits for
// room: what finds none is lost, counted and declared.
import assert from 'node:assert/strict'
import type { LossCause } from '../../../wire/block-format.ts'
import { formatNamed, recogniseFormat } from '../../../sensors/formats.ts'
import type { Glance, SensorFormat } from '../../../sensors/format.ts'
import type { LineTaker } from '../line-buffer.ts'
import { lineIntake } from '../line-intake.ts'
import { LossSums } from './loss-sums.ts'
import { Packer } from '../packer.ts'
import { socketRoom } from '../socket-room.ts'
import type { SourceOptions } from '../source.ts'
import type { SocketSourceConfig } from '../source-config.ts'
import type { SourceReport } from '../source-report.ts'

/** Lines shown to the formats while none has been recognised; then one of each `lookEveryMs`. */
const linesLookedAt = 256
const lookEveryMs = 10
/** Header lines in force belong to one file (source-config.ts). */
const statefulFormat = 'zeek/tsv'
/** What the lines count as until a format knows one. */
const formatUntilKnown = { unix: 'suricata/eve', syslog: 'cisco/syslog' } as const

export type SocketIntakeOptions = SourceOptions & {
  readonly config: SocketSourceConfig
  readonly report: SourceReport
  /** The format its lines had before. */
  readonly known: string | undefined
  /** The first line has gone into an empty block: its linger runs. */
  readonly onFirst: () => void
}

/** The lines of one socket source, of all its senders. */
export class SocketIntake {
  readonly #options: SocketIntakeOptions
  readonly #packer: Packer
  readonly #sums: LossSums
  #format: SensorFormat
  #recognised: boolean
  #unrecognised = 0
  #lookedAt = -Infinity
  #offset = 0

  constructor(options: SocketIntakeOptions) {
    const { config, clock, known } = options
    this.#options = options
    this.#packer = new Packer({ ...options, zone: config.zone })
    this.#sums = new LossSums(clock)
    const format = formatNamed(config.format === 'auto' ? (known ?? formatUntilKnown[config.kind]) : config.format)
    assert(format !== undefined, 'a source has a format of the list')
    this.#format = format
    this.#recognised = config.format !== 'auto'
    this.#packer.start(undefined, format.name, 0, '')
  }

  get format(): string {
    return this.#format.name
  }

  /** Lines came, and none of them was of a format that this version knows. */
  get unrecognised(): boolean {
    return !this.#recognised && this.#unrecognised > 0
  }

  /** Writes that it listens, before anyone can send: from then on an unclean stop may have cost lines (delivery N6). */
  begin(): void {
    this.#packer.closeEmpty()
  }

  /** A datagram is a line; one that holds several, as some relays join them, is cut at LF (delivery N1). */
  datagram(bytes: Buffer): void {
    const taker = this.taker()
    let begin = 0
    for (let lf = bytes.indexOf(10); lf >= 0; lf = bytes.indexOf(10, begin)) {
      taker.line(bytes.subarray(begin, lf), begin)
      begin = lf + 1
    }
    if (begin < bytes.length || bytes.length === 0) taker.line(bytes.subarray(begin), begin)
    this.#packer.closeDue()
  }

  /** @returns what takes the lines that one sender gives now */
  taker(): LineTaker {
    const { report, selected, clock, onFirst } = this.#options
    const intake = { packer: this.#packer, report, selected, turnsAway: this.#turnsAway }
    const now = clock.now()
    const end = { offset: this.#offset }
    let inner = lineIntake(intake, this.#format, end, '', now)
    const count = (length: number) => {
      end.offset += length + 1
      this.#offset = end.offset
    }
    return {
      line: (bytes) => {
        if (!this.#recognised && this.#recognise(bytes)) inner = lineIntake(intake, this.#format, end, '', now)
        const wasEmpty = this.#packer.isEmpty
        const at = end.offset
        count(bytes.length)
        inner.line(bytes, at)
        if (wasEmpty && !this.#packer.isEmpty) onFirst()
      },
      tooLong: (length, sha256, at) => {
        count(length)
        inner.tooLong(length, sha256, at)
      },
    }
  }

  /** A sender's lines have been given: a block that is due goes. */
  given(): void {
    this.#packer.closeDue()
  }

  /** The sender was cut within its last line, which is an event nevertheless. */
  cutShort(): void {
    this.#packer.close(true)
  }

  /** Counts what never came in; it is declared with the next sum. */
  lose(cause: LossCause, count: number, bytes = 0): void {
    this.#options.report.lose(cause, count)
    this.#sums.add(cause, count, bytes)
  }

  /** Declares at once a loss that is met once. @param count null = unknown */
  declare(cause: LossCause, count: number | null): void {
    this.#options.report.lose(cause, count)
    this.#packer.loss({ cause, count }, this.#offset)
  }

  /** Closes blocks and declares losses that are due. @returns ms until it must be called again */
  upkeep(): number {
    this.#declareSums(false)
    return Math.min(this.#packer.closeDue(), this.#sums.dueMs())
  }

  /** What is there goes into the live stream, which ends: it is too far behind, or EventHandler stops. */
  closeAll(): void {
    this.#declareSums(true)
    this.#packer.closeAll()
  }

  #declareSums(all: boolean): void {
    // A spool that cannot be written would only heap them up: the sum goes on.
    if (this.#options.spool.state === 'unwritable' && !all) return
    for (const { cause, count, bytes, from, to } of this.#sums.take(all))
      this.#packer.loss({ cause, count, ...(bytes === undefined ? {} : { bytes }) }, this.#offset, { from, to })
  }

  /** delivery S9: above 80 % only intrusions, malware and what cannot be read find room, in a full spool nothing does. */
  readonly #turnsAway = (glance: Glance, bytes: number): boolean => {
    const { spool } = this.#options
    const room = socketRoom(spool)
    if (room === 'all' || (room === 'alerts' && isAlert(glance))) return false
    this.lose(spool.state === 'unwritable' ? 'spool.unwritable' : 'spool.full', 1, bytes)
    return true
  }

  /** @returns whether the line is the first of a format that is known */
  #recognise(line: Buffer): boolean {
    const now = this.#options.clock.monotonic()
    if (line.length === 0) return false
    if (this.#unrecognised >= linesLookedAt && now - this.#lookedAt < lookEveryMs) return false
    this.#lookedAt = now
    const found = recogniseFormat([line])?.format
    if (found === undefined || found.name === statefulFormat) {
      this.#unrecognised++
      return false
    }
    this.#recognised = true
    if (found === this.#format) return false
    this.#packer.closeAll()
    this.#format = found
    this.#packer.start(undefined, found.name, this.#offset, '')
    return true
  }
}

function isAlert(glance: Glance): boolean {
  if (glance.kind !== 'event') return true
  return glance.selection === 'intrusion' || glance.selection === 'file-malware'
}
