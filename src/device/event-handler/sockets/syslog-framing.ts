// Syslog over TCP (RFC 6587): messages with their length before them and messages that end at LF, in any mixture on one
// connection. After bytes that are neither it finds the next message again (delivery D18).
import { type Framing, connectionRoomBytes } from './line-framing.ts'
import { LineBuffer, type LineTaker, type SharedRoom } from '../line-buffer.ts'

const lf = 10
const space = 32
const less = 60
const greater = 62
/** `99999999 `: no message is longer, and no longer number is a length. */
const digitsMax = 8
/** A length is one only before a priority: lines of other senders may begin with digits. */
const headBytesMax = digitsMax + 1 + 1
const priorityDigitsMax = 3
const newline = Buffer.from('\n')

/** What comes next: a message; the rest of a line; of a counted message; of bytes that are no message. */
type State = 'message' | 'line' | 'counted' | 'garbage'

/** @returns the framing of one connection; its lines do not depend on how the bytes are cut into chunks */
export function syslogFraming(shared?: SharedRoom): Framing {
  return new SyslogFraming(shared)
}

class SyslogFraming implements Framing {
  readonly #lines: LineBuffer
  #held: Buffer = Buffer.alloc(0)
  #state: State = 'message'
  #left = 0
  /** The message before was counted: then what is no message is garbage, not a line. */
  #afterCounted = false

  constructor(shared: SharedRoom | undefined) {
    this.#lines = new LineBuffer(0, connectionRoomBytes, shared)
  }

  take(chunk: Buffer, taker: LineTaker): void {
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    let at = 0
    for (;;) {
      const next = this.#step(bytes, at, taker)
      if (next === undefined) break
      at = next
    }
    // Only what is not yet decided is held: the beginning of a message, or what may be one behind garbage.
    this.#held = at < bytes.length ? Buffer.from(bytes.subarray(at)) : Buffer.alloc(0)
  }

  end(taker: LineTaker): boolean {
    this.#lines.give(this.#held, taker)
    this.#held = Buffer.alloc(0)
    return this.#lines.takeRest(taker)
  }

  /** @returns the offset behind what was taken; undefined where more bytes are needed */
  #step(bytes: Buffer, at: number, taker: LineTaker): number | undefined {
    if (at >= bytes.length) return undefined
    const state = this.#state
    switch (state) {
      case 'message':
        return this.#begin(bytes, at)
      case 'line':
        return this.#line(bytes, at, taker)
      case 'counted':
        return this.#counted(bytes, at, taker)
      case 'garbage':
        return this.#garbage(bytes, at, taker)
      default:
        return state satisfies never
    }
  }

  #begin(bytes: Buffer, at: number): number | undefined {
    const head = headAt(bytes, at)
    if (head === 'undecided') return undefined
    if (head !== 'none') {
      this.#state = 'counted'
      this.#left = head.length
      this.#afterCounted = true
      return head.behind
    }
    // Many senders put an LF behind a counted message, which is not counted.
    if (this.#afterCounted && bytes[at] === lf) {
      this.#afterCounted = false
      return at + 1
    }
    this.#state = this.#afterCounted && bytes[at] !== less ? 'garbage' : 'line'
    this.#afterCounted = false
    return at
  }

  #line(bytes: Buffer, at: number, taker: LineTaker): number {
    const found = bytes.indexOf(lf, at)
    const end = found < 0 ? bytes.length : found + 1
    this.#lines.give(bytes.subarray(at, end), taker)
    if (found >= 0) this.#state = 'message'
    return end
  }

  #counted(bytes: Buffer, at: number, taker: LineTaker): number {
    const end = Math.min(bytes.length, at + this.#left)
    this.#lines.give(bytes.subarray(at, end), taker)
    this.#left -= end - at
    if (this.#left > 0) return end
    if (bytes[end - 1] !== lf) this.#lines.give(newline, taker)
    this.#state = 'message'
    return end
  }

  /** Goes on to the next LF or counted message, whichever is first. */
  #garbage(bytes: Buffer, at: number, taker: LineTaker): number | undefined {
    const found = bytes.indexOf(lf, at)
    const end = found < 0 ? bytes.length : found
    for (let lower = bytes.indexOf(less, at); lower >= 0 && lower < end; lower = bytes.indexOf(less, lower + 1)) {
      const begin = headBefore(bytes, lower, at)
      if (begin === undefined) continue
      const priority = isPriority(bytes, lower)
      if (priority === 'undecided') return this.#keep(bytes, at, begin, taker)
      if (!priority) continue
      this.#lines.give(bytes.subarray(at, begin), taker)
      this.#lines.give(newline, taker)
      this.#state = 'message'
      return begin
    }
    if (found >= 0) {
      this.#lines.give(bytes.subarray(at, found + 1), taker)
      this.#state = 'message'
      return found + 1
    }
    return this.#keep(bytes, at, Math.max(at, bytes.length - headBytesMax), taker)
  }

  /** Gives what is surely garbage; what may be a head waits. */
  #keep(bytes: Buffer, at: number, from: number, taker: LineTaker): number | undefined {
    if (from === at) return undefined
    this.#lines.give(bytes.subarray(at, from), taker)
    return from
  }
}

/** @returns the length that stands at `at` before a message, and where that begins */
function headAt(bytes: Buffer, at: number): { length: number; behind: number } | 'none' | 'undecided' {
  let end = at
  while (end < bytes.length && isDigit(bytes[end]) && end - at < digitsMax) end++
  if (end === bytes.length) return 'undecided'
  if (end === at || bytes[at] === 48 || bytes[end] !== space) return 'none'
  if (end + 1 === bytes.length) return 'undecided'
  if (bytes[end + 1] !== less) return 'none'
  return { length: Number(bytes.toString('latin1', at, end)), behind: end + 1 }
}

/** @returns where `123 ` begins that stands before the `<` at `lower`; undefined where none does */
function headBefore(bytes: Buffer, lower: number, from: number): number | undefined {
  if (lower - 1 < from || bytes[lower - 1] !== space) return undefined
  let begin = lower - 1
  while (begin > from && isDigit(bytes[begin - 1]) && lower - begin <= digitsMax) begin--
  // A length has no zero before it.
  while (begin < lower - 1 && bytes[begin] === 48) begin++
  return begin < lower - 1 ? begin : undefined
}

function isPriority(bytes: Buffer, lower: number): boolean | 'undecided' {
  let end = lower + 1
  while (end < bytes.length && isDigit(bytes[end]) && end - lower <= priorityDigitsMax) end++
  if (end === bytes.length && end - lower <= priorityDigitsMax + 1) return 'undecided'
  return end > lower + 1 && bytes[end] === greater
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57
}
