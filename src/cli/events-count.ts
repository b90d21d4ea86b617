// `sallyport events count`: how many events answer a question.
import type { EventCount } from '../wire/api/events.ts'
import { asLongAsItTakes, openClient } from './client.ts'
import { type Asked, questionOf, askedAgain } from './events-search.ts'
import { dataOption, sinceOptions } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { type DefineCommand, examples } from './session.ts'
import { sayCoverage } from './show.ts'
import { suggest } from './suggest.ts'

type Options = Asked & { readonly data: string; readonly output: OutputFormat }

export const eventsCount: DefineCommand = (command, session) => {
  command
    .argument('[QUERY...]', 'what to count (docs/query.md); nothing = everything')
    .addOption(dataOption())
    .addOption(outputOption())
    .addHelpText('after', examples([['sallyport events count type:alert --since 24h', 'alerts of a day']]))
    .action(
      session.runs(async (words: string[], options: Options) => {
        const q = words.join(' ')
        await using client = await openClient(session, options.data)
        const answer = await client.get<EventCount>('events/count', questionOf(q, options), asLongAsItTakes)
        await print(session.terminal, options.output, { document: answer, table: [String(answer.count)] })
        sayCoverage(session.terminal, answer.coverage)
        await suggest(session, options, ['events search', ...askedAgain(q, options)].join(' '))
        return 0
      }),
    )
  for (const option of sinceOptions()) command.addOption(option)
}
