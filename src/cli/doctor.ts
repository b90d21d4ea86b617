// `sallyport doctor`: what is in the way of the events of a device, the first broken hop first, with what mends it.
import { Option } from 'commander'
import { Fault } from '../core/fault.ts'
import { checkIds, type DoctorReport } from '../wire/doctor.ts'
import { openClient } from './client.ts'
import { askDevice, readBundle, writeBundle } from './doctor-bundle.ts'
import { reportLines } from './doctor-lines.ts'
import { watchDoctor } from './doctor-watch.ts'
import type { ExitCode } from './exit-codes.ts'
import { dataOption } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { type DefineCommand, examples, type Session } from './session.ts'
import { shownTime } from './show.ts'
import { printable } from './terminal.ts'

type Options = {
  readonly data: string
  readonly output: OutputFormat
  readonly verbose?: boolean
  readonly watch?: boolean
  readonly bundle?: string
  readonly from?: string
}

/** Whom to ask, and what of: an id of a check is no name of a device. */
type Asked = { readonly device: string | undefined; readonly only: readonly string[] }

const known: ReadonlySet<string> = new Set(checkIds)

export const doctor: DefineCommand = (command, session) => {
  command
    .argument(
      '[DEVICE]',
      'id of a device, asked through the exchange of this data folder; none = the device of this machine',
    )
    .argument('[CHECK...]', `some of: ${checkIds.join(', ')}; what they need is looked at too`)
    .addOption(dataOption())
    .addOption(new Option('-v, --verbose', 'show every check, also those where all is well'))
    .addOption(new Option('--watch', 'look again and again, and show what changes; with -o jsonl a report a line'))
    .addOption(
      new Option('--bundle <FILE>', 'write what support needs, without keys, tokens, passwords and events').conflicts([
        'watch',
        'from',
      ]),
    )
    .addOption(new Option('--from <BUNDLE>', 'look at a bundle instead of a machine').conflicts(['watch', 'bundle']))
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        ['sallyport doctor', 'one line where all is well; ends with 0, 3 = flowing with warnings, 1 = kept or lost'],
        ['sallyport doctor tls -v', 'one check, and what it needs'],
        ['sallyport doctor edge-1', 'on the exchange: the device looks, and answers over its channel'],
        ['sallyport doctor --watch', 'until Ctrl-C; ends with what the last look would have ended with'],
        ['sallyport doctor --bundle edge.json.gz', 'lists what it holds; docs/doctor.md'],
        ['sallyport doctor --from edge.json.gz -v', 'the same checks on what it holds'],
        ['sallyport doctor explain tls.untrusted', 'what a code means, and what to do'],
      ]),
    )
    .action(
      session.runs(async (first: string | undefined, more: readonly string[], options: Options) => {
        const whom = whomOf(first, more)
        return await run(session, whom, options)
      }),
    )
}

async function run(session: Session, whom: Asked, options: Options): Promise<ExitCode> {
  const { data, output, bundle, from, verbose = false } = options
  if (bundle !== undefined) return await writeBundle(session, bundle, { data, output, device: whom.device })
  if (options.watch === true) {
    const last = await watchDoctor(session, { output, verbose }, () => ask(session, data, whom))
    return last === undefined ? 130 : exitCodeOf(last)
  }
  const report = from === undefined ? await ask(session, data, whom) : await readBundle(session, from, whom)
  const of = from === undefined ? [] : [`Of a bundle made at ${shownTime(report.at)} by ${report.program}.`]
  await print(session.terminal, output, {
    document: report,
    rows: report.checks,
    table: [...of, ...reportLines(report, verbose)].map(printable),
  })
  return exitCodeOf(report)
}

function whomOf(first: string | undefined, more: readonly string[]): Asked {
  const isCheck = first === undefined || known.has(first)
  const only = first === undefined || !isCheck ? more : [first, ...more]
  const strange = only.find((id) => !known.has(id))
  if (strange === undefined) return { device: isCheck ? undefined : first, only }
  throw new Fault('input.malformed', {
    what: `There is no check "${strange}"`,
    remedy: `Name some of: ${checkIds.join(', ')}.`,
  })
}

async function ask(session: Session, data: string, { device, only }: Asked): Promise<DoctorReport> {
  if (device === undefined) return await session.ports.device.doctor({ data, only, signal: session.signal })
  const report = await askThrough(session, data, device)
  return only.length === 0 ? report : { ...report, checks: report.checks.filter(({ id }) => only.includes(id)) }
}

async function askThrough(session: Session, data: string, device: string): Promise<DoctorReport> {
  try {
    await using client = await openClient(session, data, 'server')
    return await askDevice(client, device)
  } catch (error) {
    if (!(error instanceof Fault) || (error.code !== 'device.unknown' && error.code !== 'server.unreachable'))
      throw error
    // It may have been meant as a check.
    const remedy = `${error.remedy} The checks are: ${checkIds.join(', ')}.`
    throw new Fault(error.code, { what: `${error.what}, and no check "${device}"`, remedy, cause: error })
  }
}

function exitCodeOf({ verdict, checks }: DoctorReport): ExitCode {
  if (verdict !== 'flowing') return 1
  return checks.some(({ status }) => status === 'warn') ? 3 : 0
}
