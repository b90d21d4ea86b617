// One device's side of admission: its credit, its queue, what the store answers and what goes back (delivery C3–C5,
// C11, J1–J3). Order within a device is kept: a question waits until the blocks before it are answered.
import { type Code, isCode } from '../../core/codes.ts'
import { Fault } from '../../core/fault.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import { type CheckpointFacts, verifyCheckpoint } from '../../wire/channel/checkpoint.ts'
import { closeCodes, type FromExchange } from '../../wire/channel/messages.ts'
import type { DeviceStream, MissingBlocks } from '../../wire/streams.ts'
import { type Asked, DeviceQueue } from './device-queue.ts'
import type { AdmissionLimits } from './limits.ts'
import { StreamAnswers } from './stream-answers.ts'
import type { Outcome, Sender, Store } from './store.ts'

/** What goes back to the device; never waits. */
export type Hands = {
  send(message: FromExchange): void
  /** The device is to be cut off: it broke a rule, or the store cannot commit. */
  refuse(close: number, code: Code, what: string): void
  /** Events were committed and acknowledged. */
  acknowledged(): void
  pause(): void
  resume(): void
}

export type Given = Readonly<Record<string, { readonly source: string; readonly sequence: number }>>

type GatePort = {
  received(device: DeviceIntake, bytes: number): void
  ready(device: DeviceIntake): void
  lingerMs(): number
  /** Resolves when more may come; undefined = now. */
  room(signal: AbortSignal): Promise<void> | undefined
  troubled(fault: Fault): void
  well(): void
  closed(device: DeviceIntake): void
}

export type IntakeOptions = {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  readonly limits: AdmissionLimits
  readonly sender: Sender & { readonly certificate: string }
  readonly hands: Hands
  readonly creditBytes: number
  readonly gate: GatePort
}

/** @property done resolves with the bytes that are answered for good; 0 where they went back into the queue */
export type Work = { readonly bytes: number; readonly done: Promise<number> }

export class DeviceIntake {
  readonly creditBytes: number
  readonly #options: IntakeOptions
  readonly #sender: Sender
  readonly #queue = new DeviceQueue()
  readonly #answers: StreamAnswers
  readonly #ended = new AbortController()
  #availableBytes: number
  #runningBytes = 0
  #running = 0
  #asking = false
  /** Batches the store could not take, in order; put back when nothing of this device is under way any more. */
  #failed: (readonly Buffer[])[] = []
  #failing: { readonly since: number; readonly fault: Fault } | undefined
  #waiting = false
  #lingerMs: number
  #lastBlockAt = Number.NEGATIVE_INFINITY
  #droppedBytes = 0
  #giving = false

  constructor(options: IntakeOptions) {
    this.#options = options
    this.#sender = { organisation: options.sender.organisation, device: options.sender.device }
    this.creditBytes = this.#availableBytes = options.creditBytes
    this.#lingerMs = options.gate.lingerMs()
    this.#answers = new StreamAnswers(options.clock, options.limits.wantedAgainMs)
  }

  get lingerMs(): number {
    return this.#lingerMs
  }

  /** Monotonic ms. */
  get lastBlockAt(): number {
    return this.#lastBlockAt
  }

  /** Bytes that waited when the device went. */
  get droppedBytes(): number {
    return this.#droppedBytes
  }

  /** Nothing of this device waits or is with the store. */
  get idle(): boolean {
    return this.#queue.empty && this.#running === 0 && this.#failed.length === 0
  }

  pause(): void {
    this.#options.hands.pause()
  }

  resume(): void {
    this.#options.hands.resume()
  }

