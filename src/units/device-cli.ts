// The command line where only a device is installed: what `npm run pack:device` puts in its archive begins here.
import { deviceCommands } from '../cli/device-commands.ts'
import { type ProgramPorts, runCli } from '../cli/main.ts'
import { Fault } from '../core/fault.ts'
import { invocationOf } from './invocation.ts'
import { program } from './program.ts'

/** No command of a device asks for it. */
const elsewhere = async () => {
  throw new Fault('internal', { what: 'Only a device is installed here' })
}

const ports: ProgramPorts = {
  program: program.replace('/', ' '),
  invocation: invocationOf(process.argv[1] ?? 'sallyport', process.env),
  commands: deviceCommands,
  inspect: elsewhere,
  openOffline: elsewhere,
  open: elsewhere,
  up: elsewhere,
  exchange: elsewhere,
  device: {
    sources: async (request) => await (await import('./choose-sources.ts')).chooseSources(request),
    registration: async (data, signal) => await (await import('./device-command.ts')).registrationOf(data, signal),
    enrol: async (request) => await (await import('./device-command.ts')).enrolWithSources(request),
    roles: async (folder) => (await import('./device-command.ts')).deviceRoles(folder),
    doctor: async (request) => await (await import('./doctor.ts')).examineHere(request),
    bundle: async (request) => await (await import('./bundle.ts')).bundleHere(request),
    doctorOf: async (request) => await (await import('./bundle-doctor.ts')).doctorOf(request),
    run: async (request) => await (await import('./device-command.ts')).runDevice(request),
  },
}

/** @returns the exit code of the command that was typed. */
export async function main(argv: readonly string[]): Promise<number> {
  process.title = 'sallyport'
  return await runCli(argv, ports)
}
