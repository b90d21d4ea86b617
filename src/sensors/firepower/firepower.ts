// Firepower and NGIPS over syslog: events 430001 to 430005, diagnostics, and SFIMS intrusion lines (traps C2, C3).
// Sources: Cisco, "Threat Defense Syslog Messages"; cases in cases.jsonl.
import type { Ignored, SensorEvent, Unreadable } from '../../core/event.ts'
import type { Glance, ReadContext, SensorFormat } from '../format.ts'
import { firepowerEvent } from './firepower-event.ts'
import { firepowerClasses, kindOf } from './firepower-kind.ts'
import { parseSfims, sfimsEvent } from './sfims.ts'
import { syslogHead } from './syslog-head.ts'

export const firepower: SensorFormat = {
  name: 'cisco/syslog',
  sensor: 'firepower',
  classes: firepowerClasses,
  recognise,
  glance,
  read,
}

function recognise(lines: readonly Buffer[]): number {
  let count = 0
  for (const line of lines) {
    const text = line.toString('utf8', 0, 65_536)
    const head = syslogHead(text)
    if (head === undefined ? parseSfims(text) !== undefined : head.product !== 'ASA') count++
  }
  return count
}

function glance(line: Buffer): Glance {
  if (line.length === 0) return blank
  const text = line.toString()
  const head = syslogHead(text)
  if (head?.product === 'ASA') return asa
  if (head !== undefined) return { kind: 'event', ...kindOf(head.id, withoutEnd(text).slice(head.bodyAt)) }
  if (text.trim() === '') return blank
  const sfims = parseSfims(text)
  if (sfims === undefined) return foreign
  return { kind: 'event', type: 'intrusion', severity: sfims.severity, selection: 'intrusion' }
}

function read(line: string, context: ReadContext): SensorEvent | Unreadable | Ignored {
  const text = withoutEnd(line)
  const head = syslogHead(text)
  if (head?.product === 'ASA') return asa
  if (head !== undefined) return firepowerEvent(text, head, context)
  if (text.trim() === '') return blank
  const sfims = parseSfims(text)
  return sfims === undefined ? foreign : sfimsEvent(sfims, context)
}

function withoutEnd(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text
}

const blank = { kind: 'ignored', reason: 'blank line' } as const
const asa = { kind: 'ignored', reason: 'a line of another product: ASA' } as const
const foreign = { kind: 'unreadable', reason: 'syslog without a tag of Firepower, and no SFIMS intrusion' } as const
