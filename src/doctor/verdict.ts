// The last line: whether events are being lost now, and where to begin (original-system A12).
import { isCode } from '../core/codes.ts'
import type { CheckResult, DoctorReport } from '../wire/doctor.ts'
import { isMeasured, type Subject } from './subject.ts'

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
  const acknowledged = results.find(({ id }) => id === 'acknowledged')
  const seen = acknowledged?.status === 'ok' ? `: ${acknowledged.evidence}` : ''
  const warned = warnings.length === 0 ? '' : `, with ${warnings.length} warning${warnings.length === 1 ? '' : 's'}`
  return { verdict: 'flowing', start, sentence: `events are flowing${warned}${seen}${where}` }
}

/** A file is read later; what a sensor sends to a socket is lost where nobody reads it or nobody has room (delivery N6, S9). */
function nobodyKeeps(failures: readonly CheckResult[], subject: Subject): boolean {
  if (liveSources(subject).length === 0) return false
  return failures.some(
    ({ code }) => code !== null && isCode(code) && losingCodes.has(code) && !onlyConnector(code, subject),
  )
}

const losingCodes: ReadonlySet<string> = new Set([
  'spool.full',
  'spool.unwritable',
  'service.disabled',
  'service.crashed',
  'service.unsupervised',
])

/** EventHandler goes on keeping events while the connector rests. */
function onlyConnector(code: string, { services }: Subject): boolean {
  if (code === 'service.unsupervised' || code.startsWith('spool.') || !isMeasured(services)) return false
  return services.find(({ id }) => id === 'EventHandler')?.state === 'running'
}

function losing(subject: Subject): string {
  return `what is sent to ${liveSources(subject).join(', ')} is not kept`
}

function liveSources({ sources }: Subject): readonly string[] {
  return isMeasured(sources) ? sources.filter(({ waits }) => !waits).map(({ name }) => name) : []
}
