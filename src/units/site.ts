// A whole site in one process tree: exchange, EventHandler and connector as supervised children on one data folder.
// `up` and `open` are this with other sources (DESIGN "Processes"); the road and the folder are those of production.
import { hostname } from 'node:os'
import type { ServerOptions } from '../cli/server-options.ts'
import type { EventHandlerConfiguration } from '../device/event-handler/configuration.ts'
import { openSupervisor } from '../device/pmtool/supervisor.ts'
import { type Address, formatAddress, parseAddress } from '../platform/address.ts'
import { systemClock } from '../platform/clock.ts'
import type { TokenRecord } from '../wire/api/fleet.ts'
import type { ServiceId } from '../wire/services/messages.ts'
import type { Status } from '../wire/status.ts'
import { commandOf, type Deaths } from './child.ts'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { configureDevice, type DeviceUnitInfo, enrolHere, enrolledDevice } from './device.ts'
import { takeDevice } from './device-children.ts'
import type { ExchangeInfo } from './exchange.ts'
import { exchangeChild, exchangeProcess } from './exchange-child.ts'
import { keyFile } from './key-file.ts'
import { askLocalStatus } from './local-status.ts'
import { type OwnerClient, ownerClient, patientClient } from './owner-client.ts'

export type SiteOptions = ServerOptions & {
  readonly data: string
  readonly local: Address
  readonly consoleFolder: string
  readonly sources: EventHandlerConfiguration['sources']
  /** Services that run whatever pmtool said before: without them the command makes no sense. */
  readonly enable: readonly ServiceId[]
  readonly onDeath: Deaths
  readonly signal: AbortSignal
}

export type Site = AsyncDisposable & {
  readonly folder: DataFolder
  readonly device: string
  /** Waits where the exchange is being started again. */
  readonly owner: OwnerClient
  exchange(): ExchangeInfo
  /** What the device says of itself, over its local API; undefined while it does not answer. */
  deviceStatus(): Promise<Status | undefined>
  readonly localApi: string
}

/** Starts the site; ready when the device's processes run. A failed step ends the earlier ones. */
export async function startSite(options: SiteOptions): Promise<Site> {
  const folder = openDataFolder(options.data)
  await using up = new AsyncDisposableStack()
  const watch = { logs: folder.logs, onDeath: options.onDeath }
  const supervisor = up.use(await openSupervisor(folder.device.root, folder.supervisorSocket))
  for (const id of options.enable) supervisor.enableBefore(id)
  const exchange = await supervisor.take('Exchange', commandOf(exchangeProcess), (how) =>
    exchangeChild(options, { ...watch, ...how }),
  )
  const info = () => exchange.info() as ExchangeInfo
  const owner = patientClient(
    ownerClient(() => info().console, keyFile(folder.ownerKey)),
    options.signal,
  )
  const device = enrolledDevice(folder.device) ?? (await enrolAtOwn(owner, folder, options.signal))
  await configureDevice(folder.device, { device, sources: options.sources })
  const unit = {
    folder: folder.device.root,
    local: options.local,
    exchange: parseAddress(info().devices),
  }
  const connector = await takeDevice(supervisor, unit, watch)
  const localApi = () =>
    `http://${(connector.info() as DeviceUnitInfo | undefined)?.local ?? formatAddress(options.local)}`
  const parts = up.move()
  return {
    folder,
    device,
    owner,
    exchange: info,
    localApi: localApi(),
    deviceStatus: async () => await askLocalStatus(localApi()),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

async function enrolAtOwn(owner: OwnerClient, folder: DataFolder, signal: AbortSignal): Promise<string> {
  const { token } = await owner.post<TokenRecord>('tokens', { name: hostname() })
  return (await enrolHere(folder.device, token, { clock: systemClock, signal })).device
}
