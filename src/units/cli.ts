// The command line, composed: its ports filled with the parts, each loaded when a command asks for it.
import { runCli } from '../cli/main.ts'
import type { CliPorts } from '../cli/ports.ts'
import { program } from './program.ts'

const ports: CliPorts = {
  program: program.replace('/', ' '),
  inspect: async (text) => (await import('../threat-response/inspect/inspect.ts')).inspect(text),
  openOffline: async (folder) => await (await import('./offline.ts')).openOffline(folder),
  enrol: async (request) => await (await import('./device-command.ts')).enrolWithSources(request),
  deviceRoles: async (folder) => (await import('./device-command.ts')).deviceRoles(folder),
  device: async (request) => await (await import('./device-command.ts')).runDevice(request),
  up: async (request) => await (await import('./up.ts')).startUp(request),
  exchange: async (request) => await (await import('./exchange-command.ts')).runExchange(request),
  open: async (request) => await (await import('./open.ts')).openInputs(request),
}

/** @returns the exit code of the command that was typed. */
export async function main(argv: readonly string[]): Promise<number> {
  process.title = 'sallyport'
  return await runCli(argv, ports)
}
