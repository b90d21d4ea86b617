// Listens for senders that connect: a sensor on a unix socket, syslog over TCP or TLS. Each connection is read always
// (delivery N6): nothing here ever pauses one.
import { once } from 'node:events'
import type { Server, Socket } from 'node:net'
import type { SourceStatus } from '../../../wire/status.ts'
import { SharedRoom } from '../line-buffer.ts'
import type { Framing } from './line-framing.ts'
import { type ListenOptions, type Listening, drained } from './listening.ts'

/** Bounds on memory: 64 KiB each while their lines are short, and what longer lines of all of them need. */
const connectionsMax = 1_024
const longLinesBytesMax = 64 * 1024 * 1024
const keepAliveMs = 60_000

export type StreamListenOptions = ListenOptions & {
  readonly framing: (shared: SharedRoom) => Framing
  /** A new server that listens and gives every connection to `accept`; again where `holds` says that the old is gone. */
  readonly bind: (accept: (socket: Socket) => void) => Promise<BoundServer>
}

export type BoundServer = {
  readonly server: Server
  /** Whether senders still find it. */
  holds(): Promise<boolean>
  /** What a TLS listener shows now. */
  certificate?(): SourceStatus['certificate']
  /** Takes no more senders; those that are connected stay. */
  stop(): Promise<void>
}

/** Binds and reads. */
export async function listenForStreams(options: StreamListenOptions): Promise<Listening> {
  const listener = new StreamListener(options)
  await listener.bind()
  return listener
}

class StreamListener implements Listening {
  readonly #options: StreamListenOptions
  readonly #sockets = new Set<Socket>()
  readonly #longLines = new SharedRoom(longLinesBytesMax)
  #bound: BoundServer | undefined
  #failed: Error | undefined
  #bytes = 0

  constructor(options: StreamListenOptions) {
    this.#options = options
  }

  get port(): number | undefined {
    const address = this.#bound?.server.address()
    return typeof address === 'object' ? address?.port : undefined
  }

  get connections(): number {
    return this.#sockets.size
  }

  get certificate(): SourceStatus['certificate'] {
    return this.#bound?.certificate?.()
  }

  async bind(): Promise<void> {
    const { log, source } = this.#options
    const bound = await this.#options.bind((socket) => this.#accept(socket))
    const { server } = bound
    server.maxConnections = connectionsMax
    server.on('drop', () => log.warn({ source, connectionsMax }, 'a connection beyond the bound was turned away'))
    server.on('tlsClientError', (error) => log.warn({ source, err: error }, 'a sender failed its TLS handshake'))
    server.on('error', (error) => (this.#failed = error))
    this.#bound = bound
  }

  async upkeep(): Promise<void> {
    if (this.#failed !== undefined) throw this.#failed
    if (this.#bound === undefined || (await this.#bound.holds())) return
    // Those connected stay; only who comes now would not find it.
    await this.#bound.stop()
    await this.bind()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { intake, clock } = this.#options
    await this.#bound?.stop()
    let before = -1
    const quiet = () => {
      const same = before === this.#bytes
      before = this.#bytes
      return same
    }
    const complete = this.#sockets.size === 0 || (await drained(clock, quiet))
    await Promise.all([...this.#sockets].map(async (socket) => await once(socket.destroy(), 'close')))
    // A sender that went on all the time had something under way: nobody can say how much.
    if (!complete) intake.declare('stopped.unclean', null)
  }

  #accept(socket: Socket): void {
    const { intake, log, source } = this.#options
    const framing = this.#options.framing(this.#longLines)
    this.#sockets.add(socket)
    socket.setKeepAlive(true, keepAliveMs)
    socket.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length
      framing.take(chunk, intake.taker())
      intake.given()
    })
    socket.on('error', (error) => log.info({ source, err: error }, 'the connection of a sender broke'))
    socket.on('close', () => {
      this.#sockets.delete(socket)
      if (framing.end(intake.taker())) intake.cutShort()
    })
  }
}
