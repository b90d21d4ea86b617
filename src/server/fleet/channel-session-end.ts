// One device's channel as the exchange holds it: hello and welcome, what comes in is checked and handed to ingest, and
// the one place where a close code is chosen (delivery C2, C8; security 3.4, 4).
import { type Code, isCode } from '../../core/codes.ts'
import { Fault } from '../../core/fault.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { Link, LinkEvents } from '../../platform/websocket-link.ts'
import type { CheckpointFacts } from '../../wire/channel/checkpoint.ts'
import {
  closeCodes,
  type FromDevice,
  type FromExchange,
  messageBytes,
  messageBytesMax,
} from '../../wire/channel/messages.ts'
import { readFromDevice } from '../../wire/channel/read-from-device.ts'
import { decodeFrame, encodeFrame, isFrame } from '../../wire/frame.ts'
import type { DoctorReport } from '../../wire/doctor.ts'
import type { Status } from '../../wire/status.ts'
import type { DeviceStream, MissingBlocks } from '../../wire/streams.ts'
import { DoctorQuestions } from './doctor-questions.ts'

/** Whose channel it is, as the devices' listener judged the certificate. */
export type ChannelIdentity = {
  readonly organisation: string
  readonly device: string
  readonly serial: string
  readonly certificatePem: string
  /** Aborted when the certificate is revoked or the device removed or banned; its reason may be a Fault that says which. */
  readonly revoked: AbortSignal
}

/** Who hears that a device is there. Never throws, never waits. */
export type Presence = {
  connected(
    session: ChannelIdentity & { readonly address: string; readonly program: string; readonly at: number },
  ): void
  disconnected(session: ChannelIdentity & { readonly at: number; readonly code: string }): void
  status(identity: ChannelIdentity, status: Status, at: number): void
  /** Events of the device were committed and acknowledged. */
  acknowledged(identity: ChannelIdentity, at: number): void
}

/** What a channel hands on, in its own words; ingest is passed in. */
export type Intake = {
  readonly journalId: string
  /** Why no channel is worth opening now. */
  readonly trouble: Code | undefined
  open(sender: { organisation: string; device: string; certificate: string }, hands: IntakeHands): IntakeSession
}

export type IntakeHands = {
  send(message: FromExchange): void
  refuse(close: number, code: Code, what: string): void
  acknowledged(): void
  pause(): void
  resume(): void
}

export type IntakeSession = {
  readonly creditBytes: number
  readonly lingerMs: number
  readonly idle: boolean
  blocks(blocks: readonly Buffer[]): void
  streams(streams: readonly DeviceStream[]): void
  missing(missing: MissingBlocks): void
  checkpoint(facts: CheckpointFacts, signature: string): void
  given(given: Readonly<Record<string, { source: string; sequence: number }>>, heardAt: number): void
  close(): void
}

export type SessionPort = {
  readonly intake: Intake
  readonly presence: Presence
  readonly program: string
  readonly clock: Clock
  readonly log: Log
  readonly address: string
  replaces(session: ChannelSession): void
  ended(session: ChannelSession): void
}

export class ChannelSession {
  /** Organisation and device: one session each. */
  readonly key: string
  readonly #identity: ChannelIdentity
  readonly #port: SessionPort
  readonly #link: Link
  readonly #openedAt: number
  readonly #onRevoked: () => void
  readonly #doctor = new DoctorQuestions()
  #intake: IntakeSession | undefined
  #hasDoctor = false
  #receivedBytes = 0
  #aliveAt: number
  #ended = false
  #strange = false
  readonly #gone = Promise.withResolvers<void>()

