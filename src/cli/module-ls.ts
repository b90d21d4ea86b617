// `sallyport module ls`: what an investigation asks, and how each answered lately.
import type { ModuleList, ModuleRecord } from '../wire/api/modules.ts'
import { openClient } from './client.ts'
import { dataOption } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { type DefineCommand, examples } from './session.ts'
import { shownTime } from './show.ts'
import type { Table } from './table.ts'
import { quoted } from '../platform/shell-word.ts'
import { suggest } from './suggest.ts'

type Options = { readonly data: string; readonly output: OutputFormat }

export const moduleLs: DefineCommand = (command, session) => {
  command
    .addOption(dataOption())
    .addOption(outputOption())
    .addHelpText('after', examples([['sallyport module ls', 'names, types, states, last error']]))
    .action(
      session.runs(async (options: Options) => {
        await using client = await openClient(session, options.data)
        const document = await client.get<ModuleList>('modules')
        const { modules } = document
        await print(session.terminal, options.output, { document, rows: modules, table: moduleTable(modules) })
        const added = modules.find(({ builtIn }) => !builtIn)
        if (added === undefined) await suggest(session, options, ['module add --help', 'how to ask a relay too'])
        else await suggest(session, options, [`module test ${quoted(added.name)}`, 'whether it answers'])
        return 0
      }),
    )
}

export function moduleTable(modules: readonly ModuleRecord[]): Table {
  return {
    columns: ['NAME', 'TYPE', 'STATE', 'LAST ANSWER', 'VERBS', 'ID', 'LAST ERROR'].map((title) => ({ title })),
    rows: modules.map(({ name, typeTitle, health, verbs, id }) => [
      name,
      typeTitle,
      health.state === 'unknown' ? 'not asked yet' : health.state,
      health.at === null ? '' : `${shownTime(health.at)} in ${health.ms} ms`,
      verbs.filter((verb) => verb !== 'health').join(' '),
      id,
      health.errors.map(({ code, message }) => `${code}: ${message}`).join('; '),
    ]),
  }
}
