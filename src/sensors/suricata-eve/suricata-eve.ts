// Suricata EVE: one JSON object a line, typed by `event_type` (traps C5). Source: Suricata user guide, "EVE JSON
// Output"; cases in cases.jsonl.
import type { Ignored, SensorEvent, Severity, Signature, Unreadable } from '../../core/event.ts'
import { isoTime } from '../event-time.ts'
import { Evidence, flowOf } from '../evidence.ts'
import type { Glance, ReadContext, SensorFormat } from '../format.ts'
import { endsAsObject, memberValue, objectStart } from '../json-text.ts'
import { type JsonRecord, numberOf, parseRecord, recordOf, textOf } from '../json-value.ts'
import { gatherEve } from './eve-evidence.ts'
import { type EveGlance, eveClasses, flowIdText, glanceEve } from './eve-glance.ts'
import { eveSummary } from './eve-summary.ts'

export const suricataEve: SensorFormat = {
  name: 'suricata/eve',
  sensor: 'suricata',
  classes: eveClasses,
  recognise,
  glance,
  read,
}

/** What stands before the alert of a line, as a rule; the rest is looked at only where it must be. */
const headBytes = 640

function recognise(lines: readonly Buffer[]): number {
  let count = 0
  for (const line of lines) {
    const head = line.toString('utf8', 0, 65_536)
    const open = objectStart(head)
    if (open < 0 || memberValue(head, open, '"timestamp"') < 0) continue
    if (glanceEve(head, open) !== undefined) count++
  }
  return count
}

function glance(line: Buffer): Glance {
  if (line.length === 0) return blank
  if (!endsAsObject(line)) return line.toString().trim() === '' ? blank : cut
  let seen = lookAt(line.toString('utf8', 0, headBytes))
  if (line.length > headBytes && seen?.isDecided !== true) seen = lookAt(line.toString())
  if (seen === undefined) return untyped
  return { kind: 'event', type: seen.type, severity: seen.severity, selection: seen.selection }
}

function lookAt(text: string): EveGlance | undefined {
  const open = objectStart(text)
  return open < 0 ? undefined : glanceEve(text, open)
}

function read(line: string, context: ReadContext): SensorEvent | Unreadable | Ignored {
  if (line.trim() === '') return blank
  const open = objectStart(line)
  if (open < 0) return { kind: 'unreadable', reason: 'no JSON object' }
  const record = parseRecord(line, open)
  if (typeof record === 'string') return { kind: 'unreadable', reason: record }
  const seen = glanceEve(line, open)
  if (seen === undefined) return untyped
  const flowId = context.wanted === 'index' ? undefined : flowIdText(record['flow_id'], line, open)
  return eventOf(record, seen.type, seen.severity, flowId, context)
}

function eventOf(
  record: JsonRecord,
  type: string,
  severity: Severity,
  flowId: string | undefined,
  context: ReadContext,
): SensorEvent {
  const isWhole = context.wanted === 'everything'
  const flow = flowOf({
    source: isWhole ? textOf(record['src_ip']) : undefined,
    sourcePort: numberOf(record['src_port']),
    target: isWhole ? textOf(record['dest_ip']) : undefined,
    targetPort: numberOf(record['dest_port']),
    protocol: textOf(record['proto']) ?? numberOf(record['proto'])?.toString(),
  })
  const evidence = new Evidence(context.wanted)
  gatherEve(record, type, evidence)
  const event: { -readonly [K in keyof SensorEvent]: SensorEvent[K] } = {
    kind: 'event',
    sensor: 'suricata',
    type,
    at: timeOf(record, type, context),
    severity,
    flow,
    observables: evidence.observables,
    relations: evidence.relations,
    summary: isWhole ? eveSummary(record, type, flow) : '',
  }
  const signature = signatureOf(record)
  const host = textOf(record['host'])
  if (signature !== undefined) event.signature = signature
  if (host !== undefined) event.host = host
  if (flowId !== undefined) event.flowId = flowId
  return event
}

/** A flow's `timestamp` is when it was logged; it happened at its start, whichever is later (traps C5). */
function timeOf(record: JsonRecord, type: string, context: ReadContext): number {
  const flow = type === 'flow' ? record['flow'] : type === 'netflow' ? record['netflow'] : undefined
  const start = textOf(recordOf(flow)?.['start'])
  const started = start === undefined ? undefined : isoTime(start, context.zoneMinutes)
  if (started !== undefined) return started
  const timestamp = textOf(record['timestamp'])
  return (timestamp === undefined ? undefined : isoTime(timestamp, context.zoneMinutes)) ?? context.arrivedAt
}

function signatureOf(record: JsonRecord): Signature | undefined {
  const alert = recordOf(record['alert'])
  const sid = numberOf(alert?.['signature_id'])
  if (sid !== undefined) {
    const id = `${numberOf(alert?.['gid']) ?? 1}:${sid}`
    return { id, name: textOf(alert?.['signature']) ?? id }
  }
  const anomaly = textOf(recordOf(record['anomaly'])?.['event'])
  return anomaly === undefined ? undefined : { id: anomaly, name: anomaly }
}

const blank = { kind: 'ignored', reason: 'blank line' } as const
const cut = { kind: 'unreadable', reason: 'the line does not end as a JSON object' } as const
const untyped = { kind: 'unreadable', reason: 'JSON without event_type: not EVE' } as const
