// The connector (the original's SSEConnector), composed: log, local API, registration, channel, way to EventHandler,
// renewal. Keeps no event on disk (delivery H2); starts also before the device is enrolled, and waits.
import { createHash, randomInt } from 'node:crypto'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { deviceStates } from '../../core/device-state.ts'
import { Fault } from '../../core/fault.ts'
import type { Clock } from '../../platform/clock.ts'
import { type Address, formatAddress } from '../../platform/address.ts'
import { renewAt } from '../../platform/renew-at.ts'
import { writeDurably } from '../../platform/write-durably.ts'
import { type ConnectorEndpoint, connectorEndpointFile } from '../../wire/local/endpoint.ts'
import type { Status } from '../../wire/status.ts'
import { type Channel, startChannel } from './channel.ts'
import { type ChannelLimits, channelLimits } from './channel-pulse.ts'
import { openConnectorLog } from './connector-log.ts'
import { type ConnectorDoctor, shareDoctor } from './doctor-port.ts'
import { hostHeader } from './est-client.ts'
import type { Hop, OpenHop } from './hop-port.ts'
import type { Identity } from './identity.ts'
import { openProperties } from './kept-properties.ts'
import { startListenerCertificates } from './listener-certificates.ts'
import { type LocalContext, startLocalApi } from './local-api.ts'
import { exchangeOf, type Properties } from './properties.ts'
import { type OpenRegistration, openRegistration } from './registration.ts'
import { startRenewal } from './renew.ts'
import { everyMinuteDetached, refreshAgain } from './connector-loops.ts'

export type ConnectorOptions = {
  /** Program and version, for hello and status. */
  readonly program: string
  /** The device's folder. */
  readonly folder: string
  /** What an option or SALLYPORT_… says over connector.properties. */
  readonly overrides?: Partial<Properties>
  /** Where the registration is asked, of an exchange in the same process tree: the file need not know its port. */
  readonly exchangeHere?: Properties['connectorFqdn']
  /** Where the local API listens; by default loopback and `connector_port`. */
  readonly local?: Address
  /** Path of EventHandler's socket. */
  readonly hopPath: string
  readonly openHop: OpenHop
  /** Looks for what is in the way of events, with what the connector says of itself. */
  readonly doctor: ConnectorDoctor
  readonly clock: Clock
  readonly limits?: Partial<ChannelLimits>
  /** For tests: when an identity is due. */
  readonly renewAt?: (identity: Identity) => number
}

export type Connector = AsyncDisposable & {
  /** Where the local API listens. */
  readonly local: Address
  status(): Status
}

export const connectorLogFile = 'log/connector.log'
const loopback = '127.0.0.1'
const localPortDefault = 8989

/**
 * Ready when the local API listens. Not being enrolled, no EventHandler and no exchange are states, not failures.
 * @throws Fault properties.invalid, port.inuse
 */