  /** Blocks look into the message they came in; they are copied when the store takes them. */
  blocks(blocks: readonly Buffer[]): void {
    if (this.#ended.signal.aborted) return
    let bytes = 0
    for (const block of blocks) bytes += block.length
    const alone = blocks.length === 1 && this.#availableBytes === this.creditBytes
    if (bytes > this.#availableBytes && !alone) return this.#broken(`${bytes} bytes of ${this.#availableBytes} granted`)
    this.#availableBytes -= bytes
    this.#lastBlockAt = this.#options.clock.monotonic()
    for (const block of blocks) this.#queue.push(block)
    this.#options.gate.received(this, bytes)
  }

  streams(streams: readonly DeviceStream[]): void {
    this.#ask({ kind: 'streams', streams })
  }

  missing(missing: MissingBlocks): void {
    if (missing.through < missing.from) return this.#broken('a range of missing blocks that ends before it begins')
    this.#ask({ kind: 'missing', missing })
  }

  /** A checkpoint that the device's own key did not sign would spoil its ledger for ever: it is not kept. */
  checkpoint(facts: CheckpointFacts, signature: string): void {
    const { certificate } = this.#options.sender
    if (!verifyCheckpoint(facts, signature, certificate))
      return this.#broken('a checkpoint that the key of the device did not sign')
    const checkpoint = { ...facts, signature, certificate }
    this.#options.store.checkpoint(this.#sender, checkpoint).catch((error: unknown) => this.#note('checkpoint', error))
  }

  /** What the device says it has synced; a word that comes while one is being written is left out, the next follows. */
  given(given: Given, heardAt: number): void {
    if (this.#giving) return
    this.#giving = true
    this.#options.store
      .given(this.#sender, given, heardAt)
      .catch((error: unknown) => this.#note('given', error))
      .finally(() => {
        this.#giving = false
      })
  }

  /** The channel is gone. What the store has not been given is dropped: the device sends it again (D3). */
  close(): void {
    if (this.#ended.signal.aborted) return
    this.#ended.abort()
    this.#droppedBytes = this.#queue.bytes
    for (const batch of this.#failed) for (const block of batch) this.#droppedBytes += block.length
    this.#failed = []
    this.#queue.clear()
    this.#options.gate.closed(this)
  }

  /** Begins the next piece of work, if there is one that may begin. */
  work(): Work | undefined {
    if (this.#ended.signal.aborted || this.#asking || this.#waiting || this.#failed.length > 0) return undefined
    if (this.#runningBytes >= this.#options.limits.deviceBytesMax) return undefined
    if (this.#queue.nextIsAsked && this.#running > 0) return undefined
    const turn = this.#queue.take(this.#options.limits.turnBytes)
    if (turn === undefined) return undefined
    this.#running++
    if (turn.kind === 'blocks') {
      this.#runningBytes += turn.bytes
      return { bytes: turn.bytes, done: this.#append(turn.blocks, turn.bytes) }
    }
    this.#asking = true
    return { bytes: 0, done: this.#answer(turn) }
  }

  async #append(blocks: readonly Buffer[], bytes: number): Promise<number> {
    let answered = 0
    try {
      const outcomes = await this.#options.store.append(this.#sender, blocks)
      this.#well()
      answered = bytes
      if (!this.#ended.signal.aborted) this.#reply(blocks, outcomes, bytes)
    } catch (error) {
      this.#troubled(error)
      if (this.#ended.signal.aborted) answered = bytes
      else this.#failed.push(blocks)
    }
    this.#running--
    this.#runningBytes -= bytes
    if (this.#running === 0) this.#putBack()
    return answered
  }

  #reply(blocks: readonly Buffer[], outcomes: readonly Outcome[], bytes: number): void {
    const { hands, gate } = this.#options
    const reply = this.#answers.read(blocks, outcomes)
    for (const conflict of reply.conflicts) {
      this.#options.log.warn({ ...this.#sender, code: 'stream.conflict', ...conflict }, 'a block is refused')
      hands.send({ t: 'refused', ...conflict, code: 'stream.conflict' })
    }
    for (const wanted of reply.wanted) hands.send({ t: 'wanted', ...wanted })
    if (Object.keys(reply.acks).length > 0) hands.send({ t: 'ack', acks: reply.acks })
    if (reply.storedEvents) hands.acknowledged()
    // The ack was sent: what may be held back is more to come.
    const room = gate.room(this.#ended.signal)
    if (room === undefined) this.#giveBack(bytes)
    else void room.then(() => this.#giveBack(bytes))
    if (reply.unreadable !== undefined) this.#broken(`a block of no stream: ${reply.unreadable}`)
  }

  #giveBack(bytes: number): void {
    if (this.#ended.signal.aborted) return
    const { hands, gate } = this.#options
    this.#availableBytes += bytes
    const lingerMs = gate.lingerMs()
    hands.send({ t: 'credit', bytes, ...(lingerMs === this.#lingerMs ? {} : { lingerMs }) })
    this.#lingerMs = lingerMs
  }

  #ask(asked: Asked): void {
    if (this.#ended.signal.aborted) return
    this.#queue.push(asked)
    this.#options.gate.ready(this)
  }

  async #answer(asked: Asked): Promise<number> {
    const { store, hands } = this.#options
    try {
      if (asked.kind === 'streams') {
        const heads = await store.resume(this.#sender, asked.streams)
        this.#answers.resumed(heads)
        if (!this.#ended.signal.aborted) hands.send({ t: 'resume', heads })
      } else {
        const head = await store.missing(this.#sender, asked.missing)
        this.#answers.moved(asked.missing.stream, head.block)
        if (!this.#ended.signal.aborted && head.block >= 0)
          hands.send({ t: 'ack', acks: { [asked.missing.stream]: head.block } })
      }
      this.#well()
    } catch (error) {
      // The device asks again when it comes back.
      const fault = this.#troubled(error)
      this.#refuse(closeCodes.drain, fault.code, fault.what)
    }
    this.#running--
    this.#asking = false
    return 0
  }

  #well(): void {
    this.#failing = undefined
    this.#options.gate.well()
  }

  #troubled(error: unknown): Fault {
    const fault =
      error instanceof Fault
        ? error
        : new Fault('journal.unavailable', { what: 'The journal failed in an unexpected way', cause: error })
    if (!(error instanceof Fault)) this.#options.log.error({ err: error }, 'the journal failed')
    this.#failing = { since: this.#failing?.since ?? this.#options.clock.monotonic(), fault }
    this.#options.gate.troubled(fault)
    return fault
  }

  /** Nothing of this device is with the store: what it could not take goes back in order, and is tried again later. */
  #putBack(): void {
    if (this.#failed.length === 0 || this.#ended.signal.aborted) return
    this.#queue.putBack(this.#failed.flat())
    this.#failed = []
    const { clock, limits, gate } = this.#options
    if (this.#failing !== undefined && clock.monotonic() - this.#failing.since > limits.retryForMs)
      return this.#refuse(closeCodes.drain, this.#failing.fault.code, this.#failing.fault.what)
    this.#waiting = true
    void clock.sleep(limits.retryEveryMs, this.#ended.signal).then(() => {
      this.#waiting = false
      if (!this.#ended.signal.aborted) gate.ready(this)
    })
  }

  #broken(what: string): void {
    this.#refuse(closeCodes.protocol, 'channel.protocol', what)
  }

  #refuse(close: number, code: Code, what: string): void {
    if (!this.#ended.signal.aborted) this.#options.hands.refuse(close, code, what)
    this.close()
  }

  #note(what: string, error: unknown): void {
    const code = error instanceof Fault && isCode(error.code) ? error.code : 'journal.unavailable'
    this.#options.log.warn({ ...this.#sender, code, err: error }, `${what} is not kept`)
  }
}
