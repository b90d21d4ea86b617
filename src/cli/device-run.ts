// `sallyport device [run]`: EventHandler and connector of this machine.
import type { Address } from '../platform/address.ts'
import { dataOption, localOption } from './options.ts'
import { type DefineCommand, examples } from './session.ts'
import { say } from './terminal.ts'
import { sayDeaths, untilCancelled } from './until-cancelled.ts'

type Options = { readonly data: string; readonly local: Address }

export const deviceRun: DefineCommand = (command, session) => {
  command
    .addOption(dataOption())
    .addOption(localOption())
    .addHelpText('after', examples([['sallyport device run', 'in the foreground; Ctrl-C ends both processes']]))
    .action(
      session.runs(async (options: Options) => {
        const { terminal, signal } = session
        await using device = await session.ports.device({ ...options, onDeath: sayDeaths(terminal), signal })
        say(terminal, `device     ${device.device}`)
        say(terminal, `local API  http://${device.local}/v1/contexts/default`)
        say(terminal, 'next: sallyport device status')
        await untilCancelled(signal)
        return 0
      }),
    )
}
