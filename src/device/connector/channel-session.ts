// One channel from `hello` to its end: relays blocks up and acks down, byte for byte (delivery C1–C5, C8, C10–C12).
// Nothing here waits for an ack or a send: what comes in is passed on in the same turn (H3).
import type { Link, LinkEvents } from '../../platform/websocket-link.ts'
import type { CheckpointFacts } from '../../wire/channel/checkpoint.ts'
import { closeCodes, type FromDevice, type FromExchange, messageBytes } from '../../wire/channel/messages.ts'
import { readFromExchange } from '../../wire/channel/read-from-exchange.ts'
import { decodeFrame, encodeFrame, isFrame } from '../../wire/frame.ts'
import type { FromEventHandler } from '../../wire/local/messages.ts'
import { ChannelCredit } from './channel-credit.ts'
import { ChannelResume } from './channel-resume.ts'
import { ChannelPulse } from './channel-pulse.ts'
import { Checkpoints } from './checkpoints.ts'
import type { SessionOptions } from './channel-session-options.ts'

export const channelVersions = [1] as const

export type ChannelSession = {
  hopAttached(): void
  hopDetached(): void
  fromHop(head: FromEventHandler, blocks: readonly Buffer[]): void
  /** Something people wait for has changed: the status goes up soon. */
  statusChanged(): void
  close(reason: string): void
}

/** Says hello on a link that has just opened. `connect` is called once, with what is to hear of the link. */
export function openChannelSession(connect: (events: LinkEvents) => Link, options: SessionOptions): ChannelSession {
  return new Session(connect, options)
}

class Session implements ChannelSession {
  readonly #link: Link
  readonly #options: SessionOptions
  readonly #checkpoints = new Checkpoints()
  readonly #pulse: ChannelPulse
  readonly #helloAt: number
  #welcome: Welcome | undefined
  #attached: boolean
  #comeBackMs: number | undefined
  #ended = false

