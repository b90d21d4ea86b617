// Intrusion lines of the older SFIMS form (traps C3): `[1:402:16] "MSG" [Impact: X] From "SENSOR" at TIME
// [Classification: X] [Priority: n] {proto} A->B`, with or without `SFIMS: ` before it.
import type { SensorEvent, Severity } from '../../core/event.ts'
import { civilTime, monthNumber } from '../event-time.ts'
import { Evidence, flowOf, flowText } from '../evidence.ts'
import type { ReadContext } from '../format.ts'
import { severityOfPriority } from '../severity.ts'
import { originOf } from './syslog-head.ts'

export type SfimsIntrusion = {
  readonly gid: string
  readonly sid: string
  readonly message: string
  readonly sensor: string
  readonly time: string
  readonly severity: Severity
  readonly protocol: string
  readonly source: string
  readonly target: string
  /** What stands before the rule's number. */
  readonly before: string
}

const rule = /\[(\d{1,10}):(\d{1,10}):\d{1,10}\] "/
/** What follows the message. Its length is bounded before it is tried, in place of counted repeats inside. */
const behind =
  /^" (?:\[Impact: [^\]]*\] )?From "?([^"]+?)"? at ([^[]+?) (?:\[Classification: [^\]]*\] )?\[Priority: (\d+)\] \{([^}]+)\} ([^\s>-]\S*?(?: \([^)]*\))?) ?-> ?(\S+(?: \([^)]*\))?)\s*$/
/** No such line is longer behind its message. */
const behindMax = 1024

/** @returns the parts of such a line; undefined for every other. */
export function parseSfims(line: string): SfimsIntrusion | undefined {
  const start = rule.exec(line)
  if (!start?.[1] || !start[2]) return undefined
  const from = start.index + start[0].length
  // The message may hold quotes: what follows it decides where it ends.
  let end = line.indexOf('" [Impact: ', from)
  if (end < 0) end = line.indexOf('" From ', from)
  const match = end < 0 || line.length - end > behindMax ? null : behind.exec(line.slice(end))
  if (!match) return undefined
  const [, sensor = '', time = '', priority, protocol = '', source = '', target = ''] = match
  return {
    gid: start[1],
    sid: start[2],
    message: line.slice(from, end),
    sensor,
    time,
    severity: severityOfPriority(Number(priority)),
    protocol,
    source,
    target,
    before: line.slice(0, start.index),
  }
}

/** The time behind `at` is the event's; that of the head is the manager's. The device is the sensor (traps C3). */
export function sfimsEvent(parts: SfimsIntrusion, context: ReadContext): SensorEvent {
  const source = sfimsEnd(parts.source, parts.protocol)
  const target = sfimsEnd(parts.target, parts.protocol)
  const flow = flowOf({
    source: source.address,
    sourcePort: source.port,
    target: target.address,
    targetPort: target.port,
    protocol: parts.protocol,
  })
  const evidence = new Evidence()
  evidence.relate(evidence.address(source.address), 'Connected_To', evidence.address(target.address))
  const id = `${parts.gid}:${parts.sid}`
  return {
    kind: 'event',
    sensor: 'firepower',
    type: 'intrusion',
    at:
      sfimsTime(parts.time, context.zoneMinutes) ??
      originOf(parts.before, context.arrivedAt, context.zoneMinutes).at ??
      context.arrivedAt,
    severity: parts.severity,
    signature: { id, name: parts.message === '' ? id : parts.message },
    host: parts.sensor,
    flow,
    observables: evidence.observables,
    relations: evidence.relations,
    summary: `${parts.message === '' ? id : parts.message}, ${flowText(flow)}`.slice(0, 300),
  }
}

/** `Wed Feb  3 05:49:51 2021 UTC`; of other zone names only the sensor's own setting is known. */
export function sfimsTime(text: string, zoneMinutes: number): number | undefined {
  const match = /^(?:[A-Za-z]{3} )?([A-Za-z]{3}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})(?: (\S+))?$/.exec(text)
  const month = monthNumber(match?.[1] ?? '')
  if (!match || month === undefined) return undefined
  const [, , day, hour, minute, second, year, zone] = match
  const civil = civilTime(Number(year), month, Number(day), Number(hour), Number(minute), Number(second))
  if (civil === undefined) return undefined
  return zone === 'UTC' || zone === 'GMT' ? civil : civil - zoneMinutes * 60_000
}

/** A country may stand behind an end; ports may be missing; of version 6 the last colon parts the port (traps C3). */
export function sfimsEnd(text: string, protocol: string): { address: string; port: number | undefined } {
  const end = text.replace(/ \([^)]*\)$/, '')
  const colon = end.lastIndexOf(':')
  const isVersion6 = end.indexOf(':') !== colon
  if (colon < 0 || (isVersion6 && !/^(?:tcp|udp|sctp)$/i.test(protocol))) return { address: end, port: undefined }
  return { address: end.slice(0, colon), port: Number(end.slice(colon + 1)) }
}
