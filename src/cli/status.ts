// `sallyport status`: whether the server runs, and what it holds.
import type { JournalStatistics, ServerStatus } from '../wire/api/fleet.ts'
import { openClient } from './client.ts'
import { dataOption } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { thousands } from './progress.ts'
import { type DefineCommand, examples } from './session.ts'
import { shownTime } from './show.ts'
import { suggest } from './suggest.ts'

type Options = { readonly data: string; readonly output: OutputFormat }

export const status: DefineCommand = (command, session) => {
  command
    .addOption(dataOption())
    .addOption(outputOption())
    .addHelpText('after', examples([['sallyport status || echo not running', 'ends with 5 where no server answers']]))
    .action(
      session.runs(async (options: Options) => {
        await using client = await openClient(session, options.data, 'server')
        const answer = await client.get<ServerStatus>('status')
        const { journal, devices } = answer
        await print(session.terminal, options.output, {
          document: answer,
          table: [
            `${answer.program}, running since ${shownTime(answer.startedAt)}, console ${client.console ?? ''}`,
            `journal: ${thousands(journal.events)} events in ${thousands(journal.blocks)} blocks, ${thousands(journal.bytes)} bytes, ${thousands(journal.unindexedBlocks)} blocks not yet indexed`,
            keptLine(journal),
            `devices: ${devices.connected} of ${devices.known} connected`,
          ],
        })
        await suggest(session, options, 'events search', 'exchange device ls', 'link')
        return 0
      }),
    )
}

function keptLine({ firstDay, expired, retention }: JournalStatistics): string {
  const size = retention.bytesMax === null ? '' : ` and at most ${thousands(retention.bytesMax)} bytes`
  const since = firstDay === null ? '' : `, held since ${firstDay}`
  return `retention: ${thousands(retention.days)} days${size}${since}, ${thousands(expired)} events expired`
}
