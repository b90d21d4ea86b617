// `sallyport module rm`: a module with its settings and secrets is gone.
import { Option } from 'commander'
import { openClient } from './client.ts'
import { confirm } from './confirm.ts'
import { findModule } from './find-module.ts'
import { moduleTable } from './module-ls.ts'
import { dataOption } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { type DefineCommand, examples } from './session.ts'
import { suggest } from './suggest.ts'

type Options = { readonly data: string; readonly output: OutputFormat; readonly yes?: boolean }

export const moduleRm: DefineCommand = (command, session) => {
  command
    .argument('<MODULE>', 'name or id, as `module ls` shows it')
    .addOption(dataOption())
    .addOption(new Option('-y, --yes', 'do not ask'))
    .addOption(outputOption())
    .addHelpText('after', examples([['sallyport module rm AbuseIPDB --yes', 'it is not asked any more']]))
    .action(
      session.runs(async (word: string, options: Options) => {
        await using client = await openClient(session, options.data)
        const module = await findModule(client, word)
        await confirm(session, `Remove ${module.name} with its settings and secrets?`, options.yes === true)
        await client.delete(`modules/${encodeURIComponent(module.id)}`)
        await print(session.terminal, options.output, { document: module, table: moduleTable([module]) })
        await suggest(session, options, 'module ls')
        return 0
      }),
    )
}
