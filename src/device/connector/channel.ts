// The channel for ever: dial, serve, wait, dial again (delivery C8–C10). Holds what outlives a session: the way to
// EventHandler, the back-off, and what the status says of the channel.
import { randomBytes } from 'node:crypto'
import { Fault } from '../../core/fault.ts'
import type { Clock } from '../../platform/clock.ts'
import { websocketLink } from '../../platform/websocket-link.ts'
import { signCheckpoint } from '../../wire/channel/checkpoint.ts'
import { closeCodes } from '../../wire/channel/messages.ts'
import type { FromEventHandler } from '../../wire/local/messages.ts'
import type { ChannelStatus, EventHandlerStatus, Status } from '../../wire/status.ts'
import { backOff } from './back-off.ts'
import type { ChannelLimits } from './channel-pulse.ts'
import { type ChannelSession, openChannelSession } from './channel-session.ts'
import type { SessionEnd } from './channel-session-options.ts'
import type { ConnectorLog } from './connector-log.ts'
import type { SharedDoctor } from './doctor-port.ts'
import { type Dialled, dial } from './dial.ts'
import type { HopHandlers, ToEventHandler } from './hop-port.ts'
import type { Identity } from './identity.ts'
import { stopsDevice, waitAfter } from './refusals.ts'
import type { Target } from './reach.ts'

export type ChannelOptions = {
  readonly program: string
  readonly clock: Clock
  readonly log: ConnectorLog
  readonly limits: ChannelLimits
  readonly random: () => number
  readonly toEventHandler: (message: ToEventHandler) => void
  readonly registration: Registration
  readonly status: () => Status
  readonly doctor: SharedDoctor
}

/** What the channel needs of the registration, and tells it. */
export type Registration = {
  /** The device id; undefined where the device is not enrolled. */
  readonly device: string | undefined
  /** Where the ingest role is. */
  target(): Target
  /** PEM. */
  anchors(): string
  /** Newest first. */
  identities(): readonly Identity[]
  /** Changes when the identity does. */
  mark(): string
  readonly journal: string | undefined
  readonly lastAddress: string | undefined
  journalSeen(journal: string): void
  reached(address: string): void
  /** A channel by this identity was welcomed. */
  accepted(identity: Identity): void
  /** Looks whether the exchange moved, before the next attempt. */
  refresh(signal: AbortSignal): Promise<void>
}

export type Channel = AsyncDisposable & {
  readonly status: ChannelStatus
  readonly clockOffsetMs: number | undefined
  /** Undefined while EventHandler is not attached. */
  readonly eventHandler: EventHandlerStatus | undefined
  /** To be given to the hop. */
  readonly hopHandlers: HopHandlers
  /** Dials now instead of at the end of the wait; a channel that stands is not touched. */
  wake(): void
}

/** How often a device that has stopped looks whether it was given another identity. */
const markEveryMs = 2_000
/** Attempts that fail one after the other before the registration is asked where the exchange is. */
const refreshAfter = 2

export function startChannel(options: ChannelOptions): Channel {
  return new Road(options)
}

class Road implements Channel {
  readonly #options: ChannelOptions
  readonly #stop = new AbortController()
  readonly #running: Promise<void>
  #session: ChannelSession | undefined
  #attached = false
  #eventHandler: EventHandlerStatus | undefined
  #clockOffsetMs: number | undefined
  #status: ChannelStatus
  #wake = new AbortController()

  readonly hopHandlers: HopHandlers = {
    onMessage: (message, blocks) => this.#fromHop(message, blocks),
    onState: (state) => this.#hopState(state),
  }

  constructor(options: ChannelOptions) {
    this.#options = options
    this.#status = { state: 'connecting', since: options.clock.now(), peer: '', lastAckAt: 0 }
    this.#running = this.#run()
  }

  get status(): ChannelStatus {
    return this.#status
  }

  get clockOffsetMs(): number | undefined {
    return this.#clockOffsetMs
  }

  get eventHandler(): EventHandlerStatus | undefined {
    return this.#attached ? this.#eventHandler : undefined
  }

  wake(): void {
    this.#wake.abort()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    this.#session?.close('stopped')
    await this.#running
  }

  async #run(): Promise<void> {
    const { clock, registration } = this.#options
    const { signal } = this.#stop
    const wait = backOff(this.#options.random)
    let failures = 0
    while (!signal.aborted) {
      if (registration.device === undefined) {
        this.#move('none')
        await this.#sleep(Number.POSITIVE_INFINITY, true)
        continue
      }
      this.#move('connecting')
      const { code, servedMs, comeBackMs } = await this.#attempt(signal)
      if (signal.aborted) return
      failures = servedMs > 0 ? 0 : failures + 1
      const waitMs = waitAfter(code, servedMs, comeBackMs, wait)
      this.#move('waiting', { lastCode: code, nextAttemptAt: clock.now() + waitMs })
      await this.#sleep(waitMs, stopsDevice(code))
      if (failures >= refreshAfter && !signal.aborted && !stopsDevice(code)) await registration.refresh(signal)
    }
  }

