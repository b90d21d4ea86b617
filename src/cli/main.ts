// The command line: reads what was typed, runs one command, says what went wrong and how to mend it, ends with a
// documented code. src/units/cli.ts fills its ports.
import { CommanderError } from 'commander'
import { Fault } from '../core/fault.ts'
import type { CommandEntry } from './command-entry.ts'
import { type ExitCode, exitCodeOf } from './exit-codes.ts'
import type { CliPorts } from './ports.ts'
import { buildProgram, namedPath, optionsOf } from './program.ts'
import type { Session } from './session.ts'
import { type Situation, withCommandsOfHere } from './suggest.ts'
import { printable, processTerminal, say, styled, type Terminal } from './terminal.ts'

/** A program is its ports and its commands: those of everything, or of a device alone. */
export type ProgramPorts = CliPorts & { readonly commands: readonly CommandEntry[] }

/**
 * @param argv what was typed behind the program's name
 * @param terminal the process's own unless given; a test gives another
 * @param signal a further way to cancel beside Ctrl-C
 * @returns the exit code; nothing is thrown
 */
export async function runCli(
  argv: readonly string[],
  ports: ProgramPorts,
  terminal: Terminal = processTerminal,
  signal?: AbortSignal,
): Promise<ExitCode> {
  using interruption = onInterrupt(terminal, signal)
  let code: ExitCode = 0
  let situation: Situation = {}
  const session: Session = {
    ports,
    terminal,
    signal: interruption.signal,
    optionsOf: async (words) => await optionsOf({ entries: ports.commands, session }, words),
    runs(work) {
      return async (...args) => {
        // The last two of an action are its options and its command.
        situation = args.at(-2) ?? {}
        code = await work(...args)
      }
    },
  }
  try {
    const typed = withHelp(argv, ports.commands)
    const program = await buildProgram({ entries: ports.commands, session, typed })
    if (typed.length === 0) program.outputHelp()
    else await program.parseAsync(typed, { from: 'user' })
    return code
  } catch (error) {
    return await conclude(error, { session, argv, commands: ports.commands, situation, interruption })
  }
}

/** `help events tail` is `events tail --help`; help about what is no command is answered as that command would be. */
function withHelp(argv: readonly string[], commands: readonly CommandEntry[]): readonly string[] {
  const [first, ...words] = argv
  if (first !== 'help') return argv
  return words.length > 0 && namedPath(commands, words) === '' ? words : [...words, '--help']
}

type Interruption = Disposable & {
  readonly signal: AbortSignal
  /** The reader of stdout went away, as `| head` does: nothing more to do, and nothing wrong. */
  readonly unread: () => boolean
}

function onInterrupt({ stdout }: Terminal, outer: AbortSignal | undefined): Interruption {
  const cancelled = new AbortController()
  let unread = false
  const cancel = () => cancelled.abort()
  const closed = (error: Error) => {
    unread = 'code' in error && error.code === 'EPIPE'
    cancelled.abort(error)
  }
  // Once each: a second Ctrl-C ends the process the hard way.
  process.once('SIGINT', cancel)
  process.once('SIGTERM', cancel)
  // Stays to the end of the process: what was written last may fail after the command has ended.
  stdout.on('error', closed)
  return {
    signal: outer === undefined ? cancelled.signal : AbortSignal.any([cancelled.signal, outer]),
    unread: () => unread,
    [Symbol.dispose]() {
      process.removeListener('SIGINT', cancel)
      process.removeListener('SIGTERM', cancel)
    },
  }
}

type Ended = {
  readonly session: Session
  readonly argv: readonly string[]
  readonly commands: readonly CommandEntry[]
  readonly situation: Situation
  readonly interruption: Interruption
}

async function conclude(
  error: unknown,
  { session, argv, commands, situation, interruption }: Ended,
): Promise<ExitCode> {
  const { terminal, signal } = session
  if (interruption.unread()) return 0
  if (error instanceof CommanderError) {
    // Help and version were printed; usage was explained by commander.
    if (error.exitCode === 0) return 0
    if (error.code !== 'commander.help')
      say(terminal, `fix:   ${remedyOf(error, [session.ports.invocation, 'help', namedPath(commands, argv)])}`)
    return 2
  }
  if (signal.aborted) {
    say(terminal, 'cancelled')
    return 130
  }
  const remedy = error instanceof Fault ? await withCommandsOfHere(session, situation, error.remedy) : ''
  sayError(terminal, error, remedy)
  return exitCodeOf(error)
}

function remedyOf({ code, message }: CommanderError, help: readonly string[]): string {
  const query = code === 'commander.unknownOption' && /'-\w+:/.test(message)
  return query ? "put the query in quotes: 'ip:192.0.2.1 -sid:1'" : `see the help: ${help.join(' ').trim()}`
}

function sayError(terminal: Terminal, error: unknown, remedy: string): void {
  const word = styled('red', 'error:', terminal.stderr)
  if (error instanceof Fault) {
    say(terminal, `${word} ${printable(error.what)} [${error.code}]`)
    say(terminal, `fix:   ${printable(remedy)}`)
    return
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  say(terminal, `${word} something broke that should not [internal]`)
  say(terminal, text.split('\n').map(printable).join('\n'))
  say(terminal, 'fix:   report it with the lines above')
}
