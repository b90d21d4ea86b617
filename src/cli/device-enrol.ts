// `sallyport device enrol`: one pasted token makes this machine a device of an exchange, and runs it.
import { Argument, Option } from 'commander'
import { Fault } from '../core/fault.ts'
import { askLine, confirm } from './confirm.ts'
import type { Address } from '../platform/address.ts'
import { dataOption, localOption, sourceOption, wholeNumber } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import type { Registration } from './ports.ts'
import { readText } from './read-text.ts'
import { runInForeground } from './run-device.ts'
import { sayChosen } from './say-sources.ts'
import { type DefineCommand, examples, type Session } from './session.ts'
import { shownTime } from './show.ts'
import { suggest } from './suggest.ts'
import { askSupervisor } from './supervisor.ts'
import { printable, say } from './terminal.ts'

type Options = {
  readonly data: string
  readonly local: Address
  readonly output: OutputFormat
  readonly source: readonly string[]
  readonly sensorsBelow: string
  readonly proxy?: string
  readonly replace: boolean
  readonly run: boolean
  readonly firstEventWithin: number
}

export const deviceEnrol: DefineCommand = (command, session) => {
  command
    .addArgument(
      new Argument(
        '[TOKEN]',
        'what `sallyport token create` printed; nothing or - asks for it, or reads standard input: unseen by ps',
      ).default('-'),
    )
    .addOption(dataOption())
    .addOption(localOption())
    .addOption(sourceOption('what a sensor writes: file, folder or socket', 'what is found in the usual places'))
    .addOption(
      new Option('--sensors-below <DIR>', 'folder that stands for / where sensors are looked for').default('/'),
    )
    .addOption(
      new Option(
        '--proxy <URL>',
        'http://[USER:PASSWORD@]HOST:PORT to the exchange; better as SALLYPORT_PROXY, unseen by ps',
      ),
    )
    .addOption(new Option('--replace', 'enrol anew, though this folder holds a registration').default(false))
    .addOption(new Option('--no-run', 'enrol alone; `sallyport device run` starts it'))
    .addOption(
      new Option('--first-event-within <SECONDS>', 'after which it is said why no event was received')
        .default(30)
        .argParser(wholeNumber(1, 86_400)),
    )
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        ['sallyport device enrol', 'asks for the token, finds Suricata, Zeek and Snort, and goes on in the foreground'],
        ['sallyport device enrol --source /data/eve.json --source syslog+udp://:5514', 'these alone'],
        ['sallyport device enrol --no-run < token.txt', 'for scripts: the token is never seen in the process list'],
        ['sallyport device enrol spt1_…', 'the same in one line; other users can see it while it is typed and sent'],
      ]),
    )
    .action(session.runs(async (token: string, options: Options) => await enrol(session, token, options)))
}

async function enrol(session: Session, typed: string, options: Options): Promise<0> {
  const { ports, terminal, signal } = session
  const { data, local, source, proxy, sensorsBelow: below } = options
  const token = typed === '-' ? await readToken(session) : typed
  const before = await ports.device.registration(data, signal)
  const isLive = before.kind === 'live' || before.kind === 'unknown'
  if (isLive)
    await confirm(session, `This folder is enrolled as ${before.device}. Enrol it anew?`, options.replace, '--replace')
  const isRunning = await runs(session, data)
  const sources = keepsSources(before, source)
    ? []
    : sayChosen(terminal, await ports.device.sources({ named: source, below, signal }))
  if (sources.length === 0 && !keepsSources(before, source) && options.run && !isRunning)
    throw new Fault('source.missing', {
      what: 'No sensor was found',
      remedy: 'Name what it writes with --source PATH, or enrol alone with --no-run.',
    })
  const enrolled = await ports.device.enrol({
    token,
    dataFolder: data,
    sources,
    signal,
    ...(proxy === undefined ? {} : { proxy }),
  })
  const { device, organisation, exchange, certificateNotAfter, configuration, kept } = enrolled
  await print(terminal, options.output, {
    document: enrolled,
    table: [
      printable(`${device} is enrolled at ${exchange}, organisation ${organisation}`),
      `certificate until ${shownTime(certificateNotAfter)}, renewed by itself`,
      ...(kept.length === 0 ? [] : [printable(`kept ${kept.join(', ')}, as ${configuration} says`)]),
    ],
  })
  if (isRunning) await goOn(session, options)
  else if (options.run) await runInForeground(session, { data, local, firstEventWithinS: options.firstEventWithin })
  else await suggest(session, options, 'device run')
  return 0
}

/** Asked for on a terminal, where one line is enough; else all of standard input. */
async function readToken({ terminal, signal }: Session): Promise<string> {
  if (terminal.stdin.isTTY === true && terminal.stderr.isTTY === true)
    return await askLine(terminal, 'Registration token: ', signal)
  return await readText(terminal, '-', signal)
}

/** A device that was configured stays so, unless sources are named. */
function keepsSources(before: Registration, named: readonly string[]): boolean {
  return before.kind !== 'none' && before.sources.length > 0 && named.length === 0
}

async function runs({ signal }: Session, data: string): Promise<boolean> {
  try {
    await askSupervisor(data, { v: 1, ask: 'status' }, signal)
    return true
  } catch (error) {
    if (error instanceof Fault && error.code === 'service.unsupervised') return false
    throw error
  }
}

/** The device runs already: the connector sees its new identity by itself, EventHandler reads its sources at its start. */
async function goOn(session: Session, options: Options): Promise<void> {
  const { terminal, signal } = session
  try {
    await askSupervisor(options.data, { v: 1, ask: 'restart', id: 'EventHandler' }, signal)
    say(terminal, 'The device runs already, and goes on with it.')
  } catch (error) {
    if (!(error instanceof Fault && error.code.startsWith('service.'))) throw error
    say(terminal, `The device runs already; ${error.what}.`)
  }
  await suggest(session, { data: options.data, output: options.output }, 'device status')
}
