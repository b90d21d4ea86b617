// A device folder for this part's tests: EventHandler on it, started and stopped as often as wanted, over one journal.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock } from '../../platform/clock.ts'
import { openLog } from '../../platform/log.ts'
import { listenerFolder } from '../../wire/local/listener-files.ts'
import { openHopServer } from '../hop/hop-zeromq.ts'
import type { EventHandlerConfiguration } from './configuration.ts'
import { type EventHandler, startEventHandler } from './event-handler.ts'
import type { FileSourceConfig } from './source-config.ts'
import { TestExchange, type TestExchangeOptions, TestJournal } from './exchange-fixture.ts'

export const testLog = openLog('test', process.env['TEST_LOG'] ?? '/dev/null')

export type Source = Partial<FileSourceConfig>

/** A line of Suricata, distinct by its number. */
export function eve(number: number, type = 'dns'): string {
  return `{"timestamp":"2026-11-24T10:00:00.000000+0000","event_type":"${type}","src_ip":"192.0.2.${number % 250}","dest_ip":"198.51.100.7","proto":"UDP","n":${number}}`
}

export function eves(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => eve(from + index))
}

export function text(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}

/** One device's folder with the journal of its exchange. */
export class TestDevice implements AsyncDisposable {
  readonly folder: string
  readonly file: string
  readonly socket: string
  readonly spool: string
  journal = new TestJournal()

  static async make(): Promise<TestDevice> {
    return new TestDevice(await mkdtemp(join(tmpdir(), 'eh-')))
  }

  constructor(folder: string) {
    this.folder = folder
    this.file = join(folder, 'eve.json')
    this.socket = join(folder, 'run.sock')
    this.spool = join(folder, 'spool')
  }

  configuration(source: Source = {}, more: Partial<EventHandlerConfiguration> = {}): EventHandlerConfiguration {
    return {
      v: 1,
      device: 'test',
      sources: [{ name: 'eve', path: this.file, format: 'suricata/eve', ...source }],
      selection: 'everything',
      spool: { bytesMax: 256 * 1024 * 1024 },
      ...more,
    }
  }

  start(
    source: Source = {},
    more: Partial<EventHandlerConfiguration> = {},
    clock: Clock = systemClock,
  ): Promise<EventHandler> {
    return startEventHandler({
      configuration: this.configuration(source, more),
      spoolFolder: this.spool,
      listenerFolder: join(this.folder, listenerFolder),
      socketPath: this.socket,
      bindSocket: ({ path, group }, handlers) => openHopServer(path, testLog, handlers, undefined, group),
      program: 'sallyport/test',
      log: testLog,
      clock,
      quietMs: 300,
    })
  }

  exchange(options: TestExchangeOptions = {}): Promise<TestExchange> {
    return TestExchange.open(this.socket, this.journal, options)
  }

  /** Reads a file once to its end and gives everything to the journal. */
  async drain(source: Source = {}, more: Partial<EventHandlerConfiguration> = {}): Promise<EventHandler> {
    await using handler = await this.start({ once: true, ...source }, more)
    await using _ = await this.exchange()
    await handler.drained
    return handler
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true })
  }
}
