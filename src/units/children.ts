// Starts the three processes as supervised children, with their output in the data folder.
import { openSync } from 'node:fs'
import { extname, join } from 'node:path'
import { isCode } from '../core/codes.ts'
import { Fault } from '../core/fault.ts'
import type { Supervisor } from '../device/pmtool/supervisor.ts'
import { parseAddress } from '../platform/address.ts'
import { type ChildOptions, isFailure, type SupervisedChild, superviseChild } from '../platform/supervised-child.ts'
import type { ServiceId } from '../wire/services/messages.ts'
import type { DeviceUnitInfo, DeviceUnitOptions } from './device.ts'
import type { ExchangeInfo, ExchangeOptions } from './exchange.ts'

const script = join(import.meta.dirname, `unit.process${extname(import.meta.filename)}`)

export type Deaths = (title: string, how: string) => void

/** How a child is watched: who hears of it, and whether it is to run at all. */
export type Watch = { readonly logs: string; readonly onDeath: Deaths } & Partial<
  Pick<ChildOptions, 'off' | 'onChange'>
>

/** @returns what is run for a child, for people */
export function commandOf(title: string): string {
  return `${process.execPath} ${script} ${title}`
}

/** Starts the exchange; started again it takes the ports it had. */
export async function exchangeChild(options: ExchangeOptions, watch: Watch): Promise<SupervisedChild> {
  const again = (before: unknown): ExchangeOptions => {
    if (before === undefined) return options
    const { console: url, devices } = before as ExchangeInfo
    return {
      ...options,
      console: parseAddress(new URL(url).host),
      devices: parseAddress(devices),
    }
  }
  return await child('exchange', again, watch)
}

/** Starts the device's two processes under their supervisor. @returns the connector */
export async function takeDevice(
  supervisor: Supervisor,
  options: DeviceUnitOptions,
  watch: Watch,
): Promise<SupervisedChild> {
  const take = (id: ServiceId, title: 'EventHandler' | 'connector') =>
    supervisor.take(id, commandOf(title), (how) => deviceChild(title, options, { ...watch, ...how }))
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
  return await child(title, again, watch)
}

async function child(
  title: string,
  options: (before: unknown) => unknown,
  { logs, ...watch }: Watch,
): Promise<SupervisedChild> {
  const stderr = openSync(join(logs, `${title}.stderr.log`), 'a', 0o600)
  const started = await superviseChild({ title, script, args: [title], options, stderr, ...watch })
  if (isFailure(started))
    throw new Fault(isCode(started.code) ? started.code : 'internal', { what: started.what, remedy: started.remedy })
  return started
}