  constructor(connect: (events: LinkEvents) => Link, options: SessionOptions) {
    this.#options = options
    this.#attached = options.eventHandlerAttached
    this.#helloAt = options.clock.now()
    this.#link = connect({
      message: (message) => this.#fromExchange(message),
      closed: (code, reason) => this.#end(code, reason),
    })
    this.#pulse = new ChannelPulse(this.#link, options.clock, options.limits, {
      silent: () => this.#fail(closeCodes.protocol, 'channel.silent'),
      checkpoint: () => this.#signAll(),
      status: () => this.#sendStatus(),
    })
    this.#send({
      t: 'hello',
      v: 1,
      versions: channelVersions,
      program: options.program,
      device: options.device,
      clock: this.#helloAt,
      session: options.session,
      doctor: true,
    })
  }

  hopAttached(): void {
    this.#attached = true
    this.#welcome?.resume.begin()
    this.statusChanged()
  }

  hopDetached(): void {
    this.#attached = false
    this.#welcome?.resume.end()
    this.statusChanged()
  }

  fromHop(head: FromEventHandler, blocks: readonly Buffer[]): void {
    const resume = this.#welcome?.resume
    if (resume === undefined || this.#comeBackMs !== undefined || this.#ended) return
    switch (head.t) {
      case 'streams':
        return resume.listed(head.streams)
      case 'blocks':
        return resume.serving ? this.#relay(blocks) : undefined
      case 'missing': {
        if (!resume.serving) return
        resume.missing(head)
        const { session: _, ...missing } = head
        return this.#send(missing)
      }
      case 'ended': {
        const facts = this.#checkpoints.ended(head.stream, head.head, this.#options.clock.now())
        return facts === undefined ? undefined : this.#checkpoint(facts)
      }
      case 'status':
        return
      default:
        return head satisfies never
    }
  }

  statusChanged(): void {
    this.#pulse.statusSoon()
  }

  close(reason: string): void {
    if (this.#ended) return
    this.#signAll()
    this.#link.close(1000, reason)
  }

  /** Whole blocks as they came, several to a message, a large one alone (C1). */
  #relay(blocks: readonly Buffer[]): void {
    let batch: Buffer[] = []
    let batchBytes = 0
    for (const block of blocks) {
      if (batchBytes > 0 && batchBytes + block.length > messageBytes) {
        if (!this.#sendBlocks(batch, batchBytes)) return
        batch = []
        batchBytes = 0
      }
      batch.push(block)
      batchBytes += block.length
    }
    if (batchBytes > 0) this.#sendBlocks(batch, batchBytes)
  }

  /** @returns false where EventHandler sent more than it may: it is asked to begin anew, the exchange never sees it */
  #sendBlocks(batch: readonly Buffer[], bytes: number): boolean {
    const welcome = this.#welcome
    if (welcome === undefined) return false
    if (!welcome.credit.spend(bytes, batch.length)) {
      welcome.resume.begin()
      return false
    }
    for (const block of batch) {
      const sent = this.#checkpoints.sent(block)
      if (sent !== undefined) welcome.resume.sent(sent)
    }
    this.#send({ t: 'blocks' }, batch)
    this.#pulse.traffic()
    if (this.#checkpoints.crowded) this.#signAll()
    return true
  }

  #fromExchange(message: Buffer): void {
    if (this.#ended) return
    const frame = decodeFrame(message)
    const head = isFrame(frame) && frame.blocks.length === 0 ? readFromExchange(frame.head) : undefined
    if (head === undefined) return this.#fail(closeCodes.protocol, 'channel.protocol')
    const welcome = this.#welcome
    if (head.t === 'welcome') {
      if (welcome !== undefined || head.v !== 1) return this.#fail(closeCodes.protocol, 'channel.protocol')
      return this.#welcomed(head)
    }
    if (welcome === undefined || !this.#obey(head, welcome)) this.#fail(closeCodes.protocol, 'channel.protocol')
  }

  #welcomed(head: FromExchange & { t: 'welcome' }): void {
    const { clock, device, toEventHandler, seenJournal, events } = this.#options
    const now = clock.now()
    const credit = new ChannelCredit(head.credit)
    const welcome: Welcome = {
      credit,
      lingerMs: head.lingerMs,
      resume: new ChannelResume({
        device,
        ended: head.journal !== seenJournal,
        toEventHandler,
        toExchange: (message) => this.#send(message),
        lingerMs: () => welcome.lingerMs,
        creditBytes: () => credit.availableBytes,
        resumed: () => events.journalSeen(head.journal),
      }),
    }
    this.#welcome = welcome
    this.#pulse.welcomed()
    // The exchange read its clock about half a round trip ago.
    events.welcomed(Math.round(head.clock - (this.#helloAt + now) / 2))
    if (this.#attached) welcome.resume.begin()
  }

  /** @returns false where the exchange broke the protocol */
  #obey(head: Exclude<FromExchange, { t: 'welcome' }>, welcome: Welcome): boolean {
    const { toEventHandler, events } = this.#options
    switch (head.t) {
      case 'resume':
        return welcome.resume.answered(head.heads)
      case 'ack':
        for (const [stream, block] of Object.entries(head.acks))
          if (!welcome.resume.mayAcknowledge(stream, block)) return false
        if (welcome.resume.acknowledges) toEventHandler({ t: 'ack', acks: head.acks })
        if (welcome.resume.holdEvents(head.acks)) events.acknowledged()
        return true
      case 'credit':
        if (!welcome.credit.giveBack(head.bytes)) return false
        if (head.lingerMs !== undefined) welcome.lingerMs = head.lingerMs
        if (welcome.resume.serving)
          toEventHandler({
            t: 'credit',
            bytes: head.bytes,
            ...(head.lingerMs === undefined ? {} : { lingerMs: head.lingerMs }),
          })
        return true
      case 'wanted':
        if (welcome.resume.serving) toEventHandler(head)
        return true
      case 'refused':
        if (welcome.resume.serving) toEventHandler({ t: 'refused', stream: head.stream, block: head.block })
        return true
      case 'drain':
        this.#drain(head.comeBackMs, welcome)
        return true
      case 'doctor':
        // Nothing waits for it; one that breaks is not answered, and the exchange gives up on it.
        void this.#examined(head.id)
        return true
      default:
        return head satisfies never
    }
  }

  /** Sends nothing more; the exchange closes once it has acknowledged what was under way (C12). */
  #drain(comeBackMs: number, welcome: Welcome): void {
    this.#comeBackMs = comeBackMs
    welcome.resume.leave()
    this.#options.toEventHandler({ t: 'detach' })
    this.#signAll()
  }

  async #examined(id: number): Promise<void> {
    const report = await this.#options.doctor().catch(() => undefined)
    if (report !== undefined) this.#send({ t: 'examined', id, report })
  }

  #signAll(): void {
    if (this.#welcome === undefined) return
    for (const facts of this.#checkpoints.take(this.#options.clock.now())) this.#checkpoint(facts)
  }

  #checkpoint(facts: CheckpointFacts): void {
    this.#send({ t: 'checkpoint', ...facts, signature: this.#options.sign(facts) })
  }

  #sendStatus(): void {
    if (this.#welcome !== undefined) this.#send({ t: 'status', status: this.#options.status() })
  }

  #send(head: FromDevice, blocks: readonly Buffer[] = []): void {
    if (this.#ended) return
    const message = encodeFrame(head, blocks)
    this.#pulse.handed(message.length)
    this.#link.send(message)
  }

  #fail(code: number, reason: string): void {
    this.#link.close(code, reason)
    this.#end(code, reason)
  }

  #end(code: number, reason: string): void {
    if (this.#ended) return
    this.#ended = true
    this.#pulse.stop()
    if (this.#attached && this.#comeBackMs === undefined) this.#options.toEventHandler({ t: 'detach' })
    const comeBackMs = this.#comeBackMs
    this.#options.events.ended({ code, reason, ...(comeBackMs === undefined ? {} : { comeBackMs }) })
  }
}

type Welcome = { readonly credit: ChannelCredit; readonly resume: ChannelResume; lingerMs: number }
