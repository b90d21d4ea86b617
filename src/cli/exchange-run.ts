// `sallyport exchange [run]`: the server that devices and people connect to.
import type { Address } from '../platform/address.ts'
import {
  consoleOption,
  dataOption,
  devicesOption,
  nameOption,
  retentionBytesOption,
  retentionDaysOption,
} from './options.ts'
import { type DefineCommand, examples } from './session.ts'
import { say } from './terminal.ts'
import { sayDeaths, untilCancelled } from './until-cancelled.ts'
import { suggest } from './suggest.ts'

type Options = {
  readonly data: string
  readonly console: Address
  readonly devices: Address
  readonly name?: readonly string[]
  readonly retentionDays: number
  readonly retentionBytes?: number
}

export const exchangeRun: DefineCommand = (command, session) => {
  command
    .addOption(dataOption())
    .addOption(consoleOption())
    .addOption(devicesOption())
    .addOption(nameOption())
    .addOption(retentionDaysOption())
    .addOption(retentionBytesOption())
    .addHelpText(
      'after',
      examples([
        ['sallyport exchange --name exchange.example --devices 0.0.0.0:8444', 'devices reach it by that name'],
      ]),
    )
    .action(
      session.runs(async (options: Options) => {
        const { terminal, signal } = session
        await using server = await session.ports.exchange({
          ...options,
          names: options.name ?? [],
          onDeath: sayDeaths(terminal),
          signal,
        })
        say(terminal, `data       ${server.data}`)
        say(terminal, `devices    ${server.devices}`)
        say(terminal, `console    ${server.console}`)
        say(terminal, `sign in    ${await server.link()}`)
        await suggest(session, options, ['token create', 'in another terminal; connects a device'])
        await untilCancelled(signal)
        return 0
      }),
    )
}
