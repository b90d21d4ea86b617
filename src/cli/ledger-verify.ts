// `sallyport ledger verify`: the ledger computed again from the stored blocks alone; ends with 1 where it does not hold.
import type { LedgerVerification } from '../wire/api/ledger.ts'
import { asLongAsItTakes, openClient } from './client.ts'
import { dataOption } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { thousands } from './progress.ts'
import { type DefineCommand, examples } from './session.ts'
import { printable, say } from './terminal.ts'
import { suggest } from './suggest.ts'

type Options = { readonly data: string; readonly output: OutputFormat }

export const ledgerVerify: DefineCommand = (command, session) => {
  command
    .addOption(dataOption())
    .addOption(outputOption())
    .addHelpText('after', examples([['sallyport ledger verify && echo nothing is missing', 'for a nightly job']]))
    .action(
      session.runs(async (options: Options) => {
        await using client = await openClient(session, options.data)
        const answer = await client.post<LedgerVerification>('ledger/verify', undefined, {}, asLongAsItTakes)
        const { blocks, events, streams, checkpoints, broken, holds } = answer
        const { verified, pending, unverifiable, withdrawn } = checkpoints
        await print(session.terminal, options.output, {
          document: answer,
          table: [
            `${thousands(events)} events in ${thousands(blocks)} blocks of ${thousands(streams)} streams`,
            `checkpoints: ${verified} verified, ${pending} pending, ${unverifiable} unverifiable, ${withdrawn} withdrawn`,
            holds ? 'the ledger holds' : 'the ledger does not hold',
          ],
        })
        if (broken !== null)
          say(session.terminal, `broken: stream ${broken.stream} block ${broken.block}: ${printable(broken.reason)}`)
        await suggest(session, options, ['ledger', 'by day, device and stream'])
        return holds ? 0 : 1
      }),
    )
}
