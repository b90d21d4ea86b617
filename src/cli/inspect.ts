// `sallyport inspect`: which observables stand in a text. Needs no server.
import { Argument } from 'commander'
import { type OutputFormat, outputOption, print } from './output.ts'
import { readText } from './read-text.ts'
import { type DefineCommand, examples } from './session.ts'
import { observableTable } from './show.ts'
import { say } from './terminal.ts'
import { suggest } from './suggest.ts'
import { quoted } from '../platform/shell-word.ts'

type Options = { readonly output: OutputFormat }

export const inspect: DefineCommand = (command, session) => {
  command
    .addArgument(new Argument('[FILE]', 'a text; - or nothing reads standard input').default('-'))
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        ['sallyport inspect report.txt', 'what a report names, defanged or not'],
        [`printf 'hxxps://evil[.]example/a' | sallyport inspect -o json`, 'for programs'],
      ]),
    )
    .action(
      session.runs(async (file: string, options: Options) => {
        const { terminal, signal } = session
        const found = await session.ports.inspect(await readText(terminal, file, signal))
        await print(terminal, options.output, { document: found, rows: found, table: observableTable(found) })
        if (found.length === 0) say(terminal, 'No observable stands in this text.')
        const text = file === '-' ? quoted(found[0]?.value ?? '') : `- < ${quoted(file)}`
        if (found.length > 0) await suggest(session, options, [`investigate ${text}`, 'what is known about it'])
        return 0
      }),
    )
}
