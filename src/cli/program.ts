// The tree of commands, made from their list: all of it is named, only what is called is loaded.
import { Command, type Option } from 'commander'
import { type CommandEntry, groups } from './command-entry.ts'
import { readEnvironment } from './environment.ts'
import { exitCodes } from './exit-codes.ts'
import type { Session } from './session.ts'

const about = `Sallyport: a self-hosted security services exchange and threat response hub.`

/** Those whose command is there. */
const firstSteps: readonly (readonly [path: string, typed: string, does: string])[] = [
  ['up', 'up', 'everything on this machine, with a demonstration site'],
  ['open', 'open /var/log/suricata/eve.json', 'your own sensor output'],
  ['investigate', 'investigate 203.0.113.77', 'what is known about it'],
  ['device enrol', 'device enrol TOKEN', 'connect the sensors of this machine'],
]

function stepsOf(entries: readonly CommandEntry[]): string {
  const steps = firstSteps.filter(([path]) => entries.some((entry) => entry.path === path))
  const last: (typeof steps)[number] = ['help', `help ${entries[0]?.path ?? ''}`, 'a command, its options, examples']
  const lines = [...steps, last].map(([, typed, does]) => `  ${`sallyport ${typed}`.padEnd(firstStepWidth)} # ${does}`)
  return ['', 'First steps:', ...lines].join('\n')
}

const firstStepWidth = 41

const rules = `
Every option can also be said as a variable: --data as SALLYPORT_DATA, --no-demo as SALLYPORT_NO_DEMO.
Data goes to stdout, everything else to stderr. Ends with
${exitCodes.map(({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}`).join('\n')}`

export type ProgramOptions = {
  readonly entries: readonly CommandEntry[]
  readonly session: Session
  /** What was typed; only the command it names is loaded. `all` loads every one, for the reference page. */
  readonly typed: readonly string[] | 'all'
}

export async function buildProgram({ entries, session, typed }: ProgramOptions): Promise<Command> {
  const root = prepared(new Command('sallyport'), session)
    .description(about)
    .version(session.ports.program, '-V, --version', 'print the version')
    .addHelpText('after', `${stepsOf(entries)}\n${rules}`)
  const wanted = typed === 'all' ? undefined : entryOf(entries, typed)
  const nodes = new Map<string, Command>([['', root]])
  for (const entry of entries) {
    const command = place(nodes, entry, session)
    if (typed !== 'all' && entry !== wanted) continue
    const define = await entry.load()
    define(command, session)
    readEnvironment(command)
  }
  return root
}

/** @returns the longest beginning of the words that names a command or a group of them; '' = none */
export function namedPath(entries: readonly CommandEntry[], typed: readonly string[]): string {
  const known = new Set(entries.flatMap(({ path }) => prefixes(path)))
  let path = ''
  for (const word of typed) {
    const longer = path === '' ? word : `${path} ${word}`
    if (!known.has(longer)) break
    path = longer
  }
  return path
}

/** @returns the command that was meant: the longest path that the words begin with, or what a bare group means */
export function entryOf(entries: readonly CommandEntry[], typed: readonly string[]): CommandEntry | undefined {
  const path = namedPath(entries, typed)
  return (
    entries.find((entry) => entry.path === path) ?? entries.find((entry) => entry.bare && parentOf(entry.path) === path)
  )
}

/** @returns the options of the command that was meant; undefined where there is none */
export async function optionsOf(
  { entries, session }: Pick<ProgramOptions, 'entries' | 'session'>,
  words: readonly string[],
): Promise<readonly Option[] | undefined> {
  const entry = entryOf(entries, words)
  if (entry === undefined) return undefined
  const define = await entry.load()
  const command = new Command()
  define(command, session)
  return command.options
}

function place(nodes: Map<string, Command>, entry: CommandEntry, session: Session): Command {
  let parent = nodes.get('')
  let made: Command | undefined
  for (const path of prefixes(entry.path)) {
    made = nodes.get(path)
    if (made === undefined) {
      made = prepared(new Command(path.split(' ').at(-1)), session)
      const last = path === entry.path
      made.description(last ? entry.summary : (groups[path] ?? ''))
      parent?.addCommand(made, { isDefault: last && entry.bare === true })
      nodes.set(path, made)
    }
    parent = made
  }
  if (made === undefined) throw new TypeError(`a command without a name: ${entry.summary}`)
  return made
}

function prepared(command: Command, { terminal }: Session): Command {
  return command
    .exitOverride()
    .helpOption('-h, --help', 'print this')
    .helpCommand(false)
    .showSuggestionAfterError(true)
    .configureOutput({
      writeOut: (text) => terminal.stdout.write(text),
      writeErr: (text) => terminal.stderr.write(text),
      getOutHelpWidth: () => terminal.stdout.columns ?? helpWidth,
      getErrHelpWidth: () => terminal.stderr.columns ?? helpWidth,
      outputError: (text, writeLine) => writeLine(text),
    })
    .configureHelp({
      subcommandTerm: (below) => below.name(),
      // The rule stands once at the end of the first help; the default of a parsed value is said in its own words.
      optionDescription: (option) => {
        const choices = option.argChoices === undefined ? '' : `: ${option.argChoices.join(', ')}`
        const value = option.defaultValueDescription ?? option.defaultValue
        const byDefault = value === undefined || option.negate ? '' : ` (default ${String(value)})`
        return `${option.description}${choices}${byDefault}`
      },
    })
}

/** Width of help where there is no terminal: fits a page. */
const helpWidth = 100

function prefixes(path: string): string[] {
  const words = path.split(' ')
  return words.map((_, index) => words.slice(0, index + 1).join(' '))
}

function parentOf(path: string): string {
  return path.split(' ').slice(0, -1).join(' ')
}
