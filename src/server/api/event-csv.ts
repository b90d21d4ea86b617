// Events as rows of CSV (RFC 4180) for people's spreadsheets. What a sensor wrote can look like a formula: such a cell
// begins with an apostrophe, so that opening the file runs nothing (docs/export.md; CWE-1236). JSON lines are exact.
import type { EventLine } from '../../wire/api/events.ts'

const columns = [
  'kind',
  'time',
  'arrived',
  'severity',
  'type',
  'summary',
  'signature_id',
  'signature',
  'source',
  'source_port',
  'target',
  'target_port',
  'protocol',
  'device',
  'input',
  'format',
  'stream',
  'sequence',
  'lost',
  'raw',
] as const
type Column = (typeof columns)[number]

export const csvHead = `${columns.join(',')}\r\n`

/** @returns the row with its line end. */
export function csvRow(line: EventLine): string {
  const cells = line.kind === 'event' ? cellsOfEvent(line) : cellsOfLoss(line)
  return `${columns.map((column) => csvCell(cells[column])).join(',')}\r\n`
}

type Cells = Partial<Record<Column, string | number>>

function cellsOfEvent(line: Extract<EventLine, { kind: 'event' }>): Cells {
  const { body, device, source, format, stream, sequence, raw } = line
  const common: Cells = {
    kind: body.kind,
    time: instant(body.at),
    arrived: instant(line.arrivedAt),
    device,
    input: source,
    format,
    stream,
    sequence,
    raw,
  }
  if (body.kind === 'quarantined') return { ...common, summary: body.reason }
  const { flow, signature } = body
  return {
    ...common,
    severity: body.severity,
    type: body.type,
    summary: body.summary,
    ...(signature !== undefined && { signature_id: signature.id, signature: signature.name }),
    ...(flow.source !== undefined && { source: flow.source }),
    ...(flow.sourcePort !== undefined && { source_port: flow.sourcePort }),
    ...(flow.target !== undefined && { target: flow.target }),
    ...(flow.targetPort !== undefined && { target_port: flow.targetPort }),
    ...(flow.protocol !== undefined && { protocol: flow.protocol }),
  }
}

function cellsOfLoss({
  device,
  source,
  stream,
  sequence,
  cause,
  count,
  from,
  to,
}: Extract<EventLine, { kind: 'loss' }>): Cells {
  return {
    kind: 'lost',
    time: instant(to),
    arrived: instant(from),
    summary: cause,
    device,
    input: source,
    stream,
    sequence,
    lost: count ?? 'unknown',
  }
}

function instant(at: number): string {
  return new Date(at).toISOString()
}

/** A cell that begins so is a formula, or a beginning that some spreadsheet strips off to find one. */
const formula = /^[\s\u0000]*[=+\-@\uff1d\uff0b\uff0d\uff20|]|^[\t\r\n]/u

function csvCell(value: string | number | undefined): string {
  if (value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const text = formula.test(value) ? `'${value}` : value
  return /[",\r\n;\t]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text
}
