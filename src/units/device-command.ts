// `sallyport device run` and `device enrol`: the device of this machine, in the foreground.
import { basename, resolve } from 'node:path'
import type { DeviceRequest, Enrolled, EnrolRequest } from '../cli/ports.ts'
import { Fault } from '../core/fault.ts'
import { openSupervisor } from '../device/pmtool/supervisor.ts'
import type { RoleUrls } from '../wire/registration/clients.ts'
import { formatAddress } from '../platform/address.ts'
import { readContext } from '../device/connector/contexts.ts'
import { systemClock } from '../platform/clock.ts'
import { takeDevice } from './children.ts'
import { dataFolder, openDataFolder } from './data-folder.ts'
import { configureDevice, configuredSources, type DeviceUnitInfo, enrolHere, enrolledDevice } from './device.ts'

/** Runs EventHandler and connector. @throws Fault `context.missing` where the device is not enrolled */
export async function runDevice(
  request: DeviceRequest,
): Promise<AsyncDisposable & { readonly local: string; readonly device: string }> {
  const folder = openDataFolder(request.data)
  const device = enrolledDevice(folder.device)
  if (device === undefined) throw new Fault('context.missing', { what: `${folder.device.root} holds no registration` })
  await using up = new AsyncDisposableStack()
  const options = { folder: folder.device.root, local: request.local }
  const supervisor = up.use(await openSupervisor(folder.device.root, folder.supervisorSocket))
  const connector = await takeDevice(supervisor, options, { logs: folder.logs, onDeath: request.onDeath })
  const parts = up.move()
  return {
    device,
    local: (connector.info() as DeviceUnitInfo | undefined)?.local ?? formatAddress(request.local),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  }
}

/** Enrols this machine and writes EventHandler's configuration; without sources those of before stay. */
export async function enrolWithSources({ token, dataFolder, sources, signal }: EnrolRequest): Promise<Enrolled> {
  const folder = openDataFolder(dataFolder)
  const enrolment = await enrolHere(folder.device, token, { clock: systemClock, signal })
  const named = sources.map((path) => ({ name: basename(path), path: resolve(path), format: 'auto' as const }))
  configureDevice(folder.device, {
    device: enrolment.device,
    sources: named.length > 0 ? named : configuredSources(folder.device),
  })
  return {
    v: 1,
    device: enrolment.device,
    organisation: enrolment.organisation,
    exchange: formatAddress(enrolment.exchange),
    certificateNotAfter: enrolment.notAfter,
  }
}

/** @returns by which URLs the device of a data folder reaches its exchange; undefined where it is not enrolled. */
export function deviceRoles(data: string): RoleUrls | undefined {
  return readContext(dataFolder(data).device.root)?.roles
}
