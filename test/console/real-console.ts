// The console over the real listener and real investigations: for what a double of the API cannot show.
import { systemClock } from '../../src/platform/clock.ts'
import { options as apiOptions } from '../../src/server/api/api-fixture.ts'
import { type RunningApi, startApi } from '../../src/server/api/api.ts'
import type { ApiPorts } from '../../src/server/api/ports.ts'
import { memoryPorts } from '../../src/server/api/ports-memory.ts'
import { inspect } from '../../src/threat-response/inspect/inspect.ts'
import { startInvestigations } from '../../src/threat-response/investigate/investigations.ts'
import type { Modules } from '../../src/threat-response/modules/modules.ts'
import { consoleFolder } from './stub-server.ts'

/**
 * @param modules asked by every investigation; those that are a whole registry are also shown, added and removed
 * @param port the same one where a server takes the place of another
 */
export async function startConsole(modules: Modules | Pick<Modules, 'open'>, port = 0): Promise<RunningApi> {
  await using up = new AsyncDisposableStack()
  const investigations = up.use(startInvestigations({ modules, clock: systemClock }))
  const registry: Partial<ApiPorts> = 'list' in modules ? { modules } : {}
  const ports: ApiPorts = { ...memoryPorts(), inspect, investigations, ...registry }
  const api = up.use(await startApi(apiOptions({ ports, consoleFolder, listen: { host: '127.0.0.1', port } })))
  const all = up.move()
  return { ...api, [Symbol.asyncDispose]: () => all.disposeAsync() }
}
