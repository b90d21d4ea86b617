// What to type next, on stderr: the one place that writes commands for people, each whole for where it is read: as the
// program is called here, with the data folder and the address of the local API where the next command would not take
// them by itself. `session.optionsOf` knows which of them that command has.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Option } from 'commander'
import { type Address, formatAddress } from '../platform/address.ts'
import { quoted } from '../platform/shell-word.ts'
import { ownerKeyFile } from '../wire/endpoint.ts'
import { variableOf } from './environment.ts'
import type { OutputFormat } from './output.ts'
import type { Session } from './session.ts'
import { say } from './terminal.ts'

/** What holds where a command was typed: its options, or what came of them. */
export type Situation = {
  readonly data?: string
  readonly local?: Address
  /** A program that reads JSON wants no advice. */
  readonly output?: OutputFormat
}

/** A command without the program's name; `[command, what it does]` where that is not plain. */
export type Step = string | readonly [typed: string, does: string]

/** Says what to type next; of a program that has no such command, nothing. */
export async function suggest(session: Session, situation: Situation, ...steps: readonly Step[]): Promise<void> {
  if (situation.output !== undefined && situation.output !== 'table') return
  const lines: string[] = []
  for (const step of steps) {
    const [command, does] = typeof step === 'string' ? [step, ''] : step
    const whole = await typedHere(session, situation, command)
    if (whole !== undefined) lines.push(does === '' ? whole : `${whole}  # ${does}`)
  }
  if (lines.length > 0) say(session.terminal, `next: ${lines.join('\n      ')}`)
}

/** @returns the whole command, `bin/sallyport ledger --data /srv/second`; undefined where there is none of that name */
export async function typedHere(session: Session, situation: Situation, command: string): Promise<string | undefined> {
  const words = command.split(' ')
  const options = await session.optionsOf(words)
  if (options === undefined) return undefined
  const carried = options.flatMap((option) => {
    const value = shown({ '--data': situation.data, '--local': situation.local }[option.long ?? ''])
    const said = value === undefined || value === byItself(option) || words.includes(option.long ?? '')
    return said ? [] : [`${option.long ?? ''} ${quoted(value)}`]
  })
  return [session.ports.invocation, command, ...carried].join(' ')
}

/**
 * @returns the text with each `sallyport …` in it as it is to be typed here. What is done on the exchange stays as it is
 *   where this data folder is none of an exchange.
 */
export async function withCommandsOfHere(session: Session, situation: Situation, text: string): Promise<string> {
  const server = situation.data !== undefined && existsSync(join(situation.data, ownerKeyFile))
  const parts = text.split(/`sallyport ([^`]+)`/)
  const written = parts.map(async (part, index) => {
    if (index % 2 === 0) return part
    const isOurs = server || /^(?:up|device|doctor|pmtool)\b/.test(part)
    const whole = isOurs ? await typedHere(session, situation, part) : undefined
    return `\`${whole ?? `sallyport ${part}`}\``
  })
  return (await Promise.all(written)).join('')
}

function shown(value: string | Address | undefined): string | undefined {
  if (value === undefined || typeof value === 'string') return value
  return formatAddress(value)
}

/** What the option means where it is not typed. */
function byItself(option: Option): string | undefined {
  const text = process.env[variableOf(option)] ?? ''
  const value: unknown = text === '' ? option.defaultValue : (option.parseArg?.(text, undefined) ?? text)
  return shown(value as string | Address | undefined)
}
