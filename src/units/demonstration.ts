// The demonstration of `up`: four sensors of an enrolled device, each by the way it takes in the field: files of Suricata,
// Snort 3 and Zeek, and a firewall's syslog.
import { join } from 'node:path'
import { beginDemo, demoFiles } from '../demo/demo-sensors.ts'
import { story } from '../demo/story.ts'
import type { SourceConfig } from '../device/event-handler/source-config.ts'
import type { Clock } from '../platform/clock.ts'
import type { Site } from './site.ts'

const seed = 4711
const firewall = 'firepower'

export type Demonstration = {
  readonly sources: SourceConfig[]
  /** What to look for. */
  readonly story: { readonly address: string }
  /** Goes on until the signal aborts. */
  play(site: Pick<Site, 'deviceStatus'>, signal: AbortSignal): Promise<void>
}

/** Writes the hour before now below `folder`. */
export async function beginDemonstration(folder: string, clock: Clock): Promise<Demonstration> {
  const demo = await beginDemo({ folder, seed, clock })
  const files = [
    ['suricata', demoFiles.eve],
    ['snort', demoFiles.snort],
    ['zeek-conn', demoFiles.zeekConn],
    ['zeek-dns', demoFiles.zeekDns],
  ] as const
  return {
    sources: [
      ...files.map(([name, path]) => ({ name, path: join(folder, path), format: 'auto' as const })),
      {
        name: firewall,
        kind: 'syslog',
        transport: 'udp',
        format: 'cisco/syslog',
        address: '127.0.0.1',
        port: 0,
      },
    ],
    story: { address: story.server },
    play: (site, signal) => demo.play(() => syslogPort(site), signal),
  }
}

/** Asked each time: a listener that was started again has another. */
async function syslogPort(site: Pick<Site, 'deviceStatus'>): Promise<number | undefined> {
  const status = await site.deviceStatus()
  const input = status?.eventHandler?.sources.find(({ name }) => name === firewall)?.input ?? ''
  const port = Number(/:(\d+)$/.exec(input)?.[1] ?? 0)
  return port > 0 ? port : undefined
}
