// Snort alert_fast: `time [**] [gid:sid:rev] MSG [**] [Classification: X] [Priority: n] {PROTO} A:p -> B:q` (traps C4).
// Source: Snort 3 user manual, "alert_fast"; cases in cases.jsonl.
import type { Ignored, SensorEvent, Unreadable } from '../../core/event.ts'
import { Evidence, flowOf, flowText } from '../evidence.ts'
import type { Glance, ReadContext, SensorFormat } from '../format.ts'
import { signatureOfRule } from '../rule-id.ts'
import { severityOfPriority } from '../severity.ts'
import { snortTime } from '../snort-time.ts'

export const snortFast: SensorFormat = {
  name: 'snort/alert_fast',
  sensor: 'snort',
  classes: { alert: 'intrusion' },
  recognise,
  glance,
  read,
}

type FastAlert = {
  readonly time: string
  readonly rule: string
  readonly message: string
  readonly priority: number | undefined
  /** What Snort 3 took the application for, where it says. */
  readonly application: string | undefined
  readonly protocol: string | undefined
  readonly source: string | undefined
  readonly target: string | undefined
}

const head = /^\ufeff?(\S{14,40})\s+\[\*\*\] \[(\d{1,10}:\d{1,10}:\d{1,10})\] ?/
const tail = /^(?:\[[^\]]*\] ?)*(?:\{([^}]{1,40})\} (\S{1,64}) -> (\S{1,64}))?\s*$/

function recognise(lines: readonly Buffer[]): number {
  return lines.filter((line) => parse(line.toString('utf8', 0, 65_536)) !== undefined).length
}

function glance(line: Buffer): Glance {
  if (line.length === 0) return blank
  const text = line.toString()
  if (text.trim() === '') return blank
  const alert = parse(text)
  if (alert === undefined) return foreign
  return { kind: 'event', type: 'alert', severity: severityOfPriority(alert.priority), selection: 'intrusion' }
}

function read(line: string, context: ReadContext): SensorEvent | Unreadable | Ignored {
  if (line.trim() === '') return blank
  const alert = parse(line)
  if (alert === undefined) return foreign
  const source = endOf(alert.source, alert.protocol)
  const target = endOf(alert.target, alert.protocol)
  const flow = flowOf({
    source: source.address,
    sourcePort: source.port,
    target: target.address,
    targetPort: target.port,
    protocol: alert.protocol,
  })
  const evidence = new Evidence()
  evidence.relate(evidence.address(source.address), 'Connected_To', evidence.address(target.address))
  const signature = signatureOfRule(alert.rule, alert.message === '' ? undefined : alert.message)
  const ends = flowText(flow)
  const name = signature?.name ?? 'alert'
  const what = alert.application === undefined ? name : `${name} (${alert.application})`
  return {
    kind: 'event',
    sensor: 'snort',
    type: 'alert',
    at: snortTime(alert.time, context.arrivedAt, context.zoneMinutes) ?? context.arrivedAt,
    severity: severityOfPriority(alert.priority),
    flow,
    observables: evidence.observables,
    relations: evidence.relations,
    summary: ends === '' ? what : `${what}, ${ends}`,
    ...(signature === undefined ? {} : { signature }),
  }
}

/** The message may hold `[` and `**`: it ends at the last ` [**]` of the line. */
function parse(text: string): FastAlert | undefined {
  const start = head.exec(text)
  if (!start?.[1] || !start[2] || !isTime.test(start[1])) return undefined
  const end = text.lastIndexOf('[**]')
  if (end < start[0].length) return undefined
  const rest = text.slice(end + 4).trim()
  const marks = tail.exec(rest)
  if (!marks) return undefined
  const priority = /\[Priority: (\d{1,9})\]/.exec(rest)?.[1]
  return {
    time: start[1],
    rule: start[2],
    message: unquoted(text.slice(start[0].length, end).trim()),
    priority: priority === undefined ? undefined : Number(priority),
    application: /\[AppID: ([^\]]{1,64})\]/.exec(rest)?.[1],
    protocol: marks[1],
    source: marks[2],
    target: marks[3],
  }
}

const isTime = /^(?:\d{2,4}\/)?\d{2}\/\d{2}-\d{2}:\d{2}:\d{2}/

/** Snort 3 puts the message in quotes. */
function unquoted(message: string): string {
  return message.length > 1 && message.startsWith('"') && message.endsWith('"')
    ? message.slice(1, -1).replace(/\\(["\\])/g, '$1')
    : message
}

/** `A:p` splits at the last colon, also of version 6; protocols without ports write the address alone (traps C4). */
function endOf(
  text: string | undefined,
  protocol: string | undefined,
): { address: string | undefined; port: number | undefined } {
  if (text === undefined) return { address: undefined, port: undefined }
  const colon = text.lastIndexOf(':')
  const isBare = text.indexOf(':') !== colon && !/^(?:TCP|UDP|SCTP)$/i.test(protocol ?? '')
  if (colon < 0 || isBare) return { address: text, port: undefined }
  return { address: text.slice(0, colon), port: Number(text.slice(colon + 1)) }
}

const blank = { kind: 'ignored', reason: 'blank line' } as const
const foreign = { kind: 'unreadable', reason: 'no line of Snort alert_fast' } as const
