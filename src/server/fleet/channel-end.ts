// The exchange's end of the channels: takes upgraded sockets, one session a device, closes with a code (delivery C1,
// C2, C8, C12; security 4). What is sent over them is the affair of ingest, passed in as `intake`.
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import { type Link, type LinkEvents, websocketLink } from '../../platform/websocket-link.ts'
import { channelSubprotocol, closeCodes, messageBytesMax } from '../../wire/channel/messages.ts'
import type { DoctorReport } from '../../wire/doctor.ts'
import {
  type ChannelIdentity,
  ChannelSession,
  type Intake,
  type Presence,
  type SessionPort,
} from './channel-session-end.ts'

export type { ChannelIdentity, Intake, Presence } from './channel-session-end.ts'

export type ChannelLimits = {
  readonly helloWithinMs: number
  /** A device pings every 20 s; what says nothing for so long is gone (C8). */
  readonly silenceMs: number
  readonly sweepEveryMs: number
  readonly sessionsMax: number
  /** A drained channel is closed once all is acknowledged, at the latest after this time … */
  readonly drainWithinMs: number
  /** … and at the earliest after this one: blocks and the last checkpoints are on their way (C11). */
  readonly drainAfterMs: number
}

export const channelLimits: ChannelLimits = {
  helloWithinMs: 10_000,
  silenceMs: 45_000,
  sweepEveryMs: 1_000,
  // 10,000 sockets are about 0.65 GiB (performance 5).
  sessionsMax: 20_000,
  drainWithinMs: 5_000,
  drainAfterMs: 200,
}

export type ChannelEndOptions = {
  readonly intake: Intake
  readonly presence: Presence
  readonly program: string
  readonly clock: Clock
  readonly log: Log
  readonly limits?: Partial<ChannelLimits>
  /** Uniform in [0, 1): spreads the return of drained devices. */
  readonly random: () => number
}

export type ChannelEnd = AsyncDisposable & {
  /** Takes an upgrade request whose certificate was judged, or refuses it in HTTP. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, identity: ChannelIdentity): void
  /** The same for any link that is open, whatever carries it. */
  attach(connect: (events: LinkEvents) => Link, identity: ChannelIdentity, address: string): void
  /** Tells every device to come back after about `comeBackMs`, takes no more, resolves when all are gone (C12). */
  drain(comeBackMs: number): Promise<void>
  readonly connected: number
  /** Asks a device for its doctor's report over its channel; undefined where it has none, or does not answer. */
  examine(device: { readonly organisation: string; readonly device: string }): Promise<DoctorReport | undefined>
}

/** Listens to nothing itself: the devices' listener hands upgrades over. Disposing closes all channels (4503). */
export function openChannelEnd(options: ChannelEndOptions): ChannelEnd {
  return new End(options)
}

class End implements ChannelEnd {
  readonly #options: ChannelEndOptions
  readonly #limits: ChannelLimits
  readonly #websockets: WebSocketServer
  /** All links that are open, also those that have not said hello. */
  readonly #open = new Set<ChannelSession>()
  readonly #byDevice = new Map<string, ChannelSession>()
  readonly #stop = new AbortController()
  #draining = false

