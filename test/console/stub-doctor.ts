// What the contract double's doctor says: nothing is wrong with the first device, the sensor's file of the other is.
import type { CheckResult, DoctorReport } from '../../src/wire/doctor.ts'
import { stubNow } from './stub-data.ts'

const holds = (id: string, title: string): CheckResult => ({
  id,
  title,
  layer: 'network',
  status: 'ok',
  evidence: 'as it should be',
  code: null,
  cause: null,
  fix: null,
  durationMs: 3,
})

export function stubReport(device: string): DoctorReport {
  const common = { v: 1 as const, device, program: 'sallyport 0.1.0', at: stubNow, durationMs: 240 }
  if (device === 'edge-1')
    return {
      ...common,
      from: 'device',
      verdict: 'flowing',
      sentence: 'events are flowing: the last was acknowledged 2 s ago',
      start: null,
      checks: [holds('tcp', 'TCP'), holds('tls', 'TLS')],
    }
  return {
    ...common,
    from: 'exchange',
    verdict: 'kept',
    sentence: 'events are kept, not delivered: start with source.unreadable',
    start: 'source.unreadable',
    checks: [
      holds('services', 'Process'),
      {
        ...holds('sensor', 'Sensor'),
        layer: 'sensor',
        status: 'fail',
        evidence: 'eve: /var/log/suricata/eve.json is unreadable (permission denied)',
        code: 'source.unreadable',
        cause: 'EventHandler may not read what the sensor writes',
        fix: 'setfacl -m u:sallyport:r /var/log/suricata/eve.json',
      },
      { ...holds('channel', 'Channel'), layer: 'delivery', status: 'skip', evidence: 'needs Sensor' },
      { ...holds('clock', 'Clock'), status: 'unknown', evidence: 'the device does not answer' },
    ],
  }
}
