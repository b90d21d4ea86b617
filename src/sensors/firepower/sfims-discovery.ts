// Discovery lines of the SFIMS form (traps C3): `SFIMS: <*- New Host From "SENSOR" at TIME -*> …`: what the firewall
// learned of a host.
import type { SensorEvent } from '../../core/event.ts'
import { Evidence } from '../evidence.ts'
import type { ReadContext } from '../format.ts'
import { sfimsTime } from './sfims.ts'
import { originOf } from './syslog-head.ts'

export type SfimsDiscovery = {
  readonly what: string
  readonly sensor: string
  readonly time: string
  /** What stands before and behind the marks. */
  readonly before: string
  readonly rest: string
}

const open = '<*- '
const close = ' -*>'
/** Nothing between the marks is longer. */
const markedMax = 512
const addressesMax = 16

/** @returns the parts of such a line; undefined for every other */
export function parseSfimsDiscovery(line: string): SfimsDiscovery | undefined {
  const begin = line.indexOf(open)
  const end = begin < 0 ? -1 : line.indexOf(close, begin)
  if (end < 0 || end - begin > markedMax) return undefined
  const marked = line.slice(begin + open.length, end)
  const at = marked.lastIndexOf(' at ')
  const from = marked.lastIndexOf(' From ', at)
  if (at < 0 || from < 1) return undefined
  const sensor = marked.slice(from + ' From '.length, at).replace(/^"|"$/g, '')
  const what = marked.slice(0, from).trim()
  if (sensor === '' || what === '') return undefined
  const rest = line.slice(end + close.length)
  return { what, sensor, time: marked.slice(at + ' at '.length), before: line.slice(0, begin), rest }
}

/** The time behind `at` is the event's, the device is the sensor: as of an intrusion. */
export function sfimsDiscoveryEvent(parts: SfimsDiscovery, context: ReadContext): SensorEvent {
  const { what, sensor, time, before, rest } = parts
  const evidence = new Evidence()
  const found = rest.slice(0, 4_096).matchAll(/(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/g)
  for (const [address] of [...found].slice(0, addressesMax)) evidence.address(address)
  return {
    kind: 'event',
    sensor: 'firepower',
    type: 'discovery',
    at:
      sfimsTime(time, context.zoneMinutes) ??
      originOf(before, context.arrivedAt, context.zoneMinutes).at ??
      context.arrivedAt,
    severity: 'unknown',
    host: sensor,
    flow: {},
    observables: evidence.observables,
    relations: evidence.relations,
    summary: `${what} ${rest.trim()}`.trim().slice(0, 300),
  }
}
