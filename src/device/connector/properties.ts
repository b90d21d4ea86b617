// connector.properties: the original's three keys, and `proxy` where there is one (original-system A9, A11.8). An option or
// SALLYPORT_… wins over the file.
import { readFileSync } from 'node:fs'
import { type Node, type Pair, parseLines } from 'dot-properties'
import { Fault } from '../../core/fault.ts'
import { formatAddress } from '../../platform/address.ts'
import { type Proxy, readProxy } from './proxy.ts'
import type { Target } from './reach.ts'

export type Properties = {
  /** Seconds between two looks at the registration. */
  readonly registrationInterval: number
  /** Port of the local API; 0 = any free one. */
  readonly connectorPort: number
  readonly connectorFqdn: { readonly host: string; readonly port: number }
  /** Absent where the way leads through none. */
  readonly proxy?: Proxy
}

export const propertiesFile = 'connector.properties'
export const devicePortDefault = 8444
const registrationIntervalDefault = 180
const connectorPortDefault = 8989
const fileBytesMax = 64 * 1024

const readers = {
  registration_interval: (text: string) => ({ registrationInterval: wholeNumber(text, 10, 86_400) }),
  connector_port: (text: string) => ({ connectorPort: wholeNumber(text, 0, 65_535) }),
  connector_fqdn: (text: string) => ({ connectorFqdn: hostPort(text) }),
  proxy: (text: string) => ({ proxy: readProxy(text) }),
} as const

type Key = keyof typeof readers

/**
 * @returns what the file says; undefined where there is no file
 * @throws Fault properties.invalid with file, line, key
 */
export function readProperties(file: string): Properties | undefined {
  let text: string
  try {
    const bytes = readFileSync(file)
    if (bytes.length > fileBytesMax) throw new Error('far too large')
    text = bytes.toString('latin1')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new Fault('properties.invalid', { what: `${file} cannot be read`, cause: error })
  }
  return parseProperties(text, file)
}

/** Reads the text of the file; `file` only names it in faults. */
export function parseProperties(text: string, file: string): Properties {
  const seen = new Map<Key, number>()
  const properties: Partial<Properties> = {}
  for (const pair of pairsOf(text)) {
    const line = text.slice(0, pair.range?.[0] ?? 0).split(/\r\n|\r|\n/).length
    const where = `${file}:${line}`
    if (!isKey(pair.key)) throw invalid(where, `unknown key "${pair.key.slice(0, 64)}"`)
    const first = seen.get(pair.key)
    if (first !== undefined) throw invalid(where, `${pair.key} stands already in line ${first}`)
    seen.set(pair.key, line)
    try {
      Object.assign(properties, readers[pair.key](pair.value))
    } catch (error) {
      throw invalid(where, `${pair.key}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  const { registrationInterval, connectorPort, connectorFqdn, proxy } = properties
  if (registrationInterval === undefined) throw invalid(file, 'registration_interval is missing')
  if (connectorPort === undefined) throw invalid(file, 'connector_port is missing')
  if (connectorFqdn === undefined) throw invalid(file, 'connector_fqdn is missing')
  return { registrationInterval, connectorPort, connectorFqdn, ...(proxy === undefined ? {} : { proxy }) }
}

/** @returns where the exchange is, and through what the way leads there. */
export function exchangeOf({ connectorFqdn, proxy }: Properties): Target {
  return { ...connectorFqdn, ...(proxy === undefined ? {} : { proxy }) }
}

/** @returns what the environment says over the file. @throws Fault properties.invalid with the variable */
export function propertiesOfEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Partial<Properties> {
  const properties: Partial<Properties> = {}
  for (const key of Object.keys(readers).filter(isKey)) {
    const name = `SALLYPORT_${key.toUpperCase()}`
    const text = environment[name]
    // An empty variable is none, as where a compose file passes on what is not there.
    if (text === undefined || text === '') continue
    try {
      Object.assign(properties, readers[key](text))
    } catch (error) {
      throw invalid(name, error instanceof Error ? error.message : String(error))
    }
  }
  return properties
}

/** @returns the file as it is written at enrolment. */
export function formatProperties(properties: Properties): string {
  return (
    `registration_interval=${properties.registrationInterval}\n` +
    `connector_port=${properties.connectorPort}\n` +
    `connector_fqdn=${formatAddress(properties.connectorFqdn)}\n` +
    (properties.proxy === undefined ? '' : `proxy=${properties.proxy.url}\n`)
  )
}

/** What stands in a new file beside the name of the exchange. */
export function defaultProperties(connectorFqdn: Properties['connectorFqdn']): Properties {
  return { registrationInterval: registrationIntervalDefault, connectorPort: connectorPortDefault, connectorFqdn }
}

function pairsOf(text: string): Pair[] {
  return parseLines(text, true).filter((node: Node): node is Required<Pair> => node.type === 'PAIR')
}

function isKey(key: string): key is Key {
  return Object.hasOwn(readers, key)
}

function wholeNumber(text: string, min: number, max: number): number {
  const value = Number(text)
  if (!/^[0-9]{1,6}$/.test(text) || value < min || value > max)
    throw new RangeError(`"${text}" is no number from ${min} to ${max}`)
  return value
}

function hostPort(text: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?))(?::([0-9]{1,5}))?$/.exec(
    text,
  )
  const host = match?.[1] ?? match?.[2]
  const port = match?.[3] === undefined ? devicePortDefault : Number(match[3])
  if (host === undefined || port < 1 || port > 65_535) throw new RangeError(`"${text.slice(0, 80)}" is no HOST[:PORT]`)
  return { host, port }
}

function invalid(where: string, what: string): Fault {
  return new Fault('properties.invalid', { what: `${where}: ${what}` })
}
