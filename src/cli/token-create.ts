// `sallyport token create`: one string that enrols one device. Alone on stdout, so that $(…) takes it.
import { Option } from 'commander'
import type { TokenRecord } from '../wire/api/fleet.ts'
import { openClient } from './client.ts'
import { dataOption, wholeNumber } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { type DefineCommand, examples } from './session.ts'
import { shownTime } from './show.ts'
import { say } from './terminal.ts'

type Options = {
  readonly data: string
  readonly output: OutputFormat
  readonly device?: string
  readonly minutes: number
}

export const tokenCreate: DefineCommand = (command, session) => {
  command
    .addOption(dataOption())
    .addOption(new Option('--device <NAME>', 'name the device by this, where it has none of its own'))
    .addOption(new Option('--minutes <N>', 'how long the token is good').default(15).argParser(wholeNumber(1, 60)))
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        ['sallyport token create', 'one string to paste on the device'],
        ['sallyport token create -o json', 'with its parts, for any EST client'],
      ]),
    )
    .action(
      session.runs(async (options: Options) => {
        await using client = await openClient(session, options.data)
        const name = options.device === undefined ? {} : { name: options.device }
        const made = await client.post<TokenRecord>('tokens', { ...name, minutes: options.minutes })
        await print(session.terminal, options.output, { document: made, table: [made.token] })
        say(session.terminal, `Good for one device until ${shownTime(made.expires)}; it is not shown again.`)
        if (options.output === 'table')
          say(session.terminal, 'next, on the device: sallyport device enrol   # and paste it')
        return 0
      }),
    )
}