  /** One channel with the newest identity that the exchange takes. */
  async #attempt(signal: AbortSignal): Promise<Attempt> {
    const { registration } = this.#options
    let refused: Attempt = { code: 'identity.missing', servedMs: 0 }
    try {
      for (const identity of registration.identities()) {
        try {
          return await this.#serve(await this.#dial(identity, signal), identity, signal)
        } catch (error) {
          // A new certificate may not be known yet, an old one not any more: the other one is tried at once.
          if (!(error instanceof Fault && error.code.startsWith('identity.'))) throw error
          refused = { code: error.code, servedMs: 0 }
        }
      }
      return refused
    } catch (error) {
      if (error instanceof Fault) return { code: error.code, servedMs: 0 }
      if (signal.aborted) return { code: 'stopped', servedMs: 0 }
      this.#options.log.write('error', 'events:connectWebSocket', `internal: ${String(error)}`)
      return { code: 'internal', servedMs: 0 }
    }
  }

  async #dial(identity: Identity, signal: AbortSignal): Promise<Dialled> {
    const { registration, log } = this.#options
    const dialled = await dial({
      target: registration.target(),
      ca: registration.anchors(),
      certificate: identity.certificate,
      key: identity.key,
      lastAddress: registration.lastAddress,
      signal,
      report: (text) => log.write(text.startsWith('connected') ? 'info' : 'error', 'events:connectWebSocket', text),
    })
    registration.reached(dialled.address)
    return dialled
  }

  async #serve({ ws, socket, address }: Dialled, identity: Identity, signal: AbortSignal): Promise<Attempt> {
    const { clock, registration, log, limits, program, status, doctor, toEventHandler } = this.#options
    const { host, port } = registration.target()
    const ended = Promise.withResolvers<SessionEnd>()
    let welcomedAt: number | undefined
    const session = openChannelSession((events) => websocketLink(ws, socket, events), {
      device: registration.device ?? '',
      program,
      session: randomBytes(16).toString('hex'),
      seenJournal: registration.journal,
      eventHandlerAttached: this.#attached,
      toEventHandler,
      sign: (facts) => signCheckpoint(facts, identity.key),
      status,
      doctor,
      clock,
      limits,
      events: {
        welcomed: (clockOffsetMs) => {
          welcomedAt = clock.monotonic()
          this.#clockOffsetMs = clockOffsetMs
          this.#move('connected', { peer: `${host} (${address}:${port})` })
          registration.accepted(identity)
        },
        journalSeen: (journal) => registration.journalSeen(journal),
        acknowledged: () => {
          this.#status = { ...this.#status, lastAckAt: clock.now() }
        },
        ended: (end) => ended.resolve(end),
      },
    })
    this.#session = session
    if (signal.aborted) session.close('stopped')
    const end = await ended.promise
    this.#session = undefined
    const code = codeOfEnd(end)
    const level = expectedEnds.has(end.code) ? 'info' : 'error'
    log.write(level, 'events:connectWebSocket', `closed ${end.code} ${end.code === 1000 ? end.reason : code}`)
    return {
      code,
      servedMs: welcomedAt === undefined ? 0 : Math.max(1, clock.monotonic() - welcomedAt),
      ...(end.comeBackMs === undefined ? {} : { comeBackMs: end.comeBackMs }),
    }
  }

  /** Waits, or ends early when woken; a device that has stopped is woken by another identity in its folder. */
  async #sleep(ms: number, stopped: boolean): Promise<void> {
    const { clock, registration } = this.#options
    this.#wake = new AbortController()
    const signal = AbortSignal.any([this.#stop.signal, this.#wake.signal])
    if (!stopped) return clock.sleep(ms, signal)
    const mark = registration.mark()
    const deadline = clock.monotonic() + ms
    while (!signal.aborted && clock.monotonic() < deadline && registration.mark() === mark)
      await clock.sleep(markEveryMs, signal)
  }

  #move(state: ChannelStatus['state'], more: { peer?: string; lastCode?: string; nextAttemptAt?: number } = {}): void {
    const { lastCode, lastAckAt } = this.#status
    this.#status = {
      state,
      since: this.#options.clock.now(),
      peer: '',
      lastAckAt,
      ...(lastCode === undefined ? {} : { lastCode }),
      ...more,
    }
  }

  #hopState(state: 'connected' | 'silent'): void {
    this.#attached = state === 'connected'
    if (this.#attached) {
      this.#options.log.write('info', 'service:Start', 'connected to ZeroMQ endpoint')
      this.#session?.hopAttached()
    } else this.#session?.hopDetached()
  }

  #fromHop(message: FromEventHandler, blocks: readonly Buffer[]): void {
    if (message.t !== 'status') return this.#session?.fromHop(message, blocks)
    const before = this.#eventHandler
    this.#eventHandler = message.status
    if (before === undefined || differs(before, message.status)) this.#session?.statusChanged()
  }
}

/** Ended by us, replaced by our own newer session, drained: no fault (delivery C8, C12). */
const expectedEnds: ReadonlySet<number> = new Set([1000, closeCodes.replaced, closeCodes.drain])

type Attempt = { readonly code: string; readonly servedMs: number; readonly comeBackMs?: number }

/** What people wait to see: not the counters, they move all the time. */
function differs(a: EventHandlerStatus, b: EventHandlerStatus): boolean {
  return (
    a.drained !== b.drained ||
    a.spool.state !== b.spool.state ||
    a.startedAt !== b.startedAt ||
    a.sources.length !== b.sources.length ||
    a.sources.some((source, index) => source.state !== b.sources[index]?.state)
  )
}

/** The close reason begins with our code; where there is none, the number tells. */
function codeOfEnd({ code, reason }: SessionEnd): string {
  const word = /^[a-z]+(?:\.[a-z-]+)*/.exec(reason)?.[0]
  if (word !== undefined && word.includes('.')) return word
  if (code === 1009) return 'channel.frame.large'
  return 'channel.cut'
}
