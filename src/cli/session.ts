// What a command has while it runs: the ports, the terminal, the signal of Ctrl-C; and what a command is.
import type { Command, Option } from 'commander'
import type { ExitCode } from './exit-codes.ts'
import type { CliPorts } from './ports.ts'
import type { Terminal } from './terminal.ts'

export type Session = {
  readonly ports: CliPorts
  readonly terminal: Terminal
  /** Aborts at the first Ctrl-C; the second ends the process. */
  readonly signal: AbortSignal
  /** @returns the options of the command that these words begin with; undefined where there is none */
  optionsOf(words: readonly string[]): Promise<readonly Option[] | undefined>
  /** Makes an action of commander from work that ends with an exit code; its last two arguments are options, command. */
  runs<A extends unknown[]>(work: (...args: A) => Promise<ExitCode>): (...args: A) => Promise<void>
}

/** Gives a command its arguments, options, examples and action. One file each, loaded when it is called. */
export type DefineCommand = (command: Command, session: Session) => void

/** @returns text for the end of --help: what to type, and what it does */
export function examples(lines: readonly (readonly [typed: string, does: string])[]): string {
  const width = Math.max(...lines.map(([typed]) => typed.length))
  return ['', 'Examples:', ...lines.map(([typed, does]) => `  ${typed.padEnd(width)}  # ${does}`)].join('\n')
}
