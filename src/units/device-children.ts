// The device's two processes as children under their supervisor.
import { extname, join } from 'node:path'
import type { Supervisor } from '../device/pmtool/supervisor.ts'
import { parseAddress } from '../platform/address.ts'
import type { SupervisedChild } from '../platform/supervised-child.ts'
import type { ServiceId } from '../wire/services/messages.ts'
import { commandOf, startChild, type Watch } from './child.ts'
import type { DeviceUnitInfo, DeviceUnitOptions } from './device.ts'

const script = join(import.meta.dirname, `device.process${extname(import.meta.filename)}`)

/** Starts the device's two processes under their supervisor. @returns the connector */
export async function takeDevice(
  supervisor: Supervisor,
  options: DeviceUnitOptions,
  watch: Watch,
): Promise<SupervisedChild> {
  const take = (id: ServiceId, title: 'EventHandler' | 'connector') =>
    supervisor.take(id, commandOf({ title, script }), (how) => deviceChild(title, options, { ...watch, ...how }))
  await take('EventHandler', 'EventHandler')
  return await take('SSEConnector', 'connector')
}

async function deviceChild(
  title: 'EventHandler' | 'connector',
  options: DeviceUnitOptions,
  watch: Watch,
): Promise<SupervisedChild> {
  const again = (before: unknown): DeviceUnitOptions => {
    const local = (before as DeviceUnitInfo | undefined)?.local
    return local === undefined ? options : { ...options, local: parseAddress(local) }
  }
  return await startChild({ title, script, options: again }, watch)
}
