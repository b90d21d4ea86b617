// `sallyport events tail`: events as they arrive. It outlives the server's restarts, and its own: every line has the
// cursor from which it goes on (issue 9, 8).
import { Option } from 'commander'
import { Fault } from '../core/fault.ts'
import { systemClock } from '../platform/clock.ts'
import type { TailLine } from '../wire/api/events.ts'
import { openClient } from './client.ts'
import { type Asked, questionOf, askedAgain } from './events-search.ts'
import { jsonLines } from './json-lines.ts'
import { dataOption, sinceOptions } from './options.ts'
import type { ExitCode } from './exit-codes.ts'
import { suggest } from './suggest.ts'
import { quoted } from '../platform/shell-word.ts'
import { type DefineCommand, examples, type Session } from './session.ts'
import { lostText, shownTime } from './show.ts'
import { openTailFile, type TailFile } from './tail-file.ts'
import { printable, printableJson, say, write } from './terminal.ts'

type Options = Asked & {
  readonly data: string
  readonly output: 'table' | 'jsonl'
  readonly from: string
  readonly out?: string
}

/** The server says something every 15 s; after three times that nobody is there. */
const silenceMs = 45_000
/** A server that is started again needs a second. */
const firstRetryMs = 100
const lastRetryMs = 2_000

export const eventsTail: DefineCommand = (command, session) => {
  command
    .argument('[QUERY...]', 'what to show (docs/query.md); nothing = everything')
    .addOption(dataOption())
    .addOption(new Option('--from <CURSOR>', 'now, start, or the cursor of a line: goes on behind it').default('now'))
    .addOption(new Option('--out <FILE>', 'append JSON lines to a file, from its last line on; waits for the server'))
    .addOption(
      new Option('-o, --output <FORMAT>', 'how events are printed').choices(['table', 'jsonl']).default('table'),
    )
    .addHelpText(
      'after',
      examples([
        ["sallyport events tail 'severity:high'", 'high alerts, as they arrive'],
        ['sallyport events tail --from start -o jsonl', 'everything, then what arrives'],
        ['sallyport events tail --from start --out events.jsonl', 'the same into a file; may be killed at any time'],
      ]),
    )
    .action(
      session.runs(async (words: string[], options: Options) => {
        return await tail(session, words.join(' '), options)
      }),
    )
  for (const option of sinceOptions()) command.addOption(option)
}

async function tail(session: Session, q: string, options: Options): Promise<ExitCode> {
  await using file = options.out === undefined ? undefined : await openTailFile(options.out)
  const question = questionOf(q, options)
  const show = showing(session, options, file)
  let cursor = file?.cursor ?? options.from
  // Without a file somebody looks on, and wants to know that nothing is there; a file is for a service.
  let patient = file !== undefined
  let retryMs = firstRetryMs
  for (;;) {
    try {
      await using client = await openClient(session, options.data, 'server')
      const { pieces } = await client.stream('events/tail', { ...question, from: cursor }, silenceMs)
      for await (const line of jsonLines<TailLine>(pieces)) {
        await show(line)
        if (!patient || retryMs > firstRetryMs) say(session.terminal, `following from ${cursor}`)
        cursor = line.cursor
        patient = true
        retryMs = firstRetryMs
      }
    } catch (error) {
      if (session.signal.aborted) return await goOnLater(session, q, cursor, options)
      if (!isAway(error) || !patient) throw error
    }
    if (session.signal.aborted) return await goOnLater(session, q, cursor, options)
    if (retryMs === firstRetryMs) say(session.terminal, 'the server is away; events are kept and follow')
    await systemClock.sleep(retryMs, session.signal)
    if (session.signal.aborted) return await goOnLater(session, q, cursor, options)
    retryMs = Math.min(retryMs * 2, lastRetryMs)
  }
}

/** Ctrl-C is how a tail ends: what was shown is not shown again by what is said here. */
async function goOnLater(session: Session, q: string, cursor: string, options: Options): Promise<ExitCode> {
  const { reason }: { readonly reason: unknown } = session.signal
  // Nobody reads any more, as behind `head`: how far it was read is not known here.
  if (reason instanceof Error && 'code' in reason && reason.code === 'EPIPE') throw reason
  const from = options.out === undefined ? ['--from', quoted(cursor)] : ['--out', quoted(options.out)]
  // Also of JSON lines: people alone press Ctrl-C.
  await suggest(session, { data: options.data }, [
    ['events tail', ...askedAgain(q, options), ...from].join(' '),
    'goes on from here',
  ])
  return 130
}

function isAway(error: unknown): boolean {
  return error instanceof Fault && (error.code === 'server.unreachable' || error.code === 'journal.unavailable')
}

/** @returns what becomes of a line: it is whole on its way out before the next is read. */
function showing({ terminal }: Session, options: Options, file: TailFile | undefined) {
  return async (line: TailLine): Promise<void> => {
    if (line.kind === 'at') return
    if (line.kind === 'expired') say(terminal, `events between the cursor and ${line.before} have expired`)
    if (file !== undefined) return await file.append(printableJson(line))
    if (options.output === 'jsonl') return await write(terminal.stdout, `${printableJson(line)}\n`)
    if (line.kind === 'expired') return
    await write(terminal.stdout, `${printable(rowOf(line))}\n`)
  }
}

function rowOf(line: Extract<TailLine, { kind: 'event' | 'loss' }>): string {
  const where = `${line.device}/${line.source}`
  if (line.kind === 'loss') return `${shownTime(line.to)}  lost     ${where}  ${lostText(line)}`
  const { body } = line
  if (body.kind === 'quarantined') return `${shownTime(body.at)}  unread   ${where}  ${body.reason}`
  return `${shownTime(body.at)}  ${body.severity.padEnd(7)}  ${where}  ${body.type}  ${body.summary}`
}
