// Serves the connector from the spool (delivery H2, C3–C7): only synced blocks, behind the exchange's heads, within its
// credit. The loop that sends never awaits an ack (H3).
import { type Block, noHash, type StreamEnd } from '../../wire/block-format.ts'
import type { FromConnector } from '../../wire/local/messages.ts'
import type { HeldStream } from '../../wire/streams.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import { agrees, heldIn, listStreams, markBefore, readOne } from './meeting.ts'
import { isContested, ServiceOrder, type Waiting } from './service-order.ts'
import { ServingState } from './serving-state.ts'
import type { ToConnector } from './socket-port.ts'
import type { SpoolLog } from './spool/spool-log.ts'
import { isRun, type Unreadable } from './spool/spool-reader.ts'
import type { SpoolStream } from './spool/spool-streams.ts'
import type { SourceMark } from './spool/spool-table.ts'

/** Small messages: an ack comes sooner, at no loss of rate (performance 8.3). */
const messageBytes = 256 * 1024
/** delivery J1: a block that arrived damaged is given three times, then it is a hole. */
const damagedMax = 3
const wantedAgainMs = 2_000

export type ServingOptions = {
  readonly spool: SpoolLog
  readonly send: (message: ToConnector, blocks?: readonly Buffer[]) => boolean
  /** Voids the meeting with the connector, so that it attaches anew. */
  readonly renew: () => void
  readonly priorityOf: (source: string) => number
  /** The stream was refused: its source goes on at the mark, or declares the loss (delivery J2). */
  readonly refused: (stream: SpoolStream, end: StreamEnd, mark: SourceMark | undefined) => void
  readonly setLinger: (lingerMs: number) => void
  /** Called when serving begins. */
  readonly resumed: () => void
  readonly clock: Clock
  readonly log: Log
}

/** The device's end of resume, credit and ack. */
export class Serving {
  readonly #options: ServingOptions
  readonly #order = new ServiceOrder()
  #state: ServingState | undefined
  /** An exchange has said that it lacks nothing that is held here: ended streams need not be listed again for that. */
  #complete = false
  #pumping = false
  #pumpAgain = false

  constructor(options: ServingOptions) {
    this.#options = options
  }

  /** A channel is open and serving has begun. */
  get serving(): boolean {
    return this.#state?.resumed === true
  }

  /** The connector is gone, or a new one. */
  reset(): void {
    this.#state = undefined
  }

  /** Takes a message of the connector. */
  take(message: FromConnector): void {
    switch (message.t) {
      case 'alive':
        return
      case 'attach':
        this.#options.setLinger(message.lingerMs)
        return this.#attach(message.ended)
      case 'resume':
        return void this.#resume(message.heads).catch((error: unknown) => this.#broken(error))
      case 'credit':
        if (message.lingerMs !== undefined) this.#options.setLinger(message.lingerMs)
        this.#state?.grant(message.bytes)
        return this.pump()
      case 'ack':
        for (const [stream, block] of Object.entries(message.acks)) this.#ack(stream, block)
        return
      case 'wanted':
        return this.#wanted(message.stream, message.block, message.damaged === true)
      case 'refused':
        return void this.#refuse(message.stream).catch((error: unknown) => this.#broken(error))
      case 'detach':
        return this.reset()
      default:
        return message satisfies never
    }
  }

