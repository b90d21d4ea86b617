// The demonstration of `up`: four sensors of an enrolled device, each by the way it takes in the field: files of Suricata,
// Snort 3 and Zeek, and a firewall's syslog; and a relay module and
// lists that know the story.
import { join } from 'node:path'
import { beginDemo, demoFiles } from '../demo/demo-sensors.ts'
import { writeDemoLists } from '../demo/demo-lists.ts'
import { startDemoRelay } from '../demo/demo-relay.ts'
import { story } from '../demo/story.ts'
import type { SourceConfig } from '../device/event-handler/source-config.ts'
import type { Clock } from '../platform/clock.ts'
import type { ModuleList, ModuleRecord } from '../wire/api/modules.ts'
import type { DataFolder } from './data-folder.ts'
import type { OwnerClient } from './owner-client.ts'
import type { Site } from './site.ts'

const seed = 4711
const firewall = 'firepower'
const relayName = 'Demonstration intelligence'

export type Demonstration = {
  readonly sources: SourceConfig[]
  /** What to look for. */
  readonly story: { readonly address: string }
  /** Starts its module and makes it known; ready when it can be asked. Disposing ends it. */
  startModule(owner: OwnerClient): Promise<AsyncDisposable>
  /** Goes on until the signal aborts. */
  play(site: Pick<Site, 'deviceStatus'>, signal: AbortSignal): Promise<void>
}

/** Writes the hour before now, and the lists. */
export async function beginDemonstration(
  { demo: folder, lists }: Pick<DataFolder, 'demo' | 'lists'>,
  clock: Clock,
): Promise<Demonstration> {
  await writeDemoLists(lists)
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
    startModule: (owner) => startModule(owner, clock),
    play: (site, signal) => demo.play(() => syslogPort(site), signal),
  }
}

/** It has another port and token at each start: the one of before goes. */
async function startModule(owner: OwnerClient, clock: Clock): Promise<AsyncDisposable> {
  await using up = new AsyncDisposableStack()
  const relay = up.use(await startDemoRelay(clock))
  const { modules } = await owner.get<ModuleList>('modules')
  for (const { id, name } of modules) if (name === relayName) await owner.delete(`modules/${encodeURIComponent(id)}`)
  await owner.post<ModuleRecord>('modules', {
    type: 'relay',
    name: relayName,
    settings: {
      url: relay.url,
      'auth-type': 'bearer',
      token: relay.token,
      'supported-apis': 'health,deliberate/observables,observe/observables,refer/observables',
    },
  })
  return up.move()
}

/** Asked each time: a listener that was started again has another. */
async function syslogPort(site: Pick<Site, 'deviceStatus'>): Promise<number | undefined> {
  const status = await site.deviceStatus()
  const input = status?.eventHandler?.sources.find(({ name }) => name === firewall)?.input ?? ''
  const port = Number(/:(\d+)$/.exec(input)?.[1] ?? 0)
  return port > 0 ? port : undefined
}
