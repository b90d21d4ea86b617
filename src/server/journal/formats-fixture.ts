// A format for the journal's own tests: one JSON object a line, its members the observables. Loaded by name, as the
// sensors' list is, so that the journal is proved without any sensor's rules.
import type { SensorEvent, Severity } from '../../core/event.ts'
import { normalise, observableTypes } from '../../core/observable.ts'
import type { ReadContext, SensorFormat } from '../../sensors/format.ts'

const fixture: SensorFormat = {
  name: 'suricata/eve',
  sensor: 'suricata',
  classes: {},
  recognise: (lines) => lines.length,
  glance: () => ({ kind: 'event', type: 'test', severity: 'unknown', selection: 'other' }),
  read,
}

/** A parser of tomorrow: it also understands `!` lines. Chosen by the file name. */
export function formatNamed(name: string): SensorFormat | undefined {
  return name === fixture.name ? fixture : undefined
}

function read(line: string, context: ReadContext): ReturnType<SensorFormat['read']> {
  if (line.startsWith('throw')) throw new RangeError('a parser with a fault')
  let json: unknown
  try {
    json = JSON.parse(line)
  } catch {
    return { kind: 'unreadable', reason: 'no JSON' }
  }
  if (typeof json !== 'object' || json === null) return { kind: 'unreadable', reason: 'no object' }
  const members = json as Record<string, string | number | undefined>
  const observables = observableTypes.flatMap((type) => {
    const value = members[type]
    return (value === undefined ? undefined : normalise(type, String(value))) ?? []
  })
  const event: SensorEvent = {
    kind: 'event',
    sensor: 'suricata',
    type: String(members['type'] ?? 'test'),
    at: Number(members['at'] ?? context.arrivedAt),
    severity: severity(members['severity']),
    flow: {
      ...(members['port'] !== undefined && { targetPort: Number(members['port']) }),
      ...(members['proto'] !== undefined && { protocol: String(members['proto']) }),
    },
    observables,
    relations: [],
    summary: line.slice(0, 80),
    ...(members['sid'] !== undefined && {
      signature: { id: String(members['sid']), name: String(members['signature'] ?? '') },
    }),
    ...(members['flag'] !== undefined && { flags: [String(members['flag'])] }),
    ...(members['host'] !== undefined && { host: String(members['host']) }),
  }
  return event
}

function severity(value: unknown): Severity {
  return value === 'high' || value === 'medium' || value === 'low' ? value : 'unknown'
}
