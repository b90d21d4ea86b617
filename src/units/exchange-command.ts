// `sallyport exchange run`: the server alone, in the foreground.
import type { RunningServer, ServeRequest } from '../cli/ports.ts'
import { exchangeChild } from './exchange-child.ts'
import { consoleFolder } from './console-build.ts'
import { openDataFolder } from './data-folder.ts'
import type { ExchangeInfo } from './exchange.ts'
import { keyFile } from './key-file.ts'
import { ownerClient } from './owner-client.ts'
import { signInLink } from './sign-in-link.ts'

/** Starts the exchange as a supervised child. */
export async function runExchange(request: ServeRequest): Promise<RunningServer> {
  const folder = openDataFolder(request.data)
  const exchange = await exchangeChild({ ...request, consoleFolder }, { logs: folder.logs, onDeath: request.onDeath })
  const { console: url, devices } = exchange.info() as ExchangeInfo
  const owner = ownerClient(() => url, keyFile(folder.ownerKey))
  return {
    data: folder.root,
    console: url,
    devices,
    link: () => signInLink(owner, request.signal),
    [Symbol.asyncDispose]: () => exchange[Symbol.asyncDispose](),
  }
}
