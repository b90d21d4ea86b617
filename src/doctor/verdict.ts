// The last line: whether events are being lost now, and where to begin (original-system A12).
import type { Code } from '../core/codes.ts'
import type { CheckResult, DoctorReport } from '../wire/doctor.ts'
import { acknowledged } from './device/acknowledged.ts'
import { services } from './device/services.ts'
import { isMeasured, servicesOf, type Subject } from './subject.ts'

export type Verdict = Pick<DoctorReport, 'verdict' | 'sentence' | 'start'>

/** @returns the verdict over all checks; of a choice of them it speaks of what they saw */
export function verdictOf(results: readonly CheckResult[], subject: Subject): Verdict {
  const failures = results.filter(({ status }) => status === 'fail')
  const warnings = results.filter(({ status }) => status === 'warn')
  const start = failures[0]?.code ?? warnings[0]?.code ?? null
  const where = start === null ? '' : `. Start with ${start}.`
  if (failures.length > 0 && nobodyKeeps(failures, subject))
    return { verdict: 'lost', start, sentence: `events are lost: ${losing(subject)}${where}` }
  if (failures.length > 0) return { verdict: 'kept', start, sentence: `events are kept, not delivered${where}` }
  // Of nothing given nothing is in the way: it flows, and that none flowed yet is said.
  const seen = results.find(({ id }) => id === acknowledged.id)?.evidence ?? 'as far as these checks see'
  const warned = warnings.length === 0 ? '' : `, with ${warnings.length} warning${warnings.length === 1 ? '' : 's'}`
  return { verdict: 'flowing', start, sentence: `events are flowing: ${seen}${warned}${where}` }
}

/** A file is read later; what a sensor sends to a socket is lost where nobody reads it or nobody has room (delivery N6, S9). */
function nobodyKeeps(failures: readonly CheckResult[], subject: Subject): boolean {
  if (liveSources(subject).length === 0) return false
  // EventHandler goes on keeping events while the connector rests.
  const isRead = servicesOf(subject).some(({ id, state }) => id === 'EventHandler' && state === 'running')
  return failures.some(({ id, code }) => (id === services.id && !isRead) || (code !== null && losingCodes.has(code)))
}

const losingCodes: ReadonlySet<string> = new Set<Code>([
  // EventHandler runs and lets nobody in: what does not answer its connector does not read its sensors either.
  'socket.listening',
  'source.unbound',
  'source.certificate.missing',
  'source.certificate.expired',
  'spool.full',
  'spool.unwritable',
  'disk.full',
])

function losing(subject: Subject): string {
  return `what is sent to ${liveSources(subject).join(', ')} is not kept`
}

function liveSources({ sources }: Subject): readonly string[] {
  return isMeasured(sources) ? sources.filter(({ waits }) => !waits).map(({ name }) => name) : []
}
