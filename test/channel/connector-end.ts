// A device's end of the channel for tests: the real channel over a spooled device in memory.
import { X509Certificate } from 'node:crypto'
import { systemClock } from '../../src/platform/clock.ts'
import { type Channel, startChannel } from '../../src/device/connector/channel.ts'
import { type ChannelLimits, channelLimits } from '../../src/device/connector/channel-pulse.ts'
import type { DoctorReport } from '../../src/wire/doctor.ts'
import type { Status } from '../../src/wire/status.ts'
import type { Pair } from './authority.ts'
import type { SpooledDevice } from './spooled-device.ts'

export type ConnectorEnd = AsyncDisposable & {
  readonly channel: Channel
  readonly lines: string[]
  journal: string | undefined
}

export const quickLimits: ChannelLimits = { ...channelLimits, tickMs: 10, statusSoonMs: 10, checkpointEveryMs: 30 }

export async function startConnectorEnd(options: {
  readonly port: number
  readonly ca: string
  readonly device: string
  readonly pair: Pair
  readonly spool: SpooledDevice
  readonly limits?: ChannelLimits
  /** Share of the back-off that is waited. */
  readonly random?: () => number
}): Promise<ConnectorEnd> {
  const lines: string[] = []
  const { port, ca, device, pair, spool } = options
  const certificate = new X509Certificate(pair.certificate)
  const end: { journal: string | undefined } = { journal: undefined }
  const identity = {
    generation: 1,
    key: pair.key,
    certificate: pair.certificate,
    serial: certificate.serialNumber,
    notBefore: 0,
    notAfter: certificate.validToDate.getTime(),
  }
  let send: (message: Parameters<Awaited<ReturnType<typeof spool.openHop>>['send']>[0]) => boolean = () => false
  const channel: Channel = startChannel({
    program: 'test',
    clock: systemClock,
    log: { write: (level, place, text) => void lines.push(`${level} ${place}] ${text}`) },
    limits: options.limits ?? quickLimits,
    random: options.random ?? (() => 0.005),
    toEventHandler: (message) => void send(message),
    registration: {
      device,
      target: () => ({ host: '127.0.0.1', port }),
      anchors: () => ca,
      identities: () => [identity],
      mark: () => '1',
      get journal() {
        return end.journal
      },
      lastAddress: undefined,
      journalSeen: (journal) => {
        end.journal = journal
      },
      reached: () => undefined,
      accepted: () => undefined,
      refresh: async () => undefined,
    },
    status: () => statusOf(device, channel),
    doctor: () => Promise.resolve(reportOf(device)),
  })
  const hop = await spool.openHop('memory', channel.hopHandlers)
  send = (message) => hop.send(message)
  return {
    channel,
    lines,
    get journal() {
      return end.journal
    },
    set journal(value) {
      end.journal = value
    },
    [Symbol.asyncDispose]: async () => await channel[Symbol.asyncDispose](),
  }
}

function statusOf(device: string, channel: Channel): Status {
  return {
    v: 1,
    program: 'test',
    device,
    at: systemClock.now(),
    enrolled: true,
    channel: channel.status,
    configurationHash: '',
    ...(channel.eventHandler === undefined ? {} : { eventHandler: channel.eventHandler }),
  }
}

/** What a doctor would answer who finds nothing. */
export function reportOf(device: string): DoctorReport {
  const verdict = { verdict: 'flowing', sentence: 'events are flowing', start: null } as const
  return { v: 1, device, program: 'test', from: 'device', at: 0, durationMs: 0, ...verdict, checks: [] }
}
