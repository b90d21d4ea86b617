// The device's two processes, EventHandler and connector, over one device folder: what reads the network's events never
// holds the network credential (DESIGN "Processes"). Each loads only its own parts, and the process that supervises them
// neither: loaded and unused they would take 20 to 40 MiB in each.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { EventHandlerConfiguration } from '../device/event-handler/configuration.ts'
import { openConnectorLog } from '../device/connector/connector-log.ts'
import { readContext } from '../device/connector/contexts.ts'
import type { Enrolment } from '../device/connector/enrol.ts'
import { propertiesOfEnvironment } from '../device/connector/properties.ts'
import { registrationStanding, type Standing } from '../device/connector/standing.ts'
import { type Proxy, readProxy } from '../device/connector/proxy.ts'
import { type Address, formatAddress } from '../platform/address.ts'
import { Fault } from '../core/fault.ts'
import type { Clock } from '../platform/clock.ts'
import { openLog } from '../platform/log.ts'
import { listenerFolder } from '../wire/local/listener-files.ts'
import { localSocketName } from '../wire/local/messages.ts'
import { type DeviceFolder, deviceFolder } from './data-folder.ts'
import { program } from './program.ts'

export type DeviceUnitOptions = {
  /** The device's folder. */
  readonly folder: string
  readonly local: Address
  /** Wins over connector.properties: where the exchange of the same process tree listens. */
  readonly exchange?: Address
}

export type DeviceUnitInfo = {
  /** `HOST:PORT` of the local API, of the connector alone. */
  readonly local?: string
}

type Unit = AsyncDisposable & { readonly info: DeviceUnitInfo }

/** Longer than all steps to the exchange together; who asked over the channel gives up later. */
const examineWithinMs = 18_000
const spoolBytesMax = 2 * 1024 ** 3

/** Starts EventHandler: sources, packer, spool, local socket. The signal ends the wait for the one before. */
export async function startEventHandlerUnit(
  options: DeviceUnitOptions,
  clock: Clock,
  signal: AbortSignal,
): Promise<Unit> {
  const folder = deviceFolder(options.folder)
  const log = openLog('EventHandler', join(folder.root, 'log', 'event-handler.log'))
  const { startEventHandler } = await import('../device/event-handler/event-handler.ts')
  const { openHopServer } = await import('../device/hop/hop-zeromq.ts')
  const { readConfiguration } = await loadConfiguration()
  const handler = await startEventHandler({
    configuration: readConfiguration(folder.configuration),
    spoolFolder: folder.spool,
    listenerFolder: join(folder.root, listenerFolder),
    socketPath: join(folder.socketFolder, localSocketName),
    bindSocket: ({ path, group }, handlers) => openHopServer(path, log, handlers, clock, group),
    program,
    log,
    clock,
    signal,
  })
  return { info: {}, [Symbol.asyncDispose]: () => handler[Symbol.asyncDispose]() }
}

/** Starts the connector: channel, renewal, local API. */
export async function startConnectorUnit(options: DeviceUnitOptions, clock: Clock): Promise<Unit> {
  const folder = deviceFolder(options.folder)
  const log = openLog('connector', join(folder.root, 'log', 'connector-hop.log'))
  const { startConnector } = await import('../device/connector/connector.ts')
  const { openHopClient } = await import('../device/hop/hop-zeromq.ts')
  const connector = await startConnector({
    program,
    folder: folder.root,
    overrides: overridesOf(process.env, options),
    ...(options.exchange === undefined ? {} : { exchangeHere: fromHere(options.exchange) }),
    local: options.local,
    hopPath: join(folder.socketFolder, localSocketName),
    openHop: (path, handlers) => openHopClient(path, log, handlers, clock),
    doctor: async (status) =>
      await (await import('./doctor.ts')).examineDevice(folder, {
        status,
        clock,
        signal: AbortSignal.timeout(examineWithinMs),
      }),
    clock,
  })
  return {
    info: { local: formatAddress(connector.local) },
    [Symbol.asyncDispose]: () => connector[Symbol.asyncDispose](),
  }
}

/** An exchange of the same process tree is reached without the proxy that leads to the world. */
function overridesOf(
  environment: NodeJS.ProcessEnv,
  { exchange }: DeviceUnitOptions,
): ReturnType<typeof propertiesOfEnvironment> {
  const { proxy, ...rest } = propertiesOfEnvironment(environment)
  return proxy === undefined || exchange !== undefined ? rest : { ...rest, proxy }
}

/** A listener on all interfaces is reached over loopback, whose names stand in every certificate of ours. */
function fromHere({ host, port }: Address): Address {
  return { host: host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host, port }
}

/** @returns the device id of this folder's registration, undefined where it is not enrolled. */
export function enrolledDevice(folder: DeviceFolder): string | undefined {
  return readContext(folder.root)?.clientId
}

/** @returns what the exchange says of this folder's registration */
export async function standingHere(folder: DeviceFolder, signal: AbortSignal): Promise<Standing> {
  return await registrationStanding(folder.root, signal)
}

/** Spends a token for this folder. */
export async function enrolHere(
  folder: DeviceFolder,
  token: string,
  { clock, signal, proxy }: { readonly clock: Clock; readonly signal: AbortSignal; readonly proxy?: string },
): Promise<Enrolment> {
  const { enrol } = await import('../device/connector/enrol.ts')
  await using log = openConnectorLog({ file: join(folder.root, 'log', 'connector.log'), clock })
  const way = proxy === undefined ? {} : { proxy: proxyOf(proxy) }
  return await enrol({ token, folder: folder.root, clock, log, signal, ...way })
}

function proxyOf(text: string): Proxy {
  try {
    return readProxy(text)
  } catch (cause) {
    throw new Fault('input.malformed', {
      what: 'The proxy cannot be read',
      remedy: 'Give http://USER:PASSWORD@HOST:PORT.',
      cause,
    })
  }
}

const packaged: Pick<EventHandlerConfiguration, 'v' | 'selection' | 'spool'> = {
  v: 1,
  selection: 'everything',
  spool: { bytesMax: spoolBytesMax },
}

/** @returns the configuration of before; undefined where there is none. @throws Fault `configuration.invalid` */
export async function configurationOf(folder: DeviceFolder): Promise<EventHandlerConfiguration | undefined> {
  if (!existsSync(folder.configuration)) return undefined
  const { readConfiguration } = await loadConfiguration()
  return readConfiguration(folder.configuration)
}

/** Writes the one file that EventHandler is configured by; what its owner said of other members of it stays. */
export async function configureDevice(
  folder: DeviceFolder,
  { device, sources }: Pick<EventHandlerConfiguration, 'device' | 'sources'>,
): Promise<void> {
  const { writeConfiguration } = await loadConfiguration()
  writeConfiguration(folder.configuration, { ...packaged, ...(await configurationOf(folder)), device, sources })
}

/** @returns the members of a configuration that its owner changed: those that another enrolment keeps */
export function changedByOwner({ selection, spool, socketGroup }: EventHandlerConfiguration): readonly string[] {
  return [
    ...(isDeepStrictEqual(selection, packaged.selection) ? [] : ['selection']),
    ...(isDeepStrictEqual(spool, packaged.spool) ? [] : ['spool']),
    ...(socketGroup === undefined ? [] : ['socketGroup']),
  ]
}

/** Its schemas bring a library of 700 files, which neither the connector nor who supervises a device needs. */
async function loadConfiguration() {
  return await import('../device/event-handler/configuration.ts')
}