  /** There may be something to send. */
  pump(): void {
    this.#pumpAgain = true
    if (!this.#pumping) void this.#pump()
  }

  /** Tells the connector of streams that have ended: it signs their last checkpoint (delivery C11). */
  announceEnded(): void {
    const state = this.#state
    if (state === undefined) return
    for (const { stream } of this.#options.spool.streams.active()) state.watched.add(stream)
    for (const stream of state.watched) {
      const record = this.#options.spool.streams.get(stream)
      if (record !== undefined && record.state !== 'ended') continue
      state.watched.delete(stream)
      this.#order.forget(stream)
      if (record !== undefined) this.#options.send({ t: 'ended', stream, head: record.head })
    }
  }

  #attach(ended: boolean): void {
    const { spool, send } = this.#options
    this.#state = new ServingState()
    const streams = listStreams(spool.streams, ended, !this.#complete)
    for (const { stream } of streams) this.#state.listed.add(stream)
    send({ t: 'streams', streams })
  }

  /** The exchange's answer replaces every ack noted before; equal hashes make it an ack, unequal ones a conflict (C3). */
  async #resume(heads: Readonly<Record<string, HeldStream>>): Promise<void> {
    const state = this.#state
    if (state === undefined) return
    const { spool, clock } = this.#options
    for (const stream of state.listed) {
      const record = spool.streams.get(stream)
      if (record === undefined) continue
      const head: HeldStream = heads[stream] ?? { block: -1, hash: noHash, sequence: 0 }
      const same = await agrees(spool, record, head)
      if (this.#state !== state) return
      if (!same) {
        if (record.state !== 'ended') await this.#refuse(stream)
        continue
      }
      spool.streams.replaceAcknowledged(stream, Math.max(-1, head.block), clock.now())
      state.next.set(stream, record.acknowledged + 1)
      const again = heldIn(record, head.holes ?? [])
      if (again.length > 0) state.again.set(stream, again)
    }
    if (this.#state !== state) return
    this.#complete = state.again.size === 0
    state.resumed = true
    this.announceEnded()
    this.#options.resumed()
    this.pump()
  }

  #ack(stream: string, block: number): void {
    const { spool, log, renew } = this.#options
    if (!Number.isSafeInteger(block)) return
    const noted = spool.acknowledge(stream, block)
    if (noted === 'noted' && spool.streams.get(stream)?.state === 'ended') this.announceEnded()
    if (noted !== 'beyond') return
    // delivery C5: nothing is unlinked for it; whoever said it begins anew.
    log.error({ code: 'channel.protocol', stream, block }, 'an ack of a block that is not synced')
    this.reset()
    renew()
  }

  #wanted(stream: string, block: number, damaged: boolean): void {
    const state = this.#state
    const record = this.#options.spool.streams.get(stream)
    if (state === undefined || record === undefined || block < 0 || block > record.head.block) return
    if (damaged && state.damaged(stream, block) >= damagedMax) record.blocks.lose(block)
    // Every block behind the gap that was under way is answered alike: once is enough.
    else if (!damaged && !state.wantedFirst(stream, block, this.#options.clock.monotonic(), wantedAgainMs)) return
    // Never forward: what lies before a block wanted may have been asked for a moment ago.
    state.next.set(stream, Math.min(block, state.next.get(stream) ?? 0))
    this.pump()
  }

  async #refuse(stream: string): Promise<void> {
    const { spool, refused, log } = this.#options
    const record = spool.streams.get(stream)
    if (record === undefined || record.refused) return
    log.error({ code: 'stream.conflict', stream, source: record.source }, 'the exchange refuses a stream')
    const behind = await readOne(spool, record, record.blocks.firstHeld(record.acknowledged + 1))
    const end: StreamEnd = {
      stream,
      block: record.acknowledged,
      hash: behind?.header.block === record.acknowledged + 1 ? behind.header.prev : noHash,
      sequence: record.acknowledgedSequence,
    }
    this.#state?.next.delete(stream)
    refused(
      record,
      end,
      behind === undefined ? undefined : markBefore(behind, end, spool.streams.source(record.source)),
    )
    this.announceEnded()
  }

  async #pump(): Promise<void> {
    this.#pumping = true
    try {
      while (this.#pumpAgain) {
        this.#pumpAgain = false
        this.#state?.later.clear()
        for (let state = this.#state; state?.resumed === true; state = this.#state) {
          const waiting = this.#waiting(state).filter(({ stream }) => !state.later.has(stream.stream))
          const stream = this.#order.next(waiting)
          if (stream === undefined || !(await this.#serve(state, stream, isContested(waiting)))) break
        }
      }
    } catch (error) {
      this.#broken(error)
    } finally {
      this.#pumping = false
    }
  }

  #waiting(state: ServingState): Waiting[] {
    const waiting: Waiting[] = []
    for (const stream of this.#options.spool.streams.active())
      if ((state.next.get(stream.stream) ?? 0) <= stream.head.block)
        waiting.push({ stream, priority: this.#options.priorityOf(stream.source) })
    for (const id of state.again.keys()) {
      const stream = this.#options.spool.streams.get(id)
      if (stream !== undefined) waiting.push({ stream, priority: 0 })
    }
    return waiting
  }

  /** Sends one message of one stream. @returns false where the credit does not reach */
  async #serve(state: ServingState, stream: SpoolStream, contested: boolean): Promise<boolean> {
    const again = state.again.get(stream.stream)
    if (again !== undefined) return await this.#serveAgain(state, stream, again, contested)
    const next = state.next.get(stream.stream) ?? 0
    if (!state.mayBegin) return false
    if (stream.blocks.place(next) === undefined) return this.#declareMissing(state, stream, next)
    const run = await this.#options.spool.read(stream, next)
    if (this.#state !== state || (state.next.get(stream.stream) ?? next) !== next) return true
    if (!isRun(run)) return this.#unread(state, stream, run)
    const sent = this.#send(state, run)
    if (sent.blocks === 0) return false
    state.watched.add(stream.stream)
    state.next.set(stream.stream, next + sent.blocks)
    this.#order.served(stream, sent.bytes, contested)
    return true
  }

  /** Gives what the exchange was told it would never get, and can now be read. @returns as `#serve` */
  async #serveAgain(state: ServingState, stream: SpoolStream, again: number[], contested: boolean): Promise<boolean> {
    const next = again.at(-1)
    if (next === undefined) return state.again.delete(stream.stream)
    if (!state.mayBegin) return false
    const run = stream.blocks.place(next) === undefined ? [] : await this.#options.spool.read(stream, next)
    if (this.#state !== state) return true
    if (!isRun(run) && run.kind === 'later') return this.#unread(state, stream, run)
    if (!isRun(run) || run.length === 0) return again.pop() !== undefined
    const wanted = run.filter((_, index) => again.at(-1 - index) === next + index)
    const sent = this.#send(state, wanted)
    again.length -= sent.blocks
    if (sent.blocks > 0) this.#order.served(stream, sent.bytes, contested)
    return sent.blocks > 0
  }

  /** Sends as many of the blocks as fit into a message and the credit. */
  #send(state: ServingState, run: readonly Block[]): { readonly blocks: number; readonly bytes: number } {
    const blocks: Buffer[] = []
    let bytes = 0
    for (const block of run) {
      if (bytes > 0 && bytes + block.bytes.length > messageBytes) break
      if (!state.covers(bytes + block.bytes.length, blocks.length)) break
      blocks.push(block.bytes)
      bytes += block.bytes.length
    }
    if (blocks.length === 0 || !this.#options.send({ t: 'blocks' }, blocks)) return { blocks: 0, bytes: 0 }
    state.spend(bytes)
    return { blocks: blocks.length, bytes }
  }

  /** What cannot be read for a reason that passes is tried again a second later; meanwhile the others are served. */
  #unread(state: ServingState, { stream, source }: SpoolStream, unread: Unreadable): true {
    if (unread.kind === 'later' && state.leave(stream))
      this.#options.log.error({ err: unread.error, source }, 'the spool cannot be read and is tried again')
    return true
  }

  /** What the device no longer has is said, and serving goes on behind it (delivery C3). */
  #declareMissing(state: ServingState, stream: SpoolStream, from: number): boolean {
    const held = stream.blocks.firstHeld(from)
    const through = stream.blocks.place(held) === undefined ? stream.head.block : held - 1
    const cause = this.#options.spool.missingCause(stream, from, through)
    const { hash, sequence } = stream.head
    const final = through === stream.head.block && stream.state !== 'live' ? { final: { hash, sequence } } : {}
    state.next.set(stream.stream, through + 1)
    return this.#options.send({ t: 'missing', stream: stream.stream, from, through, cause, ...final })
  }

  #broken(error: unknown): void {
    this.#options.log.error({ err: error }, 'serving failed and begins anew')
    this.reset()
    this.#options.renew()
  }
}
