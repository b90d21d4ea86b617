// Listens for syslog over UDP. What the kernel dropped because its buffer was full is counted by it, read from there,
// and declared (delivery N6).
import { type Socket, createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { KernelDrops } from './kernel-drops.ts'
import { type Listen, type ListenOptions, type Listening, drained } from './listening.ts'
import type { UdpSourceConfig } from '../source-config.ts'

const receiveBufferBytes = 8 * 1024 * 1024

/** @returns what listens on the source's address */
export function datagramListener(config: UdpSourceConfig): Listen {
  return async (options) => {
    const socket = createSocket({
      type: isIPv6(config.address) ? 'udp6' : 'udp4',
      recvBufferSize: config.receiveBufferBytes ?? receiveBufferBytes,
    })
    socket.on('message', (bytes) => options.intake.datagram(bytes))
    socket.bind({ address: config.address, port: config.port, exclusive: true })
    await once(socket, 'listening')
    const { port } = socket.address()
    const drops = await KernelDrops.of(config.address, port)
    const { log, source } = options
    log.info({ source, port, receiveBufferBytes: socket.getRecvBufferSize() }, 'listens for datagrams')
    if (drops === undefined) log.warn({ source }, 'this system does not say how many datagrams it drops')
    return new DatagramListener(options, config, socket, drops)
  }
}

class DatagramListener implements Listening {
  readonly port: number
  readonly connections = undefined
  readonly #options: ListenOptions
  readonly #config: UdpSourceConfig
  readonly #socket: Socket
  readonly #drops: KernelDrops | undefined
  #failed: Error | undefined

  constructor(options: ListenOptions, config: UdpSourceConfig, socket: Socket, drops: KernelDrops | undefined) {
    this.port = socket.address().port
    this.#options = options
    this.#config = config
    this.#socket = socket
    this.#drops = drops
    socket.on('error', (error) => (this.#failed = error))
  }

  async upkeep(): Promise<void> {
    if (this.#failed !== undefined) throw this.#failed
    await this.#look()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#takeNoMore()
    await drained(this.#options.clock, async () => (await this.#look()) === 0)
    await this.#look()
    this.#socket.close()
    await once(this.#socket, 'close')
  }

  /** Counts what was dropped. @returns bytes that wait to be read */
  async #look(): Promise<number> {
    const seen = await this.#drops?.look()
    if (seen !== undefined && seen.dropped > 0) this.#options.intake.lose('datagram.dropped', seen.dropped)
    return seen?.waitingBytes ?? 0
  }

  /** Connected to a port where nobody is, the socket gets nothing more, and what it has can be read to its end. */
  async #takeNoMore(): Promise<void> {
    const wildcard = this.#config.address === '0.0.0.0' || this.#config.address === '::'
    const loopback = isIPv6(this.#config.address) ? '::1' : '127.0.0.1'
    try {
      this.#socket.connect(1, wildcard ? loopback : this.#config.address)
      await once(this.#socket, 'connect')
    } catch {
      // Then what arrives until it is closed is lost with the socket, as everything afterwards is.
    }
  }
}
