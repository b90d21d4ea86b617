// `sallyport events top`: the most frequent values of a facet.
import { Option } from 'commander'
import type { EventTop } from '../wire/api/events.ts'
import { asLongAsItTakes, openClient } from './client.ts'
import { type Asked, questionOf, askedAgain } from './events-search.ts'
import { dataOption, sinceOptions, wholeNumber } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { thousands } from './progress.ts'
import { type DefineCommand, examples } from './session.ts'
import { sayCoverage } from './show.ts'
import { printable, say } from './terminal.ts'
import { suggest } from './suggest.ts'

type Options = Asked & { readonly data: string; readonly output: OutputFormat; readonly n: number }

export const eventsTop: DefineCommand = (command, session) => {
  command
    .argument('<FACET>', 'what is counted: type, severity, sid, device, sensor … (docs/query.md)')
    .argument('[QUERY...]', 'among which events; nothing = all')
    .addOption(dataOption())
    .addOption(new Option('-n, --n <N>', 'how many values').default(10).argParser(wholeNumber(1, 1_000)))
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        ['sallyport events top type', 'what there is'],
        ['sallyport events top sid severity:high --since 1d', 'loudest signatures of a day'],
      ]),
    )
    .action(
      session.runs(async (facet: string, words: string[], options: Options) => {
        await using client = await openClient(session, options.data)
        const query = { ...questionOf(words.join(' '), options), facet, n: options.n }
        const answer = await client.get<EventTop>('events/top', query, asLongAsItTakes)
        await print(session.terminal, options.output, {
          document: answer,
          rows: answer.values,
          table: {
            columns: [{ title: 'COUNT', right: true }, { title: facet.toUpperCase() }],
            rows: answer.values.map(({ value, count }) => [thousands(count), value]),
          },
        })
        sayCoverage(session.terminal, answer.coverage)
        const [first] = answer.values
        if (first === undefined) {
          say(session.terminal, `No event has a ${printable(facet)} in the time asked.`)
          await suggest(session, options, 'events search')
        } else
          await suggest(
            session,
            options,
            [
              'events search',
              ...askedAgain([asWord(facet, first.value), words.join(' ')].join(' ').trim(), options),
            ].join(' '),
          )
        return 0
      }),
    )
  for (const option of sinceOptions()) command.addOption(option)
}

/** @returns a facet and its value as a word of a query (docs/query.md) */
function asWord(facet: string, value: string): string {
  const plain = /^[\w.:/-]+$/.test(value)
  return `${facet}:${plain ? value : `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`}`
}
