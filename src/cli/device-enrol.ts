// `sallyport device enrol`: one pasted token makes this machine a device of an exchange.
import { Option } from 'commander'
import { dataOption } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { readText } from './read-text.ts'
import { type DefineCommand, examples } from './session.ts'
import { shownTime } from './show.ts'
import { printable } from './terminal.ts'
import { suggest } from './suggest.ts'

type Options = { readonly data: string; readonly output: OutputFormat; readonly source: readonly string[] }

export const deviceEnrol: DefineCommand = (command, session) => {
  command
    .argument('<TOKEN|->', 'what `sallyport token create` printed; - reads it from standard input, unseen by ps')
    .addOption(dataOption())
    .addOption(
      new Option('--source <PATH>', 'file or folder a sensor writes; may be given more than once')
        .default([], 'as configured')
        .argParser((text: string, before: readonly string[]) => [...before, ...text.split(',')]),
    )
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        ['sallyport device enrol spt1_… --source /var/log/suricata/eve.json', 'then: sallyport device run'],
        ['sallyport device enrol - < token.txt', 'the token stays out of the process list'],
      ]),
    )
    .action(
      session.runs(async (token: string, options: Options) => {
        const { terminal, signal } = session
        const pasted = token === '-' ? await readText(terminal, '-', signal) : token
        const enrolled = await session.ports.enrol({
          token: pasted,
          dataFolder: options.data,
          sources: options.source,
          signal,
        })
        const { device, organisation, exchange, certificateNotAfter } = enrolled
        await print(terminal, options.output, {
          document: enrolled,
          table: [
            printable(`${device} is enrolled at ${exchange}, organisation ${organisation}`),
            `certificate until ${shownTime(certificateNotAfter)}, renewed by itself`,
          ],
        })
        suggest(terminal, options.data, 'device run')
        return 0
      }),
    )
}
