// `sallyport exchange [run]`: the server that devices and people connect to.
import { dataOption } from './options.ts'
import { type ServerOptions, serverOptions } from './server-options.ts'
import { type DefineCommand, examples } from './session.ts'
import { say } from './terminal.ts'
import { sayDeaths, untilCancelled } from './until-cancelled.ts'
import { suggest } from './suggest.ts'

type Options = ServerOptions & { readonly data: string }

export const exchangeRun: DefineCommand = (command, session) => {
  for (const option of serverOptions()) command.addOption(option)
  command
    .addOption(dataOption())
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