  constructor(options: ChannelEndOptions) {
    this.#options = options
    this.#limits = { ...channelLimits, ...options.limits }
    this.#websockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false,
      clientTracking: false,
      // Somewhat more than is allowed: what is too large by little gets our code (4413), what is far beyond ws's (1009).
      maxPayload: messageBytesMax + 1024 * 1024,
      handleProtocols: () => channelSubprotocol,
    })
    void this.#sweep()
  }

  get connected(): number {
    return this.#byDevice.size
  }

  async examine(asked: { readonly organisation: string; readonly device: string }): Promise<DoctorReport | undefined> {
    const report = await this.#byDevice.get(`${asked.organisation}/${asked.device}`)?.examine()
    // Of whom it speaks is said by its certificate, not by itself.
    return report && { ...report, device: asked.device }
  }

  accept(request: IncomingMessage, socket: Duplex, head: Buffer, identity: ChannelIdentity): void {
    const refusal = this.#refusalOf(request)
    if (refusal !== undefined) return refuseUpgrade(socket, refusal)
    this.#websockets.handleUpgrade(request, socket, head, (ws) => {
      const address = request.socket.remoteAddress ?? ''
      this.attach((events) => websocketLink(ws, socket, events), identity, address)
    })
  }

  attach(connect: (events: LinkEvents) => Link, identity: ChannelIdentity, address: string): void {
    const { intake, presence, program, clock, log } = this.#options
    const port: SessionPort = {
      intake,
      presence,
      program,
      clock,
      log,
      address,
      replaces: (session) => this.#replace(session),
      ended: (session) => this.#ended(session),
    }
    this.#open.add(new ChannelSession(connect, identity, port))
  }

  async drain(comeBackMs: number): Promise<void> {
    this.#draining = true
    const { clock, random } = this.#options
    const leaving = [...this.#open]
    for (const session of leaving) session.drain(Math.round(comeBackMs * (1 + random())))
    const from = clock.monotonic()
    while (this.#open.size > 0) {
      await clock.sleep(20)
      const ms = clock.monotonic() - from
      if (ms < this.#limits.drainAfterMs) continue
      const late = ms >= this.#limits.drainWithinMs
      for (const session of this.#open) if (late || session.idle) session.close(closeCodes.drain, 'channel.drain')
    }
    await Promise.all(leaving.map((session) => session.gone))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#draining = true
    this.#stop.abort()
    for (const session of this.#open) session.close(closeCodes.drain, 'channel.drain')
    this.#websockets.close()
  }

  #refusalOf(request: IncomingMessage): Refusal | undefined {
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim())
    if (request.headers.upgrade?.toLowerCase() !== 'websocket')
      return { status: '426 Upgrade Required', code: 'channel.version', what: 'this address speaks WebSocket' }
    if (!offered.includes(channelSubprotocol))
      return { status: '426 Upgrade Required', code: 'channel.version', what: `spoken here: ${channelSubprotocol}` }
    if (this.#draining)
      return { status: '503 Service Unavailable', code: 'channel.drain', what: 'going away', retryS: 5 }
    if (this.#open.size >= this.#limits.sessionsMax)
      return { status: '429 Too Many Requests', code: 'channel.quota', what: 'as many channels as allowed', retryS: 60 }
    const trouble = this.#options.intake.trouble
    return trouble && { status: '503 Service Unavailable', code: trouble, what: 'nothing can be committed', retryS: 10 }
  }

  /** A new session of a device closes the older one before its own welcome (C8). */
  #replace(session: ChannelSession): void {
    const older = this.#byDevice.get(session.key)
    older?.close(closeCodes.replaced, 'channel.replaced')
    this.#byDevice.set(session.key, session)
  }

  #ended(session: ChannelSession): void {
    this.#open.delete(session)
    if (this.#byDevice.get(session.key) === session) this.#byDevice.delete(session.key)
  }

  /** One timer for all: ten thousand sessions with timers of their own would cost more than they do. */
  async #sweep(): Promise<void> {
    const { clock } = this.#options
    const { signal } = this.#stop
    while (!signal.aborted) {
      await clock.sleep(this.#limits.sweepEveryMs, signal)
      const now = clock.monotonic()
      for (const session of this.#open) session.lookForLife(now, this.#limits)
    }
  }
}

type Refusal = { readonly status: string; readonly code: string; readonly what: string; readonly retryS?: number }

/** An upgrade is refused in HTTP, in the shape of every other refusal: code, sentence (security 4). */
function refuseUpgrade(socket: Duplex, refusal: Refusal): void {
  const body = `${refusal.code}: ${refusal.what}.\n`
  socket.end(
    `HTTP/1.1 ${refusal.status}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n` +
      (refusal.status.startsWith('426')
        ? `Upgrade: websocket\r\nSec-WebSocket-Protocol: ${channelSubprotocol}\r\n`
        : '') +
      (refusal.retryS === undefined ? '' : `Retry-After: ${refusal.retryS}\r\n`) +
      `Connection: close\r\n\r\n${body}`,
  )
}
