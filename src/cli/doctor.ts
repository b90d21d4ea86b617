// `sallyport doctor`: what is in the way of the events of a device, the first broken hop first, with what mends it.
import { Option } from 'commander'
import { Fault } from '../core/fault.ts'
import { type CheckResult, checkIds, type CheckStatus, type DoctorReport } from '../wire/doctor.ts'
import { openClient } from './client.ts'
import type { ExitCode } from './exit-codes.ts'
import { dataOption } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { type DefineCommand, examples, type Session } from './session.ts'
import { shownTime } from './show.ts'
import { printable } from './terminal.ts'

type Options = { readonly data: string; readonly output: OutputFormat; readonly verbose?: boolean }

const known: ReadonlySet<string> = new Set(checkIds)
const titleWidth = 13

export const doctor: DefineCommand = (command, session) => {
  command
    .argument(
      '[DEVICE]',
      'id of a device, asked through the exchange of this data folder; none = the device of this machine',
    )
    .argument('[CHECK...]', `some of: ${checkIds.join(', ')}; what they need is looked at too`)
    .addOption(dataOption())
    .addOption(new Option('-v, --verbose', 'show every check, also those where all is well'))
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        ['sallyport doctor', 'one line where all is well; ends with 0, 3 = flowing with warnings, 1 = kept or lost'],
        ['sallyport doctor tls -v', 'one check, and what it needs'],
        ['sallyport doctor edge-1', 'on the exchange: the device looks, and answers over its channel'],
        ['sallyport doctor explain tls.untrusted', 'what a code means, and what to do'],
      ]),
    )
    .action(
      session.runs(async (first: string | undefined, more: readonly string[], options: Options) => {
        const report = await ask(session, options.data, first, more)
        await print(session.terminal, options.output, {
          document: report,
          rows: report.checks,
          table: linesOf(report, options.verbose === true).map(printable),
        })
        return exitCodeOf(report)
      }),
    )
}

async function ask(
  session: Session,
  data: string,
  first: string | undefined,
  more: readonly string[],
): Promise<DoctorReport> {
  const { ports, signal } = session
  if (first === undefined || known.has(first))
    return await ports.device.doctor({ data, only: first === undefined ? [] : [first, ...more], signal })
  const strange = more.find((id) => !known.has(id))
  if (strange !== undefined)
    throw new Fault('input.malformed', {
      what: `There is no check "${strange}"`,
      remedy: `Name some of: ${checkIds.join(', ')}.`,
    })
  await using client = await openClient(session, data, 'server')
  const report = await client.post<DoctorReport>(`devices/${encodeURIComponent(first)}/doctor`)
  return more.length === 0 ? report : { ...report, checks: report.checks.filter(({ id }) => more.includes(id)) }
}

/** One line where all is well; else what is wrong, first what stands first, and the verdict last. */
function linesOf(report: DoctorReport, verbose: boolean): string[] {
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
    ...(verbose ? shown : inOrderOfWeight(shown)).flatMap(linesOfCheck),
    ...(skipped.length === 0
      ? []
      : [`[–] not looked at, for they need it: ${skipped.map(({ title }) => title).join(', ')}`]),
    sentence,
  ]
}

const marks: Readonly<Record<CheckStatus, string>> = { ok: '✓', warn: '!', fail: '✗', skip: '–', unknown: '?' }

/** What fails comes before what warns, and that before what is not known; each in causal order. */
function inOrderOfWeight(checks: readonly CheckResult[]): readonly CheckResult[] {
  const weight = (status: CheckStatus) => ['fail', 'warn', 'unknown', 'skip', 'ok'].indexOf(status)
  return checks.toSorted((a, b) => weight(a.status) - weight(b.status))
}

function linesOfCheck({ status, title, evidence, code, cause, fix }: CheckResult): string[] {
  const named = code === null ? '' : ` [${code}]`
  return [
    `[${marks[status]}] ${title.padEnd(titleWidth)} ${cause === null ? '' : `${cause}: `}${evidence}${named}`,
    ...(fix === null ? [] : [`      fix: ${fix}`]),
  ]
}

function exitCodeOf({ verdict, checks }: DoctorReport): ExitCode {
  if (verdict !== 'flowing') return 1
  return checks.some(({ status }) => status === 'warn') ? 3 : 0
}
