// `sallyport exchange cert add-name`: one more name by which devices may reach this server.
import type { ServerNames } from '../wire/api/fleet.ts'
import { openClient } from './client.ts'
import { dataOption } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { type DefineCommand, examples } from './session.ts'
import { say } from './terminal.ts'
import { suggest } from './suggest.ts'

type Options = { readonly data: string; readonly output: OutputFormat }

export const exchangeCertAddName: DefineCommand = (command, session) => {
  command
    .argument('<HOST...>', 'names or addresses')
    .addOption(dataOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([['sallyport exchange cert add-name exchange.example 192.0.2.10', 'two ways to here']]),
    )
    .action(
      session.runs(async (names: string[], options: Options) => {
        await using client = await openClient(session, options.data)
        const answer = await client.post<ServerNames>('names', { names })
        await print(session.terminal, options.output, {
          document: answer,
          rows: answer.names,
          table: { columns: [{ title: 'NAME' }], rows: answer.names.map((name) => [name]) },
        })
        say(session.terminal, 'New connections see the new certificate.')
        await suggest(session, options, 'token create')
        return 0
      }),
    )
}
