// Zeek JSON logs, with and without `_path`: flat, dotted keys (traps C6). Source: Zeek manual, "Zeek Log Formats";
// cases in cases.jsonl.
import type { Ignored, SensorEvent, Unreadable } from '../../core/event.ts'
import type { Glance, LineOrigin, ReadContext, SensorFormat } from '../format.ts'
import { endsAsObject, memberValue, objectStart, stringAt } from '../json-text.ts'
import { parseRecord } from '../json-value.ts'
import { zeekEvent } from '../zeek-event.ts'
import { stemOf, typeOfFields, typeOfFileName, zeekClass, zeekClasses, zeekSeverity } from '../zeek-type.ts'

export const zeekJson: SensorFormat = {
  name: 'zeek/json',
  sensor: 'zeek',
  classes: zeekClasses,
  recognise,
  glance,
  read,
}

/** Far above any line of Zeek: nearly a hundred names are looked for. */
const fieldsWithin = 65_536

function recognise(lines: readonly Buffer[]): number {
  let count = 0
  for (const line of lines) {
    const text = line.toString('utf8', 0, 65_536)
    const open = objectStart(text)
    if (open < 0 || memberValue(text, open, '"event_type"') >= 0) continue
    if (pathOf(text, open) !== undefined || isUnnamed(text, open)) count++
  }
  return count
}

function glance(line: Buffer, origin: LineOrigin): Glance {
  if (line.length === 0) return blank
  const text = line.toString()
  if (!endsAsObject(line)) return text.trim() === '' ? blank : cut
  const open = objectStart(text)
  if (open < 0) return noObject
  const type = typeOf(text, open, origin)
  if (type === undefined) return untyped
  return { kind: 'event', type, severity: zeekSeverity(type), selection: zeekClass(type) }
}

function read(line: string, context: ReadContext): SensorEvent | Unreadable | Ignored {
  if (line.trim() === '') return blank
  const open = objectStart(line)
  if (open < 0) return noObject
  const record = parseRecord(line, open)
  if (typeof record === 'string') return { kind: 'unreadable', reason: record }
  const type = typeOf(line, open, context)
  return type === undefined ? untyped : zeekEvent(record, type, context)
}

/** A log that this version does not know is named by its file, where the line surely is one of Zeek. */
function typeOf(text: string, open: number, origin: LineOrigin): string | undefined {
  const path = pathOf(text, open)
  if (path !== undefined || memberValue(text, open, '"ts"') < 0) return path
  const type = typeOfFileName(origin.fileName) ?? fieldsType(text, open)
  return type ?? (memberValue(text, open, '"uid"') < 0 ? undefined : stemOf(origin.fileName))
}

/** Names of logs are identifiers: anything else in `_path` is none. */
function pathOf(text: string, open: number): string | undefined {
  const at = memberValue(text, open, '"_path"')
  const path = at < 0 ? undefined : stringAt(text, at)
  return path !== undefined && /^[\w./-]{1,128}$/.test(path) ? path : undefined
}

/** Zeek as it comes, without `_path`. */
function isUnnamed(text: string, open: number): boolean {
  if (memberValue(text, open, '"ts"') < 0) return false
  return memberValue(text, open, '"uid"') >= 0 || fieldsType(text, open) !== undefined
}

function fieldsType(text: string, open: number): string | undefined {
  const head = text.slice(0, fieldsWithin)
  return typeOfFields((field) => memberValue(head, open, `"${field}"`) >= 0)
}

const blank = { kind: 'ignored', reason: 'blank line' } as const
const cut = { kind: 'unreadable', reason: 'the line does not end as a JSON object' } as const
const noObject = { kind: 'unreadable', reason: 'no JSON object' } as const
const untyped = {
  kind: 'unreadable',
  reason: 'JSON that names no log of Zeek: neither _path, file name nor fields',
} as const
