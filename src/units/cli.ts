// The command line, composed: its ports filled with the parts, each loaded when a command asks for it.
import { commands } from '../cli/commands.ts'
import { type ProgramPorts, runCli } from '../cli/main.ts'
import { invocationOf } from './invocation.ts'
import { program } from './program.ts'

const ports: ProgramPorts = {
  program: program.replace('/', ' '),
  commands,
  invocation: invocationOf(process.argv[1] ?? 'sallyport', process.env),
  inspect: async (text) => (await import('../threat-response/inspect/inspect.ts')).inspect(text),
  openOffline: async (folder) => await (await import('./offline.ts')).openOffline(folder),
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
  up: async (request) => await (await import('./up.ts')).startUp(request),
  exchange: async (request) => await (await import('./exchange-command.ts')).runExchange(request),
  open: async (request) => await (await import('./open.ts')).openInputs(request),
}

/** @returns the exit code of the command that was typed. */
export async function main(argv: readonly string[]): Promise<number> {
  process.title = 'sallyport'
  return await runCli(argv, ports)
}
