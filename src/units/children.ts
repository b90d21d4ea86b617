// Starts the three processes as supervised children, with their output in the data folder.
import { openSync } from 'node:fs'
import { extname, join } from 'node:path'
import { isCode } from '../core/codes.ts'
import { Fault } from '../core/fault.ts'
import { isFailure, type SupervisedChild, superviseChild } from '../platform/supervised-child.ts'
import type { DeviceUnitInfo, DeviceUnitOptions } from './device.ts'
import { parseAddress } from './addresses.ts'
import type { ExchangeInfo, ExchangeOptions } from './exchange.ts'

const script = join(import.meta.dirname, `unit.process${extname(import.meta.filename)}`)

export type Deaths = (title: string, how: string) => void

/** Starts the exchange; started again it takes the ports it had. */
export async function exchangeChild(options: ExchangeOptions, logs: string, onDeath: Deaths): Promise<SupervisedChild> {
  const again = (before: unknown): ExchangeOptions => {
    if (before === undefined) return options
    const { console: url, devices } = before as ExchangeInfo
    return {
      ...options,
      console: parseAddress(new URL(url).host, '--console'),
      devices: parseAddress(devices, '--devices'),
    }
  }
  return await child('exchange', again, logs, onDeath)
}

/** Starts one of the device's two processes. */
export async function deviceChild(
  title: 'EventHandler' | 'connector',
  options: DeviceUnitOptions,
  logs: string,
  onDeath: Deaths,
): Promise<SupervisedChild> {
  const again = (before: unknown): DeviceUnitOptions => {
    const local = (before as DeviceUnitInfo | undefined)?.local
    return local === undefined ? options : { ...options, local: parseAddress(local, '--local') }
  }
  return await child(title, again, logs, onDeath)
}

async function child(
  title: string,
  options: (before: unknown) => unknown,
  logs: string,
  onDeath: Deaths,
): Promise<SupervisedChild> {
  const stderr = openSync(join(logs, `${title}.stderr.log`), 'a', 0o600)
  const started = await superviseChild({ title, script, args: [title], options, stderr, onDeath })
  if (isFailure(started))
    throw new Fault(isCode(started.code) ? started.code : 'internal', { what: started.what, remedy: started.remedy })
  return started
}
