// The exchange process, composed in the order of the picture in DESIGN "The road of an event":
// devices' listener → channel end → ingest → journal → readers → threat response → API.
import { rmSync } from 'node:fs'
import type { ServerOptions } from '../cli/server-options.ts'
import { organisationId } from '../core/ids.ts'
import { type Address, formatAddress } from '../platform/address.ts'
import type { Clock } from '../platform/clock.ts'
import { type Log, openLog } from '../platform/log.ts'
import { startTicksOf } from '../platform/process-lock.ts'
import { openState } from '../platform/sqlite.ts'
import { writeDurably } from '../platform/write-durably.ts'
import { startApi } from '../server/api/api.ts'
import { openMetrics } from '../server/api/metrics.ts'
import { openChannelEnd } from '../server/fleet/channel-end.ts'
import { startDeviceListener } from '../server/fleet/device-listener.ts'
import { storageFault } from '../server/fleet/storage-fault.ts'
import { defaultOrganisation, openFleet } from '../server/fleet/fleet.ts'
import { openAdmission } from '../server/ingest/admission.ts'
import { openJournal } from '../server/journal/journal.ts'
import { startInvestigations } from '../threat-response/investigate/investigations.ts'
import type { Endpoint } from '../wire/endpoint.ts'
import { apiPorts } from './api-ports.ts'
import { openDataFolder } from './data-folder.ts'
import { keyFile } from './key-file.ts'
import { livePorts } from './live-ports.ts'
import { lockFolder } from './lock-folder.ts'
import { modulesOf } from './modules-of-folder.ts'
import { meteredPresence, meteredStore } from './metered.ts'
import { presenceInRegistry } from './presence.ts'
import { program } from './program.ts'
import { regionOf } from './region-of.ts'

export type ExchangeOptions = ServerOptions & {
  readonly data: string
  /** Folder of the built console; undefined = none yet. */
  readonly consoleFolder?: string
}

export type ExchangeInfo = { readonly console: string; readonly devices: string }

/** Devices come back so long after a stop, or up to twice that: a restart takes about a second. */
const comeBackMs = 2_000

/** Starts everything of the exchange; ready when both listeners listen. Disposing ends it in reverse. */
export async function startExchange(
  options: ExchangeOptions,
  clock: Clock,
): Promise<AsyncDisposable & { readonly info: ExchangeInfo }> {
  const folder = openDataFolder(options.data)
  const log = openLog('exchange', `${folder.logs}/exchange.log`)
  await using up = new AsyncDisposableStack()
  up.use(await lockFolder(folder, clock))

  const broke = (fault: unknown) => endsWithItsThread(fault, log)
  const state = up.use(
    await openState(folder.state, (failure) => broke(storageFault(failure))).catch((error: unknown) => {
      throw storageFault(error)
    }),
  )
  const { name: names, retentionDays, retentionBytes } = options
  const kept = { retentionDays, ...(retentionBytes === undefined ? {} : { retentionBytes }) }
  const fleet = up.use(await openFleet({ db: state.db, folder: folder.authority, names, clock, log }))
  const journal = up.use(await openJournal({ folder: folder.journal, clock, log, ...kept, broke }))
  const metrics = openMetrics()
  const store = meteredStore(journal.store, metrics, clock)
  const admission = up.use(openAdmission({ store, clock, log, unindexedBlocks: () => journal.unindexedBlocks() }))
  const presence = meteredPresence(presenceInRegistry(fleet.registry, log), metrics)
  const channel = up.use(openChannelEnd({ intake: admission, presence, program, clock, log, random: Math.random }))
  const roles = (bound: Address) => regionOf(names, bound).roles
  const listener = up.use(await startDeviceListener({ ...fleet, listen: options.devices, channel, roles, clock, log }))
  const bound = listener.address
  const report = (error: unknown) => log.error({ err: error }, 'an investigation or a module broke')
  const jwksHost = () => new URL(api.url).host
  const modules = await modulesOf(folder, { db: state.db, events: journal, clock, jwksHost, report })
  const investigations = up.use(startInvestigations({ modules, clock, report }))
  const api = up.use(
    await startApi({
      ports: {
        ...apiPorts({ fleet, journal, investigations, modules, names, bound, startedAt: clock.now() }),
        ...livePorts({ journal, fleet, listener, channel, clock }),
      },
      metrics,
      ownerKey: keyFile(folder.ownerKey),
      organisation: organisationId(defaultOrganisation),
      consoleFolder: options.consoleFolder,
      listen: options.console,
      tls: fleet.authority.server.credentials,
      clock,
      log,
    }),
  )
  up.use(fleet.authority.server.onRenewal(() => api.renew(fleet.authority.server.credentials)))
  const endpoint: Endpoint = {
    v: 1,
    pid: process.pid,
    startTicks: startTicksOf(process.pid) ?? 0,
    console: api.url,
    devices: formatAddress(bound),
  }
  writeDurably(folder.endpoint, `${JSON.stringify(endpoint)}\n`)
  up.defer(() => rmSync(folder.endpoint, { force: true }))
  // First of all: devices hear their last acks and when to come back, while everything still runs (delivery C12).
  up.defer(() => channel.drain(comeBackMs))
  const parts = up.move()
  return {
    info: { console: api.url, devices: endpoint.devices },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

/**
 * A thread that has ended by itself answers nothing any more: thrown out of every call, this ends the process, and its
 * supervisor starts a whole one. What was acknowledged is synced (delivery J1), so no order needs keeping.
 */
function endsWithItsThread(fault: unknown, log: Log): never {
  log.fatal({ err: fault }, 'the exchange ends because one of its threads did; it is started again')
  throw fault
}
