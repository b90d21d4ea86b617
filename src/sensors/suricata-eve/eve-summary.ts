// One line for people: what an EVE event says happened.
import type { Flow } from '../../core/event.ts'
import { flowText } from '../evidence.ts'
import { type JsonRecord, listOf, numberOf, recordOf, textOf } from '../json-value.ts'

const lengthMax = 300

/** @returns at most 300 characters, never empty. */
export function eveSummary(record: JsonRecord, type: string, flow: Flow): string {
  const ends = flowText(flow)
  const what = detail(record, type)
  const text = what === '' ? (ends === '' ? type : `${type} ${ends}`) : ends === '' ? what : `${what}, ${ends}`
  return text.length > lengthMax ? `${text.slice(0, lengthMax - 1)}…` : text
}

function detail(record: JsonRecord, type: string): string {
  switch (type) {
    case 'alert':
    case 'drop':
      return textOf(recordOf(record['alert'])?.['signature']) ?? type
    case 'dns':
      return dnsDetail(recordOf(record['dns']))
    case 'http':
      return httpDetail(recordOf(record['http']))
    case 'tls':
      return `TLS ${textOf(recordOf(record['tls'])?.['sni']) ?? textOf(recordOf(record['tls'])?.['subject']) ?? ''}`.trimEnd()
    case 'fileinfo':
      return `file ${textOf(recordOf(record['fileinfo'])?.['filename']) ?? ''}`.trimEnd()
    case 'anomaly':
      return `anomaly ${textOf(recordOf(record['anomaly'])?.['event']) ?? ''}`.trimEnd()
    case 'smtp':
      return `mail from ${textOf(recordOf(record['smtp'])?.['mail_from']) ?? 'unknown'}`
    default:
      return ''
  }
}

function httpDetail(http: JsonRecord | undefined): string {
  const status = numberOf(http?.['status'])
  const request = `${textOf(http?.['http_method']) ?? 'HTTP'} ${textOf(http?.['hostname']) ?? ''}${textOf(http?.['url']) ?? ''}`
  return status === undefined ? request : `${request} ${status}`
}

/** `rcode` on a request says nothing, so it is shown for answers only (traps C5). */
function dnsDetail(dns: JsonRecord | undefined): string {
  const kind = textOf(dns?.['type'])
  const isAnswer = kind === 'answer' || kind === 'response'
  const first = recordOf(listOf(dns?.['queries'])[0]) ?? dns
  const name = [textOf(first?.['rrtype']), textOf(first?.['rrname'])].filter((part) => part !== undefined).join(' ')
  const code = isAnswer ? textOf(dns?.['rcode']) : undefined
  return ['DNS', isAnswer ? 'answer' : 'query', name, code]
    .filter((part) => part !== undefined && part !== '')
    .join(' ')
}
