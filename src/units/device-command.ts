// `sallyport device run` and `device enrol`: the device of this machine, in the foreground.
import type { DeviceRequest, Enrolled, EnrolRequest, Registration, RunningDevice } from '../cli/ports.ts'
import { Fault } from '../core/fault.ts'
import { openSupervisor } from '../device/pmtool/supervisor.ts'
import type { RoleUrls } from '../wire/registration/clients.ts'
import { formatAddress } from '../platform/address.ts'
import { readContext } from '../device/connector/contexts.ts'
import { systemClock } from '../platform/clock.ts'
import { takeDevice } from './device-children.ts'
import { dataFolder, openDataFolder } from './data-folder.ts'
import {
  configureDevice,
  changedByOwner,
  configurationOf,
  type DeviceUnitInfo,
  enrolHere,
  enrolledDevice,
  standingHere,
} from './device.ts'
import { firstAcknowledged, whyNoEvent } from './first-event.ts'
import { askLocalStatus } from './local-status.ts'

/** Runs EventHandler and connector. @throws Fault `context.missing` where the device is not enrolled */
export async function runDevice(request: DeviceRequest): Promise<RunningDevice> {
  const startedAt = systemClock.monotonic()
  const folder = openDataFolder(request.data)
  const device = enrolledDevice(folder.device)
  if (device === undefined) throw new Fault('context.missing', { what: `${folder.device.root} holds no registration` })
  await using up = new AsyncDisposableStack()
  const options = { folder: folder.device.root, local: request.local }
  const supervisor = up.use(await openSupervisor(folder.device.root, folder.supervisorSocket))
  const connector = await takeDevice(supervisor, options, { logs: folder.logs, onDeath: request.onDeath })
  const local = () => (connector.info() as DeviceUnitInfo | undefined)?.local ?? formatAddress(request.local)
  const ask = () => askLocalStatus(`http://${local()}`)
  const parts = up.move()
  return {
    device,
    local: local(),
    firstEvent: firstAcknowledged(ask, startedAt, request.signal),
    whyNone: async () =>
      await whyNoEvent(
        (await import('./doctor.ts')).examineDevice(folder.device, { clock: systemClock, signal: request.signal }),
      ),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

/** What holds of a data folder's registration; nothing is made. */
export async function registrationOf(data: string, signal: AbortSignal): Promise<Registration> {
  const folder = dataFolder(data).device
  const standing = await standingHere(folder, signal)
  if (standing.kind === 'none') return standing
  const sources = (await configurationOf(folder))?.sources ?? []
  if (sources.length === 0) return { ...standing, sources: [] }
  const { inputOf } = await import('../device/event-handler/source-config.ts')
  return { ...standing, sources: sources.map((source) => inputOf(source)) }
}

/** Enrols this machine and writes EventHandler's configuration, of which its owner's members stay; without sources those too. */
export async function enrolWithSources(request: EnrolRequest): Promise<Enrolled> {
  const { token, dataFolder: data, sources, signal, proxy } = request
  const folder = openDataFolder(data)
  // Read before the token is spent: one that cannot be read is mended first.
  const before = await configurationOf(folder.device)
  const keptSources = sources.length === 0 && (before?.sources.length ?? 0) > 0
  const chosen =
    sources.length > 0
      ? (await import('../device/event-handler/source-argument.ts')).parseSources(sources)
      : (before?.sources ?? [])
  const enrolment = await enrolHere(folder.device, token, {
    clock: systemClock,
    signal,
    ...(proxy === undefined ? {} : { proxy }),
  })
  await configureDevice(folder.device, { device: enrolment.device, sources: chosen })
  return {
    v: 1,
    device: enrolment.device,
    organisation: enrolment.organisation,
    exchange: formatAddress(enrolment.exchange),
    certificateNotAfter: enrolment.notAfter,
    configuration: folder.device.configuration,
    kept: [...(keptSources ? ['sources'] : []), ...(before === undefined ? [] : changedByOwner(before))],
  }
}

/** @returns by which URLs the device of a data folder reaches its exchange; undefined where it is not enrolled. */
export function deviceRoles(data: string): RoleUrls | undefined {
  return readContext(dataFolder(data).device.root)?.roles
}