  constructor(connect: (events: LinkEvents) => Link, identity: ChannelIdentity, port: SessionPort) {
    this.key = `${identity.organisation}/${identity.device}`
    this.#identity = identity
    this.#port = port
    this.#openedAt = this.#aliveAt = port.clock.monotonic()
    this.#link = connect({
      message: (message) => this.#message(message),
      closed: (code, reason) => {
        this.#end(reason === '' ? `closed.${code}` : reason)
        this.#gone.resolve()
      },
    })
    this.#onRevoked = () => this.close(closeCodes.identity, revocationCode(identity.revoked.reason))
    identity.revoked.addEventListener('abort', this.#onRevoked, { once: true })
    // The listener judged the certificate a moment ago; a revocation in between was not heard.
    if (identity.revoked.aborted) queueMicrotask(this.#onRevoked)
  }

  /** Everything received is answered. */
  get idle(): boolean {
    return this.#intake?.idle ?? true
  }

  /** Resolves when the link is closed, and what was sent before has left or was given up. */
  get gone(): Promise<void> {
    return this.#gone.promise
  }

  /** Has the device look for what is in the way of its events; undefined where it does not answer. */
  async examine(): Promise<DoctorReport | undefined> {
    if (!this.#hasDoctor || this.#ended) return undefined
    return await this.#doctor.ask(this.#port.clock, (id) => this.#send({ t: 'doctor', id }))
  }

  drain(comeBackMs: number): void {
    this.#send({ t: 'drain', comeBackMs })
  }

  close(code: number, reason: string): void {
    if (this.#ended) return
    this.#link.close(code, reason)
    this.#end(reason)
  }

  lookForLife(now: number, limits: { readonly helloWithinMs: number; readonly silenceMs: number }): void {
    const received = this.#link.receivedBytes
    if (received !== this.#receivedBytes) {
      this.#receivedBytes = received
      this.#aliveAt = now
    }
    const mute = this.#intake === undefined && now - this.#openedAt > limits.helloWithinMs
    if (mute || now - this.#aliveAt > limits.silenceMs) this.close(closeCodes.protocol, 'channel.silent')
  }

  #message(message: Buffer): void {
    if (this.#ended) return
    if (message.length > messageBytesMax) return this.#refuse(closeCodes.frameLarge, 'channel.frame.large', 'too large')
    const frame = decodeFrame(message)
    if (!isFrame(frame)) return this.#refuse(closeCodes.protocol, 'channel.protocol', frame.reason)
    const head = readFromDevice(frame.head)
    if (head === undefined && isStatus(frame.head) && frame.blocks.length === 0) return this.#strangeStatus()
    if (head === undefined || (frame.blocks.length > 0 && head.t !== 'blocks'))
      return this.#refuse(closeCodes.protocol, 'channel.protocol', 'a message of no known shape')
    if (frame.blocks.length > 1 && sizeOf(frame.blocks) > messageBytes)
      return this.#refuse(closeCodes.frameLarge, 'channel.frame.large', 'several blocks in more than a mebibyte')
    if (head.t === 'hello') return this.#hello(head)
    const intake = this.#intake
    if (intake === undefined) return this.#refuse(closeCodes.protocol, 'channel.protocol', 'no hello')
    this.#dispatch(head, frame.blocks, intake)
  }

  #dispatch(head: Exclude<FromDevice, { t: 'hello' }>, blocks: readonly Buffer[], intake: IntakeSession): void {
    switch (head.t) {
      case 'blocks':
        return blocks.length === 0 ? undefined : intake.blocks(blocks)
      case 'streams':
        return intake.streams(head.streams)
      case 'missing': {
        const { t: _, ...missing } = head
        return intake.missing(missing)
      }
      case 'checkpoint': {
        const { stream, block, hash, sequence, at } = head
        return intake.checkpoint({ stream, block, hash, sequence, at }, head.signature)
      }
      case 'status':
        return this.#status(head.status, intake)
      case 'examined':
        return this.#doctor.answered(head.id, head.report)
      default:
        return head satisfies never
    }
  }

  #hello(hello: FromDevice & { t: 'hello' }): void {
    if (this.#intake !== undefined) return this.#refuse(closeCodes.protocol, 'channel.protocol', 'a second hello')
    if (!hello.versions.includes(1))
      return this.#refuse(closeCodes.version, 'channel.version', `${hello.program} speaks ${hello.versions.join()}`)
    if (hello.device !== this.#identity.device)
      return this.#refuse(
        closeCodes.protocol,
        'channel.protocol',
        `${hello.device} is not the device of the certificate`,
      )
    const { intake, presence, clock, address } = this.#port
    this.#port.replaces(this)
    const { organisation, device, certificatePem } = this.#identity
    const session = intake.open(
      { organisation, device, certificate: certificatePem },
      {
        send: (message) => this.#send(message),
        refuse: (close, code, what) => this.#refuse(close, code, what),
        acknowledged: () => presence.acknowledged(this.#identity, clock.now()),
        pause: () => this.#link.pause(),
        resume: () => this.#link.resume(),
      },
    )
    this.#intake = session
    this.#hasDoctor = hello.doctor === true
    this.#send({
      t: 'welcome',
      v: 1,
      journal: intake.journalId,
      clock: clock.now(),
      credit: session.creditBytes,
      lingerMs: session.lingerMs,
      messageBytes,
    })
    presence.connected({ ...this.#identity, address, program: hello.program, at: clock.now() })
  }

  /** A status nobody can read is not shown; events go on, whatever a device says of itself. */
  #strangeStatus(): void {
    if (this.#strange) return
    this.#strange = true
    const { organisation, device } = this.#identity
    this.#port.log.warn({ organisation, device, code: 'channel.protocol' }, 'the status of the device cannot be read')
  }

  #status(status: Status, intake: IntakeSession): void {
    const now = this.#port.clock.now()
    this.#port.presence.status(this.#identity, status, now)
    const given = Object.entries(status.eventHandler?.spool.given ?? {})
    if (given.length > 0)
      intake.given(Object.fromEntries(given.map(([id, { source, sequence }]) => [id, { source, sequence }])), now)
  }

  #send(message: FromExchange): void {
    if (!this.#ended) this.#link.send(encodeFrame(message))
  }

  #refuse(close: number, code: Code, what: string): void {
    if (this.#ended) return
    const { organisation, device } = this.#identity
    this.#port.log.warn({ organisation, device, code, close, address: this.#port.address }, `channel closed: ${what}`)
    this.close(close, code === 'channel.version' ? 'channel.version: spoken here: 1' : code)
  }

  #end(reason: string): void {
    if (this.#ended) return
    this.#ended = true
    this.#identity.revoked.removeEventListener('abort', this.#onRevoked)
    this.#intake?.close()
    this.#doctor.end()
    this.#port.ended(this)
    if (this.#intake !== undefined)
      this.#port.presence.disconnected({ ...this.#identity, at: this.#port.clock.now(), code: reason })
  }
}

function isStatus(head: unknown): boolean {
  return typeof head === 'object' && head !== null && 't' in head && head.t === 'status'
}

function sizeOf(blocks: readonly Buffer[]): number {
  return blocks.reduce((bytes, block) => bytes + block.length, 0)
}

function revocationCode(reason: unknown): Code {
  if (reason instanceof Fault) return reason.code
  return typeof reason === 'string' && isCode(reason) ? reason : 'identity.revoked'
}
