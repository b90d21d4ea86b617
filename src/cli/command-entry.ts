// What a command is called, and what loads it; and what the words are called that have commands below them.
import type { DefineCommand } from './session.ts'

export type CommandEntry = {
  /** Words as typed, `events search`. */
  readonly path: string
  readonly summary: string
  readonly load: () => Promise<DefineCommand>
  /** The group alone means this command: `exchange` is `exchange run`. */
  readonly bare?: true
}

/** What stands beside a word that has commands below it. */
export const groups: Readonly<Record<string, string>> = {
  events: 'search, count and show events',
  module: 'what an investigation asks: lists, relays',
  token: 'registration tokens',
  exchange: 'the server devices connect to',
  'exchange ca': 'what others are to trust',
  'exchange cert': 'the certificate of the server',
  'exchange device': 'its devices',
  region: 'where devices find the exchange',
  device: 'the device on this machine',
}
