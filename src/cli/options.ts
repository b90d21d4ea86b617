// Options that more than one command has, so that they are called and mean the same everywhere.
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { InvalidArgumentError, Option } from 'commander'
import { type Address, parseAddress } from '../platform/address.ts'

/** Folder of everything: keys, journal, spool. */
export const defaultData = join(homedir(), '.local', 'share', 'sallyport')

export function dataOption(): Option {
  return new Option('--data <DIR>', 'data folder')
    .default(defaultData, '~/.local/share/sallyport')
    .argParser((text) => resolve(text))
}

export const defaultLocal = '127.0.0.1:8989'

export function localOption(): Option {
  return addressOption('--local <ADDR:PORT>', "the device's local API", defaultLocal)
}

/** Whom to ask, where it is not the device of the data folder. */
export function askedLocalOption(): Option {
  return new Option(
    '--local <ADDR:PORT>',
    "the device's local API (default: that of the data folder's device)",
  ).argParser(address)
}

/** Repeatable; as a variable the sources stand between commas. What an argument means is docs/sources.md. */
export function sourceOption(description: string, byDefault: string): Option {
  return new Option('--source <PATH>', `${description}; may be given more than once`)
    .default([], byDefault)
    .argParser((text: string, before: readonly string[]) => [...before, text])
}

export function sinceOptions(): readonly Option[] {
  return [
    new Option('--since <TIME>', 'from this event time on: an age like 1h or 7d, ISO 8601, or Unix milliseconds'),
    new Option('--until <TIME>', 'before this event time'),
    new Option('--arrived', 'let --since and --until mean the arrival at the device'),
  ]
}

/** @returns a parser of whole numbers in a range, for commander */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= min && value <= max) return value
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`)
  }
}

/** @returns bytes of a whole number with an optional unit; KB and KiB alike mean 1,024 */
export function byteSize(text: string): number {
  const match = /^(\d+)\s*(?:([KMGT])(?:i?B)?|B)?$/i.exec(text)
  const power = ['', 'K', 'M', 'G', 'T'].indexOf(match?.[2]?.toUpperCase() ?? '')
  const bytes = Number(match?.[1]) * 1_024 ** power
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes
  throw new InvalidArgumentError('Give a size, as 500MiB or 20GiB.')
}

/** @returns an option that takes `ADDR:PORT` */
export function addressOption(flags: string, description: string, byDefault: string): Option {
  return new Option(flags, `${description} (port 0 = any free one)`)
    .default(parseAddress(byDefault), byDefault)
    .argParser(address)
}

/** @returns `ADDR:PORT` as an address, for commander */
export function address(text: string): Address {
  try {
    return parseAddress(text)
  } catch {
    throw new InvalidArgumentError('Give ADDR:PORT, as 127.0.0.1:8443.')
  }
}
