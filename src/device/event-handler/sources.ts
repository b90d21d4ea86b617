// All sources of this EventHandler (delivery N8): each reads for itself, none waits for another.
import type { StreamEnd } from '../../wire/block-format.ts'
import type { SourceStatus } from '../../wire/status.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type { EventHandlerConfiguration } from './configuration.ts'
import { selector } from './selection.ts'
import { ListenerCertificate } from './sockets/listener-certificate.ts'
import { listenerHosts } from './sockets/listener-hosts.ts'
import type { Source } from './source.ts'
import { startSource } from './start-source.ts'
import { SourceStream } from './source-stream.ts'
import type { SpoolLog } from './spool/spool-log.ts'
import type { SpoolStream } from './spool/spool-streams.ts'
import type { SourceMark } from './spool/spool-table.ts'

export type SourcesOptions = {
  readonly configuration: EventHandlerConfiguration
  readonly spool: SpoolLog
  readonly program: string
  readonly clock: Clock
  readonly log: Log
  readonly lingerMs: () => number
  readonly quietMs?: number
  /** Where the certificate of TLS listeners is asked for and comes. */
  readonly listenerFolder: string
}

/** The configured sources, by name. */
export class Sources implements AsyncDisposable {
  readonly #options: SourcesOptions
  readonly #sources = new Map<string, Source>()

  constructor(options: SourcesOptions) {
    this.#options = options
  }

  /** Begins to read: the socket is bound, so that a connector is not kept waiting by what lies in the files. */
  start(): void {
    const { configuration, listenerFolder: folder, clock, log } = this.#options
    const selected = selector(configuration.selection)
    const hosts = () => listenerHosts(configuration.sources)
    const listenerCertificate = new ListenerCertificate({ folder, hosts, clock, log })
    for (const config of configuration.sources) {
      const stream = this.#stream(config.name)
      this.#sources.set(config.name, startSource(config, { ...this.#options, stream, selected, listenerCertificate }))
    }
  }

  /** Every source that ends has ended. */
  get finished(): boolean {
    for (const source of this.#sources.values()) if (source.once && !source.finished) return false
    return this.#sources.size > 0 || this.#options.configuration.sources.length === 0
  }

  status(): SourceStatus[] {
    return [...this.#sources.values()].map((source) => source.status())
  }

  priorityOf(name: string): number {
    return this.#sources.get(name)?.priority ?? 0
  }

  /** The live stream of a source is too far behind (delivery C7). One that is read once has nothing newer to give. */
  behind(name: string): void {
    const source = this.#sources.get(name)
    if (source?.once === false) source.behind()
  }

  /**
   * A stream was refused (delivery J2). The newest of its source is read again where it can be; of an older one, whose
   * lines newer streams have passed, what was not acknowledged is declared lost.
   */
  refused(stream: SpoolStream, end: StreamEnd, mark: SourceMark | undefined): void {
    const { spool, clock } = this.#options
    const source = this.#sources.get(stream.source)
    const now = spool.streams.source(stream.source)
    const isNewest = stream.state === 'live' || now?.last.stream === stream.stream
    const count = stream.head.sequence - end.sequence
    spool.streams.refuse(end, clock.now())
    if (source !== undefined && isNewest) source.refused(end, mark, count)
    else if (source !== undefined) source.declareRefused(count)
    else if (now !== undefined) {
      const orphan = this.#stream(stream.source)
      const at = clock.now()
      const { position, format } = now
      orphan.write({ kind: 'loss', cause: 'stream.refused', count, from: at, to: at, position }, format, [])
      orphan.end('start')
    }
    spool.rollSoon()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#sources.values()].map((source) => source[Symbol.asyncDispose]()))
  }

  #stream(source: string): SourceStream {
    const { spool, configuration, program } = this.#options
    return new SourceStream({ spool, source, device: configuration.device, version: program })
  }
}
