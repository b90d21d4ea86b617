// The exchange as a child process.
import { extname, join } from 'node:path'
import { parseAddress } from '../platform/address.ts'
import type { SupervisedChild } from '../platform/supervised-child.ts'
import { startChild, type Watch } from './child.ts'
import type { ExchangeInfo, ExchangeOptions } from './exchange.ts'

const script = join(import.meta.dirname, `exchange.process${extname(import.meta.filename)}`)
export const exchangeProcess = { title: 'exchange', script } as const

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
  return await startChild({ ...exchangeProcess, options: again }, watch)
}
