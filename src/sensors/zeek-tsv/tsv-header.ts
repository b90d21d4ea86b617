// The header lines of a Zeek TSV log: which are in force, and what they say (traps C6).
import { typeOfFields, typeOfFileName } from '../zeek-type.ts'

export type TsvHeader = {
  readonly separator: string
  readonly setSeparator: string
  readonly empty: string
  readonly unset: string
  /** The log's name, from `#path`; undefined where the header has none. */
  readonly path: string | undefined
  readonly fields: readonly string[]
  readonly types: readonly string[]
}

const directives = [
  '#separator',
  '#set_separator',
  '#empty_field',
  '#unset_field',
  '#path',
  '#open',
  '#fields',
  '#types',
]
const lineMax = 65_536

/** @returns whether the line is one that tells how the lines after it are to be read. */
export function isHeaderLine(line: string): boolean {
  if (line.length > lineMax) return false
  return directives.includes(nameOf(line)) || isPlainHeader(line)
}

/** The `tsv` mode of Zeek writes the names alone, once. */
export function isPlainHeader(line: string): boolean {
  return line.startsWith('ts\t') && line.length <= lineMax && /^ts(?:\t[A-Za-z_][\w.]*)+$/.test(line)
}

/**
 * @param context header lines in force before it, newline-joined
 * @returns those in force after it: the first line of a header ends all of the one before
 */
export function withHeaderLine(context: string, line: string): string {
  const name = nameOf(line)
  if (name === '#separator' || !name.startsWith('#')) return line
  const kept = context.split('\n').filter((known) => known !== '' && nameOf(known) !== name && known.startsWith('#'))
  return [...kept, line].join('\n')
}

/** @returns the header that the lines make; undefined where they name no fields. */
export function parseHeader(context: string): TsvHeader | undefined {
  const known = headers.get(context)
  if (known !== undefined || context === '') return known
  const parsed = parse(context)
  if (parsed === undefined) return undefined
  if (headers.size >= headersMax) headers.clear()
  headers.set(context, parsed)
  return parsed
}

/** @returns the log's name: `#path`, else that of the file, else by the fields; undefined where nothing tells. */
export function typeOfHeader(header: TsvHeader, fileName: string): string | undefined {
  return header.path ?? typeOfFileName(fileName) ?? typeOfFields((field) => header.fields.includes(field))
}

/** Lines of one file share a header: it is parsed once. */
const headers = new Map<string, TsvHeader>()
const headersMax = 256

function parse(context: string): TsvHeader | undefined {
  const lines = context.split('\n')
  const plain = lines.find(isPlainHeader)
  if (plain !== undefined) {
    return { ...defaults, separator: '\t', path: undefined, fields: plain.split('\t'), types: [] }
  }
  const said = new Map(lines.map((line) => [nameOf(line), line.slice(nameOf(line).length + 1)]))
  // The separator is written as hex and parted by a blank, all others by the separator itself.
  const separator = hexText(said.get('#separator') ?? '') || '\t'
  const fields = said.get('#fields')?.split(separator)
  if (fields === undefined || fields.length === 0) return undefined
  const path = said.get('#path')
  const unset = said.get('#unset_field') ?? defaults.unset
  return {
    separator,
    setSeparator: said.get('#set_separator') || defaults.setSeparator,
    empty: said.get('#empty_field') ?? defaults.empty,
    unset,
    path: path === undefined || path === unset || path === '' ? undefined : path,
    fields,
    types: said.get('#types')?.split(separator) ?? [],
  }
}

const defaults = { setSeparator: ',', empty: '(empty)', unset: '-' }

function nameOf(line: string): string {
  return /^#[a-z_]+/.exec(line)?.[0] ?? ''
}

function hexText(text: string): string {
  return text.replace(/\\x([0-9a-fA-F]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)))
}
