// An event from the fields of one line of Zeek, whichever way they were written (traps C6).
import type { Flow, SensorEvent, Signature } from '../core/event.ts'
import { epochTime, isoTime } from './event-time.ts'
import { Evidence, flowOf, flowText } from './evidence.ts'
import type { ReadContext } from './format.ts'
import { type JsonRecord, listOf, numberOf, textOf } from './json-value.ts'
import { gatherZeek } from './zeek-evidence.ts'
import { zeekSeverity } from './zeek-type.ts'

const summaryMax = 300

/**
 * @param record the fields by their flat, dotted names; unset ones absent
 * @param type the log's name
 * @param addressFields further fields that hold addresses, where a header says so
 */
export function zeekEvent(
  record: JsonRecord,
  type: string,
  context: ReadContext,
  addressFields: readonly string[] = [],
): SensorEvent {
  const flow = zeekFlow(record)
  const evidence = new Evidence()
  gatherZeek(record, type, evidence)
  for (const field of addressFields) for (const value of listOf(record[field])) evidence.address(textOf(value))
  const event: { -readonly [K in keyof SensorEvent]: SensorEvent[K] } = {
    kind: 'event',
    sensor: 'zeek',
    type,
    at: timeOf(record['ts'], context),
    severity: zeekSeverity(type),
    flow,
    observables: evidence.observables,
    relations: evidence.relations,
    summary: summaryOf(record, type, flow),
  }
  const signature = signatureOf(record, type)
  const host = textOf(record['_system_name'])
  const flowId = textOf(record['uid']) ?? textOf(listOf(record['conn_uids'])[0])
  if (signature !== undefined) event.signature = signature
  if (host !== undefined) event.host = host
  if (flowId !== undefined) event.flowId = flowId
  return event
}

/** `ts` is seconds, milliseconds or ISO text; a number may be written as text (traps C6). */
function timeOf(ts: unknown, context: ReadContext): number {
  if (typeof ts === 'number') return epochTime(ts) ?? context.arrivedAt
  if (typeof ts !== 'string') return context.arrivedAt
  const at = /^\d+(?:\.\d+)?$/.test(ts) ? epochTime(Number(ts)) : isoTime(ts, context.zoneMinutes)
  return at ?? context.arrivedAt
}

/** A notice has `src` and `dst` beside `id.*`, files have sets of hosts, and some logs only one `host`. */
function zeekFlow(record: JsonRecord): Flow {
  return flowOf({
    source:
      textOf(record['id.orig_h']) ??
      textOf(record['src']) ??
      textOf(listOf(record['tx_hosts'])[0]) ??
      textOf(record['client_addr']),
    sourcePort: numberOf(record['id.orig_p']),
    target:
      textOf(record['id.resp_h']) ??
      textOf(record['dst']) ??
      textOf(listOf(record['rx_hosts'])[0]) ??
      textOf(record['server_addr']),
    targetPort: numberOf(record['id.resp_p']) ?? numberOf(record['p']),
    protocol: textOf(record['proto']),
  })
}

function signatureOf(record: JsonRecord, type: string): Signature | undefined {
  const id =
    type === 'notice'
      ? textOf(record['note'])
      : type === 'signatures'
        ? textOf(record['sig_id'])
        : type === 'weird'
          ? textOf(record['name'])
          : undefined
  return id === undefined ? undefined : { id, name: id }
}

function summaryOf(record: JsonRecord, type: string, flow: Flow): string {
  const ends = flowText(flow)
  const what = detail(record, type)
  const text = [what === '' ? type : `${type}: ${what}`, ends].filter((part) => part !== '').join(', ')
  return text.length > summaryMax ? `${text.slice(0, summaryMax - 1)}…` : text
}

function detail(record: JsonRecord, type: string): string {
  switch (type) {
    case 'dns':
      return words(record['qtype_name'], record['query'], record['rcode_name'])
    case 'http':
      return words(
        record['method'],
        `${textOf(record['host']) ?? ''}${textOf(record['uri']) ?? ''}`,
        record['status_code'],
      )
    case 'ssl':
      return words(record['server_name'])
    case 'notice':
      return words(record['note'], record['msg'])
    case 'files':
      return words(record['filename'], record['mime_type'])
    case 'smtp':
      return words(record['mailfrom'])
    case 'weird':
      return words(record['name'])
    default:
      return ''
  }
}

function words(...values: readonly unknown[]): string {
  return values.filter((value) => typeof value === 'number' || (typeof value === 'string' && value !== '')).join(' ')
}
