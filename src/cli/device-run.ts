// `sallyport device [run]`: EventHandler and connector of this machine.
import type { Address } from '../platform/address.ts'
import { dataOption, localOption } from './options.ts'
import { runInForeground } from './run-device.ts'
import { type DefineCommand, examples } from './session.ts'

type Options = { readonly data: string; readonly local: Address }

export const deviceRun: DefineCommand = (command, session) => {
  command
    .addOption(dataOption())
    .addOption(localOption())
    .addHelpText('after', examples([['sallyport device run', 'in the foreground; Ctrl-C ends both processes']]))
    .action(
      session.runs(async (options: Options) => {
        await runInForeground(session, options)
        return 0
      }),
    )
}
