// `sallyport module add`: one more module to ask. A secret is read from a file or standard input, never from the words
// of a command, which other users of the machine can see (security 6, V13).
import { Option } from 'commander'
import { Fault } from '../core/fault.ts'
import type { ModuleRecord, ModuleRequest } from '../wire/api/modules.ts'
import { openClient } from './client.ts'
import { moduleTable } from './module-ls.ts'
import { dataOption } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { readText } from './read-text.ts'
import { type DefineCommand, examples, type Session } from './session.ts'
import { suggest } from './suggest.ts'
import { quoted } from '../platform/shell-word.ts'

type Options = {
  readonly data: string
  readonly output: OutputFormat
  readonly name: string
  readonly url?: string
  readonly setting?: readonly string[]
  readonly settingFile?: readonly string[]
}

const repeated = (text: string, before: readonly string[] | undefined) => [...(before ?? []), text]

export const moduleAdd: DefineCommand = (command, session) => {
  command
    .argument('<TYPE>', 'relay or lists; GET /api/v1/module-types describes their settings')
    .addOption(new Option('--name <NAME>', 'name under which its answers are shown').makeOptionMandatory())
    .addOption(new Option('--url <URL>', 'where it answers: the setting url'))
    .addOption(new Option('--setting <KEY=VALUE>', 'a setting; may be given more than once').argParser(repeated))
    .addOption(
      new Option('--setting-file <KEY=FILE>', 'a setting read from a file, - = standard input: for secrets').argParser(
        repeated,
      ),
    )
    .addOption(dataOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        ['sallyport module add relay --name AbuseIPDB --url http://127.0.0.1:9090 \\', ''],
        ['  --setting auth-type=configuration-token --setting-file custom_key=key.txt', 'a relay, its key in a file'],
        ['sallyport module add lists --name Ours --setting-file entries=allowed.txt', 'what is known to be clean'],
      ]),
    )
    .action(
      session.runs(async (type: string, options: Options) => {
        const request: ModuleRequest = { type, name: options.name, settings: await settingsOf(session, options) }
        await using client = await openClient(session, options.data)
        const made = await client.post<ModuleRecord>('modules', request)
        await print(session.terminal, options.output, { document: made, table: moduleTable([made]) })
        await suggest(session, options, [`module test ${quoted(made.name)}`, 'whether it answers'])
        return 0
      }),
    )
}

async function settingsOf(session: Session, options: Options): Promise<NonNullable<ModuleRequest['settings']>> {
  const settings: Record<string, string> = options.url === undefined ? {} : { url: options.url }
  for (const [key, value] of (options.setting ?? []).map(pairOf)) settings[key] = value
  for (const [key, file] of (options.settingFile ?? []).map(pairOf))
    settings[key] = (await readText(session.terminal, file, session.signal)).replace(/\r?\n$/, '')
  return settings
}

function pairOf(text: string): readonly [key: string, value: string] {
  const at = text.indexOf('=')
  if (at < 1) throw new Fault('input.malformed', { what: `"${text}" is no setting`, remedy: 'Give KEY=VALUE.' })
  return [text.slice(0, at), text.slice(at + 1)]
}
