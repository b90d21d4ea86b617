// `sallyport module test`: whether one module answers, and what it says about given observables.
import { Option } from 'commander'
import type { ModuleTest } from '../wire/api/modules.ts'
import { asLongAsItTakes, openClient } from './client.ts'
import { findModule } from './find-module.ts'
import { dataOption } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { type DefineCommand, examples } from './session.ts'
import type { Table } from './table.ts'
import { printable, say } from './terminal.ts'
import { suggest } from './suggest.ts'
import { quoted } from '../platform/shell-word.ts'

type Options = { readonly data: string; readonly output: OutputFormat; readonly about?: string }

export const moduleTest: DefineCommand = (command, session) => {
  command
    .argument('<MODULE>', 'name or id, as `module ls` shows it')
    .addOption(new Option('--about <TEXT>', 'also ask every verb about the observables of this text'))
    .addOption(dataOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        ['sallyport module test AbuseIPDB', 'its health: address, credentials'],
        ["sallyport module test AbuseIPDB --about '198.51.100[.]7'", 'what it answers'],
      ]),
    )
    .action(
      session.runs(async (word: string, options: Options) => {
        const observables = options.about === undefined ? [] : await session.ports.inspect(options.about)
        await using client = await openClient(session, options.data)
        const { id } = await findModule(client, word)
        const path = `modules/${encodeURIComponent(id)}/test`
        const tested = await client.post<ModuleTest>(
          path,
          observables.length === 0 ? {} : { observables },
          {},
          asLongAsItTakes,
        )
        const view = { document: tested, rows: tested.steps, table: stepTable(tested) }
        await print(session.terminal, options.output, view)
        if (!tested.passed) await suggest(session, options, ['module ls', 'how each answered lately'])
        else if (options.about === undefined)
          await suggest(session, options, [`module test ${quoted(word)} --about 192.0.2.1`, 'what it answers'])
        else await suggest(session, options, [`investigate ${quoted(options.about)}`, 'what every module says'])
        for (const advice of tested.advice) say(session.terminal, `fix: ${printable(advice)}`)
        return tested.passed ? 0 : 1
      }),
    )
}

function stepTable({ steps }: ModuleTest): Table {
  return {
    columns: [
      { title: 'VERB' },
      { title: 'RESULT' },
      { title: 'MS', right: true },
      { title: 'FOUND', right: true },
      { title: 'SAID' },
    ],
    rows: steps.map(({ verb, passed, ms, count, errors }) => [
      verb,
      passed ? 'ok' : 'failed',
      String(ms),
      String(count),
      errors.map(({ code, message }) => `${code}: ${message}`).join('; '),
    ]),
  }
}
