// What a server can be told, each option declared once: how it is typed, what it means, what it is by itself, how it is
// checked. `up`, `open` and `exchange` have all of them, and hand them on whole to whoever uses one.
import { Option } from 'commander'
import type { Address } from '../platform/address.ts'
import { address, byteSize, wholeNumber } from './options.ts'

type Declared<T> = {
  readonly flags: string
  readonly means: string
  /** What it is where it is not typed, with the words for it where those differ. */
  readonly byDefault: T
  readonly shown?: string
  /** May be given more than once: what was read before comes with it. */
  read(text: string, before: T | undefined): T
}

const anyPort = '(port 0 = any free one)'

function declared<T>(option: Declared<T>): Declared<T> {
  return option
}

const options = {
  console: declared<Address>({
    flags: '--console <ADDR:PORT>',
    means: `where people connect: console and API ${anyPort}`,
    byDefault: address('127.0.0.1:8443'),
    shown: '127.0.0.1:8443',
    read: address,
  }),
  devices: declared<Address>({
    flags: '--devices <ADDR:PORT>',
    means: `where devices connect ${anyPort}`,
    byDefault: address('127.0.0.1:8444'),
    shown: '127.0.0.1:8444',
    read: address,
  }),
  name: declared<readonly string[]>({
    flags: '--name <HOST[:PORT]>',
    means: 'name by which devices reach this server; may be given more than once',
    byDefault: [],
    shown: 'none',
    // As a variable the names stand between commas.
    read: (text, before) => [...(before ?? []), ...text.split(',')],
  }),
  retentionDays: declared<number>({
    flags: '--retention-days <N>',
    means: 'days that events are kept',
    byDefault: 30,
    read: wholeNumber(1, 36_500),
  }),
  retentionBytes: declared<number | undefined>({
    flags: '--retention-bytes <SIZE>',
    means: 'size the stored events may take, as 500MiB or 20GiB; the oldest whole days go first, never today',
    byDefault: undefined,
    read: byteSize,
  }),
} as const

export type ServerOptions = { readonly [Name in keyof typeof options]: (typeof options)[Name]['byDefault'] }

/** @param elsewhere what an option is by itself where that differs: `open` meets no other server */
export function serverOptions(elsewhere: Readonly<Record<string, string>> = {}): Option[] {
  return Object.entries<Declared<unknown>>(options).map(([name, { flags, means, byDefault, shown, read }]) => {
    const other = elsewhere[name]
    const option = new Option(flags, means).argParser(read)
    return other === undefined ? option.default(byDefault, shown) : option.default(read(other, undefined), other)
  })
}