export async function startConnector(options: ConnectorOptions): Promise<Connector> {
  const { folder, clock, program } = options
  mkdirSync(join(folder, 'run'), { recursive: true, mode: 0o700 })
  await using up = new AsyncDisposableStack()
  const log = up.use(openConnectorLog({ file: join(folder, connectorLogFile), clock }))
  const properties = openProperties(folder, options, log)
  const registration = openRegistration(folder, properties, log)
  const dueAt = options.renewAt ?? renewAt

  const status = (): Status =>
    statusOf({ program, registration, channel, properties: properties.current(), dueAt, clock })
  const doctor = shareDoctor(options.doctor, status)
  // The channel comes first: the hop may speak as soon as it is open.
  const way: { hop: Hop | undefined } = { hop: undefined }
  const channel: Channel = up.use(
    startChannel({
      program,
      clock,
      log,
      limits: { ...channelLimits, ...options.limits },
      random: () => randomInt(2 ** 32) / 2 ** 32,
      toEventHandler: (message) => void way.hop?.send(message),
      registration,
      status,
      doctor,
    }),
  )
  way.hop = up.use(await options.openHop(options.hopPath, channel.hopHandlers))
  // Ends before the hop does, so that EventHandler hears of it; a second end does nothing.
  up.defer(() => channel[Symbol.asyncDispose]())
  up.use(everyMinuteDetached({ channel, path: options.hopPath, clock, log }))
  up.use(
    refreshAgain({ registration, channel, intervalS: () => properties.current()?.registrationInterval ?? 180, clock }),
  )
  const standing = () => renewalContext(registration, properties.current())
  up.use(startRenewal({ folder, clock, log, registration: standing, dueAt, renewed: () => channel.wake() }))
  up.use(startListenerCertificates({ folder, clock, log, registration: standing, channel: () => channel.status }))
  const local = up.use(
    await startLocalApi({
      listen: options.local ?? { host: loopback, port: properties.current()?.connectorPort ?? localPortDefault },
      context: () => contextOf(registration, properties.current()),
      status: () => {
        const now = status()
        return { ...now, states: statesOf(now) }
      },
      doctor,
    }),
  )
  up.use(sayWhere(options, local.address, properties.current()?.proxy))
  const parts = up.move()
  return { local: local.address, status, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}

/** Tells the tools of this machine where the connector is to be asked. */
function sayWhere({ folder, overrides }: ConnectorOptions, local: Address, proxy: Properties['proxy']): Disposable {
  const file = join(folder, connectorEndpointFile)
  const over = overrides?.connectorFqdn
  const endpoint: ConnectorEndpoint = {
    v: 1,
    pid: process.pid,
    local: hostHeader(local),
    exchange: over === undefined ? '' : hostHeader(over),
    proxy: proxy === undefined ? '' : formatAddress(proxy),
  }
  writeDurably(file, `${JSON.stringify(endpoint)}\n`)
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) }
}

/** The same function as at the exchange, of what the device itself sees. */
function statesOf(status: Status) {
  const { enrolled, channel, at } = status
  const connected = channel.state === 'connected'
  return deviceStates({ enrolled, connected, status, heardAt: at, lastAckAt: channel.lastAckAt, now: at })
}

function statusOf(from: {
  program: string
  registration: OpenRegistration
  channel: Channel
  properties: Properties | undefined
  dueAt: (identity: Identity) => number
  clock: Clock
}): Status {
  const { program, registration, channel, clock } = from
  const [identity] = identitiesOf(registration)
  return {
    v: 1,
    program,
    device: registration.device ?? '',
    at: clock.now(),
    ...(channel.clockOffsetMs === undefined ? {} : { clockOffsetMs: channel.clockOffsetMs }),
    enrolled: registration.device !== undefined,
    channel: channel.status,
    ...(identity === undefined
      ? {}
      : { certificate: { serial: identity.serial, notAfter: identity.notAfter, renewAt: from.dueAt(identity) } }),
    ...(channel.eventHandler === undefined ? {} : { eventHandler: channel.eventHandler }),
    configurationHash: createHash('sha256')
      .update(JSON.stringify(publicOf(from.properties)))
      .digest('hex'),
  }
}

/** Without the proxy's password: a hash of few unknown characters gives them away. */
function publicOf(properties: Properties | undefined): unknown {
  if (properties === undefined) return null
  const { proxy, ...rest } = properties
  return proxy === undefined ? rest : { ...rest, proxy: `${proxy.host}:${proxy.port}` }
}

/** A key that others can read is told by the channel; the status still speaks. */
function identitiesOf(registration: OpenRegistration): readonly Identity[] {
  try {
    return registration.identities()
  } catch (error) {
    if (error instanceof Fault) return []
    throw error
  }
}

function contextOf(registration: OpenRegistration, properties: Properties | undefined): LocalContext | undefined {
  const { context } = registration
  if (context === undefined || properties === undefined) return undefined
  const { clientId, organisation, roles, enrolledAt } = context
  return {
    name: 'default',
    clientId,
    organisation,
    roles,
    enrolledAt,
    exchange: {
      fqdn: properties.connectorFqdn.host,
      registration: { refreshInterval: properties.registrationInterval },
    },
  }
}

function renewalContext(registration: OpenRegistration, properties: Properties | undefined) {
  const [identity] = registration.identities()
  const { context } = registration
  if (identity === undefined || context === undefined || properties === undefined) return undefined
  return {
    identity,
    target: exchangeOf(properties),
    organisation: context.organisation,
    device: context.clientId,
    anchors: registration.anchors(),
  }
}
