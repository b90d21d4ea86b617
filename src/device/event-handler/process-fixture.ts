// EventHandler as a process (child-fixture.ts): configuration, spool folder and socket are its arguments.
import { openHopServer } from '../hop/hop-zeromq.ts'
import { checkConfiguration } from './configuration.ts'
import { startEventHandler } from './event-handler.ts'
import { testLog } from './device-fixture.ts'

const [configuration = '', spoolFolder = '', socketPath = ''] = process.argv.slice(2)
await startEventHandler({
  configuration: checkConfiguration(JSON.parse(configuration)),
  spoolFolder,
  listenerFolder: `${spoolFolder}-listener`,
  socketPath,
  bindSocket: ({ path, group }, handlers) => openHopServer(path, testLog, handlers, undefined, group),
  program: 'sallyport/test',
  log: testLog,
  quietMs: 300,
})
