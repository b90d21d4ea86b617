// `sallyport doctor --watch`: looks again and again, and says what has changed since the last look.
import { isDeepStrictEqual } from 'node:util'
import { systemClock } from '../platform/clock.ts'
import type { CheckStatus, DoctorReport } from '../wire/doctor.ts'
import { Fault } from '../core/fault.ts'
import { checkLines, reportLines } from './doctor-lines.ts'
import type { OutputFormat } from './output.ts'
import type { Session } from './session.ts'
import { shownTime } from './show.ts'
import { printable, printableJson, say, write } from './terminal.ts'

/** A person sees a change soon, and the looks cost the device less than a hundredth of a processor. */
const lookEveryMs = 2_000

/** Ends with Ctrl-C. @param ask the doctor; where it cannot be asked, that is said once and it is asked again */
export async function watchDoctor(
  { terminal, signal }: Pick<Session, 'terminal' | 'signal'>,
  { output, verbose }: { readonly output: OutputFormat; readonly verbose: boolean },
  ask: () => Promise<DoctorReport>,
): Promise<DoctorReport | undefined> {
  let before: DoctorReport | undefined
  let trouble = ''
  for (; !signal.aborted; await systemClock.sleep(lookEveryMs, signal)) {
    const report = await asked(ask, signal)
    if (report === undefined) break
    if (report instanceof Fault) {
      if (report.what !== trouble) say(terminal, `${shownTime(systemClock.now())} ${printable(report.message)}`)
      trouble = report.what
      continue
    }
    trouble = ''
    if (before !== undefined && isDeepStrictEqual(essence(report), essence(before))) continue
    const lines = before === undefined ? reportLines(report, verbose) : changedLines(before, report)
    const text = output === 'table' ? lines.map(printable).join('\n') : printableJson(report)
    await write(terminal.stdout, `${text}\n`)
    before = report
  }
  return before
}

/** @returns the Fault where there is no report; undefined once cancelled */
async function asked(ask: () => Promise<DoctorReport>, signal: AbortSignal): Promise<DoctorReport | Fault | undefined> {
  try {
    return await ask()
  } catch (error) {
    if (signal.aborted) return undefined
    // What was typed wrong does not mend itself.
    if (error instanceof Fault && !error.code.startsWith('input.')) return error
    throw error
  }
}

/** Without what moves at every look: times and counters. */
function essence({ verdict, start, checks }: DoctorReport): unknown {
  return { verdict, start, checks: checks.map(({ id, status, code }) => [id, status, code]) }
}

const quiet: ReadonlySet<CheckStatus> = new Set(['ok', 'skip'])

function changedLines(before: DoctorReport, report: DoctorReport): string[] {
  const was = new Map(before.checks.map((check) => [check.id, check]))
  const changed = report.checks.filter(({ id, status, code }) => {
    const old = was.get(id)
    if (old?.status === status && old.code === code) return false
    // What was only not looked at has not changed.
    return !(quiet.has(status) && old !== undefined && quiet.has(old.status))
  })
  return [shownTime(report.at), ...changed.flatMap(checkLines), report.sentence]
}
