// A data folder at rest, read with the routes of the API and without any listener.
import { organisationId } from '../core/ids.ts'
import { systemClock } from '../platform/clock.ts'
import { openLog } from '../platform/log.ts'
import { openState } from '../platform/sqlite.ts'
import { openApi } from '../server/api/api.ts'
import { defaultOrganisation, openFleet } from '../server/fleet/fleet.ts'
import { openJournal } from '../server/journal/journal.ts'
import { startInvestigations } from '../threat-response/investigate/investigations.ts'
import { apiPorts } from './api-ports.ts'
import { doctorPort } from './doctor-port.ts'
import { openDataFolder } from './data-folder.ts'
import { keyFile } from './key-file.ts'
import { lockFolder } from './lock-folder.ts'
import { modulesOf } from './modules-of-folder.ts'

/** Reading at rest expires nothing. */
const retentionDays = 36_500

/** @throws Fault `data.locked` where a server is using the folder */
export async function openOffline(
  root: string,
): Promise<AsyncDisposable & { fetch(request: Request): Promise<Response> }> {
  const clock = systemClock
  const folder = openDataFolder(root)
  const log = openLog('offline', `${folder.logs}/offline.log`)
  await using up = new AsyncDisposableStack()
  up.use(await lockFolder(folder, clock))
  const state = up.use(await openState(folder.state))
  const fleet = up.use(await openFleet({ db: state.db, folder: folder.authority, names: [], clock, log }))
  const journal = up.use(await openJournal({ folder: folder.journal, clock, log, retentionDays }))
  const bound = { host: '127.0.0.1', port: 8444 }
  const report = (error: unknown) => log.error({ err: error }, 'an investigation broke')
  // Nothing listens: a relay that fetches our keys finds none, and says so.
  const jwksHost = () => '127.0.0.1'
  const modules = await modulesOf(folder, { db: state.db, events: journal, clock, jwksHost, report })
  const investigations = up.use(startInvestigations({ modules, clock, report }))
  const api = up.use(
    await openApi({
      ports: {
        ...apiPorts({ fleet, journal, investigations, modules, names: [], bound, startedAt: clock.now() }),
        ready: async () => [],
        doctor: doctorPort({ fleet, channel: undefined, clock }),
        channels: () => 0,
      },
      ownerKey: keyFile(folder.ownerKey),
      organisation: organisationId(defaultOrganisation),
      consoleFolder: undefined,
      clock,
      log,
    }),
  )
  const parts = up.move()
  return { fetch: (request) => api.fetch(request), [Symbol.asyncDispose]: () => parts.disposeAsync() }
}
