// The reference page of the command line, made from the commands themselves: docs/reference/cli.md.
import type { Command } from 'commander'
import type { CommandEntry } from './command-entry.ts'
import { commands } from './commands.ts'
import { variableOf } from './environment.ts'
import { exitCodes } from './exit-codes.ts'
import { buildProgram } from './program.ts'
import type { Session } from './session.ts'

/** @returns the page, in Markdown */
export async function cliReference(session: Session, entries: readonly CommandEntry[] = commands): Promise<string> {
  const program = await buildProgram({ entries, session, typed: 'all' })
  return [
    '# Command line',
    '',
    'Made from the commands themselves; `sallyport help COMMAND` says the same. Data goes to stdout, everything else to',
    'stderr. `-o json` prints the document of the API on one line, `-o jsonl` a row a line. Every option can also be said',
    'as the variable beside it; what is typed wins.',
    '',
    '## Exit codes',
    '',
    '| code | meaning |',
    '|---|---|',
    ...exitCodes.map(({ code, meaning }) => `| ${code} | ${meaning} |`),
    '',
    'An error is `error: what happened [code]` and `fix: what to do`; the code is the same for ever.',
    '',
    ...entries.flatMap((entry) => sectionOf(program, entry)),
  ].join('\n')
}

function sectionOf(program: Command, entry: CommandEntry): string[] {
  const command = entry.path
    .split(' ')
    .reduce<Command | undefined>((parent, word) => parent?.commands.find((one) => one.name() === word), program)
  if (command === undefined) throw new TypeError(`no such command: ${entry.path}`)
  const operands = command.registeredArguments.map((argument) => {
    const name = argument.name()
    const bare = argument.variadic ? `${name}...` : name
    return argument.required ? `<${bare}>` : `[${bare}]`
  })
  const typed = ['sallyport', entry.path, '[options]', ...operands].join(' ')
  const bare =
    entry.bare === true ? [`\`sallyport ${entry.path.split(' ').slice(0, -1).join(' ')}\` alone means this.`, ''] : []
  return [
    `## ${entry.path}`,
    '',
    `\`${typed}\`: ${entry.summary}.`,
    '',
    ...bare,
    ...command.registeredArguments.map((argument) => `- \`${argument.name()}\`: ${argument.description}`),
    ...(operands.length === 0 ? [] : ['']),
    '| option | variable | meaning |',
    '|---|---|---|',
    ...command.options.map((option) => {
      const meaning = command.createHelp().optionDescription(option)
      return `| \`${option.flags}\` | \`${variableOf(option)}\` | ${cell(described(command, option, meaning))} |`
    }),
    '',
    ...examplesOf(command),
  ]
}

/** What our help says of an option, which differs from commander's own words. */
function described(command: Command, option: Command['options'][number], otherwise: string): string {
  return command.configureHelp().optionDescription?.(option) ?? otherwise
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

function examplesOf(command: Command): string[] {
  let text = ''
  command.configureOutput({ writeOut: (part) => (text += part) })
  command.outputHelp()
  const at = text.indexOf('Examples:\n')
  if (at < 0) return []
  const lines = text
    .slice(at + 'Examples:\n'.length)
    .trimEnd()
    .split('\n')
  return ['```sh', ...lines.map((line) => line.slice(2)), '```', '']
}
