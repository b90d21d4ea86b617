// One end of the hop over any transport: session ids, heartbeat each second, 3 s of silence, one send at a time
// (delivery H1). A session id names a meeting: it is renewed whenever something sent may have been lost.
import { randomBytes } from 'node:crypto'
import { decodeFrame, encodeFrame, isFrame } from '../../wire/frame.ts'
import { localHeartbeatMs, localSilenceMs } from '../../wire/local/messages.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { HopHandlers, HopState } from './hop.ts'

/** How often an end that hears nobody knocks: a socket dialled anew is found well within a second. */
const knockEveryMs = 200

export type HopSessionOptions<In> = {
  readonly handlers: HopHandlers<In>
  readonly heartbeat: () => object
  /** Hands one frame over; resolves to false where nobody takes it. Never called twice at once. */
  readonly transmit: (frame: Buffer) => Promise<boolean>
  readonly clock: Clock
  readonly log: Log
}

/** Session, liveness and send queue of one end. */
export class HopSession<In extends { readonly session: string }> {
  readonly #options: HopSessionOptions<In>
  readonly #stop = new AbortController()
  readonly #beating: Promise<void>
  #state: HopState = 'silent'
  #ours = newSession()
  #theirs = ''
  #heardAt = 0
  #queue: Buffer[] = []
  #sending: Promise<void> = Promise.resolve()
  #busy = false

  constructor(options: HopSessionOptions<In>) {
    this.#options = options
    this.#beating = this.#beat()
  }

  get state(): HopState {
    return this.#state
  }

  /** Queues a message for whoever is there; false where nobody is. */
  send(message: object, blocks: readonly Buffer[] = []): boolean {
    if (this.#state === 'silent') return false
    this.#enqueue(message, blocks)
    return true
  }

  /** Voids the meeting and says so at once. */
  renew(): void {
    this.#forget()
    if (this.#state === 'connected') this.#enqueue(this.#options.heartbeat(), [])
  }

  /** Takes a frame that came in. @param newPeer the transport knows that it is from another connection than before */
  received(bytes: Buffer, newPeer = false): void {
    if (this.#stop.signal.aborted) return
    const frame = decodeFrame(bytes)
    const message = isFrame(frame) ? readHead<In>(frame.head) : undefined
    if (!isFrame(frame) || message === undefined) {
      this.#options.log.warn({ code: 'channel.protocol' }, 'a message on the local socket cannot be read')
      return
    }
    this.#heardAt = this.#options.clock.monotonic()
    if (newPeer) this.#forget()
    if (this.#state === 'silent' || newPeer || message.session !== this.#theirs) {
      this.#theirs = message.session
      this.#state = 'connected'
      this.#options.handlers.onState('connected')
      this.#enqueue(this.#options.heartbeat(), [])
    }
    this.#options.handlers.onMessage(message, frame.blocks)
  }

  /** Stops beating and sending; what is queued is dropped. */
  async close(): Promise<void> {
    this.#stop.abort()
    this.#queue = []
    await this.#beating
    await this.#sending
  }

  /** What was queued for the meeting before is void, and so is its id. */
  #forget(): void {
    this.#queue = []
    this.#ours = newSession()
  }

  #silence(): void {
    this.#forget()
    if (this.#state === 'silent') return
    this.#state = 'silent'
    this.#options.handlers.onState('silent')
  }

  #enqueue(message: object, blocks: readonly Buffer[]): void {
    this.#queue.push(encodeFrame({ ...message, session: this.#ours }, blocks))
    if (!this.#busy) this.#sending = this.#drain()
  }

  async #drain(): Promise<void> {
    this.#busy = true
    try {
      for (let frame = this.#queue.shift(); frame !== undefined; frame = this.#queue.shift()) {
        const taken = await this.#options.transmit(frame)
        if (this.#stop.signal.aborted) return
        if (!taken) this.#silence()
      }
    } finally {
      this.#busy = false
    }
  }

  async #beat(): Promise<void> {
    const { clock } = this.#options
    const { signal } = this.#stop
    while (!signal.aborted) {
      if (this.#state === 'connected' && clock.monotonic() - this.#heardAt > localSilenceMs) this.#silence()
      if (this.#queue.length === 0) this.#enqueue(this.#options.heartbeat(), [])
      await clock.sleep(this.#state === 'silent' ? knockEveryMs : localHeartbeatMs, signal)
    }
  }
}

function newSession(): string {
  return randomBytes(8).toString('hex')
}

function readHead<In>(head: unknown): In | undefined {
  if (typeof head !== 'object' || head === null) return undefined
  if (!('t' in head && typeof head.t === 'string' && 'session' in head && typeof head.session === 'string'))
    return undefined
  return head as In
}
