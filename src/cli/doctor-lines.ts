// What the doctor found, for people: one line where all is well; else what is wrong, and the verdict last.
import type { CheckResult, CheckStatus, DoctorReport } from '../wire/doctor.ts'
import { shownTime } from './show.ts'

const titleWidth = 13
const marks: Readonly<Record<CheckStatus, string>> = { ok: '✓', warn: '!', fail: '✗', skip: '–', unknown: '?' }

/** One line where all is well; else what is wrong, first what stands first, and the verdict last. */
export function reportLines(report: DoctorReport, verbose: boolean): string[] {
  const { checks, sentence } = report
  const worst = checks.filter(({ status }) => status === 'fail' || status === 'warn')
  if (!verbose && worst.length === 0) return [sentence]
  const shown = verbose ? checks : checks.filter(({ status }) => status !== 'ok' && status !== 'skip')
  const skipped = verbose ? [] : checks.filter(({ status }) => status === 'skip')
  const who = report.device === '' ? 'not enrolled' : report.device
  const seconds = (report.durationMs / 1000).toFixed(1)
  const head = `Sallyport doctor · ${who} · ${shownTime(report.at)} · ${checks.length} checks in ${seconds} s`
  const from = report.from === 'exchange' ? ['The device does not answer: this is what the exchange knows.'] : []
  return [
    ...(verbose ? [head] : []),
    ...from,
    ...(verbose ? shown : inOrderOfWeight(shown)).flatMap(checkLines),
    ...(skipped.length === 0
      ? []
      : [`[–] not looked at, for they need it: ${skipped.map(({ title }) => title).join(', ')}`]),
    sentence,
  ]
}

/** @returns what was seen, and what mends it */
export function checkLines({ status, title, evidence, code, cause, fix }: CheckResult): string[] {
  const named = code === null ? '' : ` [${code}]`
  return [
    `[${marks[status]}] ${title.padEnd(titleWidth)} ${cause === null ? '' : `${cause}: `}${evidence}${named}`,
    ...(fix === null ? [] : [`      fix: ${fix}`]),
  ]
}

/** What fails comes before what warns, and that before what is not known; each in causal order. */
function inOrderOfWeight(checks: readonly CheckResult[]): readonly CheckResult[] {
  const weight = (status: CheckStatus) => ['fail', 'warn', 'unknown', 'skip', 'ok'].indexOf(status)
  return checks.toSorted((a, b) => weight(a.status) - weight(b.status))
}
