// `sallyport events count`: how many events answer a question.
import type { EventCount } from '../wire/api/events.ts'
import { openClient } from './client.ts'
import { type Asked, questionOf } from './events-search.ts'
import { dataOption, sinceOptions } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { type DefineCommand, examples } from './session.ts'
import { sayCoverage } from './show.ts'

type Options = Asked & { readonly data: string; readonly output: OutputFormat }

export const eventsCount: DefineCommand = (command, session) => {
  command
    .argument('[QUERY...]', 'what to count (docs/query.md); nothing = everything')
    .addOption(dataOption())
    .addOption(outputOption())
    .addHelpText('after', examples([['sallyport events count type:alert --since 24h', 'alerts of a day']]))
    .action(
      session.runs(async (words: string[], options: Options) => {
        await using client = await openClient(session, options.data)
        const answer = await client.get<EventCount>('events/count', questionOf(words.join(' '), options))
        await print(session.terminal, options.output, { document: answer, table: [String(answer.count)] })
        sayCoverage(session.terminal, answer.coverage)
        return 0
      }),
    )
  for (const option of sinceOptions()) command.addOption(option)
}
