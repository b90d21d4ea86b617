// What the exchange itself can say of a device that has no channel: what it issued, and what it heard last.
import { type Code, codes } from '../core/codes.ts'
import type { DeviceRecord } from '../wire/api/fleet.ts'
import type { CheckResult, DoctorReport } from '../wire/doctor.ts'
import { age } from './age.ts'
import { failed, type Finding, passed, skipped, unknown } from './check.ts'

/**
 * @param program the exchange's
 * @param now its clock, Unix ms
 */
export function absentReport(record: DeviceRecord, program: string, now: number): DoctorReport {
  const certificate = certificateOf(record, now)
  const heard = record.lastSeenAt === 0 ? 'never' : `${age(now - record.lastSeenAt)} ago`
  const channel =
    certificate.status === 'fail'
      ? skipped('needs Certificate')
      : record.states.connected
        ? unknown('its channel lives, and it did not answer: it may be of an older version')
        : failed('channel.absent', `it was heard ${heard}`)
  const spool = record.status?.eventHandler?.spool.outstandingEvents
  const kept = unknown(spool === undefined ? 'it never said' : `${spool} events waited when it was heard, ${heard}`)
  const checks = [
    resultOf('certificate', 'Certificate', 'identity', certificate),
    resultOf('channel', 'Channel', 'delivery', channel),
    resultOf('spool', 'Spool', 'delivery', kept),
  ]
  const start = checks.find(({ status }) => status === 'fail')?.code ?? null
  return {
    v: 1,
    device: record.id,
    program,
    from: 'exchange',
    at: now,
    durationMs: 0,
    ...(start === null && record.states.flowing
      ? { verdict: 'flowing', sentence: 'events are flowing, as far as the exchange can tell' }
      : {
          verdict: 'kept',
          sentence: `events are kept, as far as the exchange can tell. Start with ${start ?? 'the device'}.`,
        }),
    start,
    checks,
  }
}

function certificateOf({ id, certificate, states }: DeviceRecord, now: number): Finding {
  const fix = 'sallyport token create, then on the device: sallyport device enrol TOKEN'
  if (certificate === null) return failed('identity.unlisted', `none was issued to ${id}`, fix)
  const because = (code: Code, at: number) => failed(code, `${codes[code].cause}, ${age(now - at)} ago`, fix)
  if (certificate.revokedAt !== null) return because('identity.revoked', certificate.revokedAt)
  if (certificate.notAfter < now) return because('identity.lapsed', certificate.notAfter)
  if (!states.enrolled) return failed('identity.removed', `${id} was removed or banned`, fix)
  return passed(`it ends in ${age(certificate.notAfter - now)}`)
}

function resultOf(id: string, title: string, layer: CheckResult['layer'], finding: Finding): CheckResult {
  return { id, title, layer, ...finding, durationMs: 0 }
}
