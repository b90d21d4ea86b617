// Firepower and NGIPS over syslog: events 430001 to 430005, diagnostics, and the older SFIMS lines: intrusions,
// connections, discovery (traps C2, C3).
// Sources: Cisco, "Threat Defense Syslog Messages"; cases in cases.jsonl.
import type { Ignored, SensorEvent, Unreadable } from '../../core/event.ts'
import type { Glance, ReadContext, SensorFormat } from '../format.ts'
import { firepowerEvent } from './firepower-event.ts'
import { type FirepowerKind, firepowerClasses, kindOf } from './firepower-kind.ts'
import { parseSfims, sfimsEvent } from './sfims.ts'
import { parseSfimsConnection, sfimsConnectionEvent } from './sfims-connection.ts'
import { parseSfimsDiscovery, sfimsDiscoveryEvent } from './sfims-discovery.ts'
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
    if (head === undefined ? olderForm(text) !== undefined : head.product !== 'ASA') count++
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
  const older = olderForm(withoutEnd(text))
  return older === undefined ? foreign : { kind: 'event', ...older.kind }
}

function read(line: string, context: ReadContext): SensorEvent | Unreadable | Ignored {
  const text = withoutEnd(line)
  const head = syslogHead(text)
  if (head?.product === 'ASA') return asa
  if (head !== undefined) return firepowerEvent(text, head, context)
  if (text.trim() === '') return blank
  return olderForm(text)?.event(context) ?? foreign
}

type OlderForm = { readonly kind: FirepowerKind; event(context: ReadContext): SensorEvent }

/** The three kinds of SFIMS line. */
function olderForm(text: string): OlderForm | undefined {
  const intrusion = parseSfims(text)
  if (intrusion !== undefined)
    return {
      kind: { type: 'intrusion', severity: intrusion.severity, selection: 'intrusion' },
      event: (context) => sfimsEvent(intrusion, context),
    }
  const connection = parseSfimsConnection(text)
  if (connection !== undefined)
    return { kind: connection.kind, event: (context) => sfimsConnectionEvent(connection, context) }
  const discovery = parseSfimsDiscovery(text)
  if (discovery === undefined) return undefined
  return {
    kind: { type: 'discovery', severity: 'unknown', selection: 'other' },
    event: (context) => sfimsDiscoveryEvent(discovery, context),
  }
}

function withoutEnd(text: string): string {
  return text.endsWith('\r') ? text.slice(0, -1) : text
}

const blank = { kind: 'ignored', reason: 'blank line' } as const
const asa = { kind: 'ignored', reason: 'a line of another product: ASA' } as const
const foreign = { kind: 'unreadable', reason: 'syslog without a tag of Firepower, and no SFIMS line' } as const
