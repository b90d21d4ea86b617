// Snort 3 alert_json, both shapes: the default fields, and all of them (traps C4). Source: Snort 3 user manual,
// "alert_json"; cases in cases.jsonl.
import type { Ignored, SensorEvent, Unreadable } from '../../core/event.ts'
import { Evidence, flowOf, flowText } from '../evidence.ts'
import type { Glance, ReadContext, SensorFormat } from '../format.ts'
import { endsAsObject, integerAt, memberValue, objectStart } from '../json-text.ts'
import { type JsonRecord, numberOf, parseRecord, textOf } from '../json-value.ts'
import { signatureOfRule } from '../rule-id.ts'
import { severityOfPriority } from '../severity.ts'
import { snortTime } from '../snort-time.ts'

export const snortJson: SensorFormat = {
  name: 'snort/alert_json',
  sensor: 'snort',
  classes: { alert: 'intrusion' },
  recognise,
  glance,
  read,
}

/** Fields that every alert has, in either shape. */
const marks = ['"rule"', '"sid"', '"src_ap"', '"src_addr"', '"pkt_num"', '"pkt_gen"', '"msg"', '"action"'] as const

function recognise(lines: readonly Buffer[]): number {
  let count = 0
  for (const line of lines) {
    const text = line.toString('utf8', 0, 65_536)
    const open = objectStart(text)
    if (open >= 0 && isAlert(text, open)) count++
  }
  return count
}

function glance(line: Buffer): Glance {
  if (line.length === 0) return blank
  const text = line.toString()
  if (text.trim() === '') return blank
  if (!endsAsObject(line)) return cut
  const open = objectStart(text)
  if (open < 0) return noObject
  if (!isAlert(text, open)) return foreign
  return { kind: 'event', type: 'alert', severity: severityOfPriority(priorityOf(text, open)), selection: 'intrusion' }
}

function read(line: string, context: ReadContext): SensorEvent | Unreadable | Ignored {
  if (line.trim() === '') return blank
  const open = objectStart(line)
  if (open < 0) return noObject
  const record = parseRecord(line, open)
  if (typeof record === 'string') return { kind: 'unreadable', reason: record }
  if (!isAlert(line, open)) return foreign
  return alertOf(record, severityOfPriority(priorityOf(line, open)), context)
}

function alertOf(record: JsonRecord, severity: SensorEvent['severity'], context: ReadContext): SensorEvent {
  const source = endOf(record, 'src')
  const target = endOf(record, 'dst')
  const flow = flowOf({
    source: source.address,
    sourcePort: source.port,
    target: target.address,
    targetPort: target.port,
    protocol: textOf(record['proto']),
  })
  const evidence = new Evidence()
  evidence.relate(evidence.address(source.address), 'Connected_To', evidence.address(target.address))
  const message = textOf(record['msg'])
  const signature = signatureOfRule(ruleOf(record), message)
  const ends = flowText(flow)
  const action = textOf(record['action'])
  const name = message ?? signature?.name ?? 'alert'
  const what = action === undefined || action === 'allow' ? name : `${name} (${action})`
  return {
    kind: 'event',
    sensor: 'snort',
    type: 'alert',
    at: timeOf(record, context),
    severity,
    flow,
    observables: evidence.observables,
    relations: evidence.relations,
    summary: ends === '' ? what : `${what}, ${ends}`,
    ...(signature === undefined ? {} : { signature }),
  }
}

/** `timestamp` is the sensor's local time; where `seconds` is, it decides, and `timestamp` lends its fraction. */
function timeOf(record: JsonRecord, context: ReadContext): number {
  const timestamp = textOf(record['timestamp'])
  const seconds = numberOf(record['seconds'])
  const written = timestamp === undefined ? undefined : snortTime(timestamp, context.arrivedAt, context.zoneMinutes)
  if (seconds === undefined || !(seconds >= 0 && seconds < 1e11)) return written ?? context.arrivedAt
  const fraction = written === undefined ? 0 : ((written % 1000) + 1000) % 1000
  return Math.floor(seconds) * 1000 + fraction
}

/** `src_ap` is `address:port` without brackets: split at the last colon; the address may be empty (traps C4). */
function endOf(record: JsonRecord, side: 'src' | 'dst'): { address: string | undefined; port: number | undefined } {
  const pair = textOf(record[`${side}_ap`]) ?? ''
  const colon = pair.lastIndexOf(':')
  const address = textOf(record[`${side}_addr`]) ?? textOf(pair.slice(0, Math.max(colon, 0)))
  const port = numberOf(record[`${side}_port`]) ?? (colon < 0 ? undefined : numberOf(pair.slice(colon + 1)))
  return { address, port }
}

function ruleOf(record: JsonRecord): string {
  const rule = textOf(record['rule'])
  if (rule !== undefined) return rule
  return `${numberOf(record['gid']) ?? 1}:${numberOf(record['sid']) ?? ''}:${numberOf(record['rev']) ?? 0}`
}

function priorityOf(text: string, open: number): number | undefined {
  const at = memberValue(text, open, '"priority"')
  const digits = at < 0 ? undefined : integerAt(text, at)
  return digits === undefined ? undefined : Number(digits)
}

/** EVE has `event_type` and Zeek `ts`; of Snort's own fields two must be there. */
function isAlert(text: string, open: number): boolean {
  if (memberValue(text, open, '"event_type"') >= 0 || memberValue(text, open, '"ts"') >= 0) return false
  let seen = 0
  for (const mark of marks) {
    if (memberValue(text, open, mark) >= 0) seen++
    if (seen === 2) return true
  }
  return false
}

const blank = { kind: 'ignored', reason: 'blank line' } as const
const cut = { kind: 'unreadable', reason: 'the line does not end as a JSON object' } as const
const noObject = { kind: 'unreadable', reason: 'no JSON object' } as const
const foreign = { kind: 'unreadable', reason: 'JSON without the fields of a Snort alert' } as const
