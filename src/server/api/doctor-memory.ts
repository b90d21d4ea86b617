// The doctor in memory, for tests of the API.
import type { DoctorReport } from '../../wire/doctor.ts'
import type { Doctor } from './ports.ts'

/** @param asked where each question is noted; @param known the one device there is */
export function memoryDoctor(asked: string[], known: string): Doctor {
  return {
    async examine(_organisation, id) {
      asked.push(`doctor ${id}`)
      return id === known ? memoryReport(id) : undefined
    },
    last: (_organisation, id) => (id === known ? memoryReport(id) : undefined),
  }
}

function memoryReport(device: string): DoctorReport {
  const fine = { status: 'ok', evidence: 'enrolled', code: null, cause: null, fix: null } as const
  return {
    v: 1,
    device,
    program: 'sallyport/0',
    from: 'device',
    at: 1_700_000_000_000,
    durationMs: 12,
    verdict: 'flowing',
    sentence: 'events are flowing',
    start: null,
    checks: [{ id: 'enrolment', title: 'Enrolment', layer: 'identity', ...fine, durationMs: 0 }],
  }
}
