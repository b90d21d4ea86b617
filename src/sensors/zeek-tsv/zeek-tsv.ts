// Zeek TSV logs: header lines name the fields and types of the lines after them (traps C6). Source: Zeek manual, "Zeek
// Log Formats"; cases in cases.jsonl.
import type { Ignored, SensorEvent, Unreadable } from '../../core/event.ts'
import type { Glance, LineOrigin, ReadContext, SensorFormat } from '../format.ts'
import { zeekEvent } from '../zeek-event.ts'
import { unescapeZeek } from '../zeek-escape.ts'
import { zeekClass, zeekClasses, zeekSeverity } from '../zeek-type.ts'
import { isHeaderLine, parseHeader, type TsvHeader, typeOfHeader, withHeaderLine } from './tsv-header.ts'

export const zeekTsv: SensorFormat = { name: 'zeek/tsv', sensor: 'zeek', classes: zeekClasses, recognise, glance, read }

function recognise(lines: readonly Buffer[]): number {
  let count = 0
  let context = ''
  for (const line of lines) {
    const text = withoutEnd(line.toString())
    if (isHeaderLine(text)) {
      context = withHeaderLine(context, text)
      count++
    } else if (!text.startsWith('#') && columnsFit(text, parseHeader(context))) count++
  }
  return count
}

function glance(line: Buffer, origin: LineOrigin): Glance {
  if (line.length === 0) return blank
  const text = withoutEnd(line.toString())
  if (isHeaderLine(text)) return { kind: 'context', context: withHeaderLine(origin.context, text) }
  const seen = lookAt(text, origin)
  if ('kind' in seen) return seen
  return { kind: 'event', type: seen.type, severity: zeekSeverity(seen.type), selection: zeekClass(seen.type) }
}

function read(line: string, context: ReadContext): SensorEvent | Unreadable | Ignored {
  const text = withoutEnd(line)
  if (isHeaderLine(text)) return { kind: 'ignored', reason: 'header' }
  const seen = lookAt(text, context)
  if ('kind' in seen) return seen
  return zeekEvent(recordOf(text, seen.header), seen.type, context, addressFields(seen.header))
}

function lookAt(text: string, origin: LineOrigin): { type: string; header: TsvHeader } | Unreadable | Ignored {
  if (text.trim() === '') return { kind: 'ignored', reason: 'blank line' }
  if (text.startsWith('#')) return { kind: 'ignored', reason: 'comment' }
  const header = parseHeader(origin.context)
  if (header === undefined) return { kind: 'unreadable', reason: 'no #fields line is known before this line' }
  if (!columnsFit(text, header)) return { kind: 'unreadable', reason: 'another number of columns than #fields names' }
  const type = typeOfHeader(header, origin.fileName)
  return type === undefined
    ? { kind: 'unreadable', reason: 'no #path, and the fields are of no known log' }
    : { type, header }
}

function columnsFit(text: string, header: TsvHeader | undefined): boolean {
  if (header === undefined) return false
  let columns = 1
  const { separator } = header
  for (let at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, at + separator.length)) columns++
  return columns === header.fields.length
}

/** Fields by name, in the form that JSON logs have: unset ones absent, sets and vectors as lists. */
function recordOf(text: string, header: TsvHeader): Record<string, unknown> {
  const record: Record<string, unknown> = Object.create(null) // a field may be named like anything
  const columns = text.split(header.separator)
  for (const [index, column] of columns.entries()) {
    const field = header.fields[index]
    if (field === undefined || column === header.unset) continue
    record[field] = valueOf(column, header.types[index] ?? '', header)
  }
  return record
}

function valueOf(column: string, type: string, header: TsvHeader): unknown {
  if (type.startsWith('set[') || type.startsWith('vector[') || type.startsWith('table[')) {
    if (column === header.empty) return []
    // Split before undoing escapes: a comma inside an element is `\x2c`, and an element that is unset stands for none.
    const members = column.split(header.setSeparator).filter((member) => member !== header.unset)
    return members.map((member) => unescapeZeek(member))
  }
  switch (type) {
    case 'port':
    case 'count':
    case 'int':
    case 'double':
    case 'interval':
    case 'time':
      return Number(column)
    case 'bool':
      return column === 'T'
    default:
      return column === header.empty ? '' : unescapeZeek(column)
  }
}

/** Types decide: whatever holds addresses is told by the header, also in logs that this version does not know. */
function addressFields(header: TsvHeader): readonly string[] {
  const known = addressFieldsOf.get(header)
  if (known !== undefined) return known
  const found = header.fields.filter((_, index) => /^(?:addr|(?:set|vector)\[addr\])$/.test(header.types[index] ?? ''))
  addressFieldsOf.set(header, found)
  return found
}

const addressFieldsOf = new WeakMap<TsvHeader, readonly string[]>()

/** A CR or BOM belongs to the raw line, not to its text. */
function withoutEnd(text: string): string {
  const end = text.endsWith('\r') ? text.slice(0, -1) : text
  return end.startsWith('\ufeff') ? end.slice(1) : end
}

const blank = { kind: 'ignored', reason: 'blank line' } as const
