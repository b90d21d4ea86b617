// `sallyport events requarantine`: reads quarantined lines again with the parsers of this version (delivery J5).
import type { Requarantined } from '../wire/api/events.ts'
import { asLongAsItTakes, openClient } from './client.ts'
import { dataOption } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { thousands } from './progress.ts'
import { type DefineCommand, examples } from './session.ts'
import { suggest } from './suggest.ts'

type Options = { readonly data: string; readonly output: OutputFormat }

export const eventsRequarantine: DefineCommand = (command, session) => {
  command
    .addOption(dataOption())
    .addOption(outputOption())
    .addHelpText('after', examples([['sallyport events requarantine', 'after an upgrade that reads more']]))
    .action(
      session.runs(async (options: Options) => {
        await using client = await openClient(session, options.data)
        const answer = await client.post<Requarantined>('events/requarantine', undefined, {}, asLongAsItTakes)
        const { read, recovered } = answer
        const line = `${thousands(read)} lines read again, ${thousands(recovered)} of them are events now`
        await print(session.terminal, options.output, { document: answer, table: [line] })
        if (recovered < read)
          await suggest(session, options, ['events search is:quarantined', 'shows why the others stay'])
        else await suggest(session, options, 'events search')
        return 0
      }),
    )
}
