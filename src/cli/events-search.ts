// `sallyport events search`: events newest arrival first, page by page or all of them.
import { Option } from 'commander'
import { rowsOfPage } from '../wire/api/event-rows.ts'
import type { EventPage } from '../wire/api/events.ts'
import { asLongAsItTakes, type Client, openClient, type Query } from './client.ts'
import { dataOption, sinceOptions, wholeNumber } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { startProgress, thousands } from './progress.ts'
import { type DefineCommand, examples, type Session } from './session.ts'
import { eventTable, sayCoverage } from './show.ts'
import { suggest } from './suggest.ts'
import { quoted } from '../platform/shell-word.ts'
import { printable, say } from './terminal.ts'

export type Asked = { readonly since?: string; readonly until?: string; readonly arrived?: boolean }

type Options = Asked & {
  readonly data: string
  readonly output: OutputFormat
  readonly limit: number
  readonly cursor?: string
  readonly all?: boolean
}

/** The server's own limit of a page. */
const limitMax = 1_000
/** What -o table and -o json hold in memory at once; -o jsonl has no bound. */
const heldMax = 100_000

export const eventsSearch: DefineCommand = (command, session) => {
  command
    .argument('[QUERY...]', 'what to find (docs/query.md); nothing = everything')
    .addOption(dataOption())
    .addOption(new Option('--limit <N>', 'how many').default(100).argParser(wholeNumber(1, limitMax)))
    .addOption(new Option('--cursor <CURSOR>', 'go on where a page ended'))
    .addOption(new Option('--all', 'every event, page by page; with -o jsonl in bounded memory'))
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        ["sallyport events search 'type:alert severity:high since:1h'", 'high alerts of the last hour'],
        ["sallyport events search 'ip:203.0.113.0/24 -sid:2000001'", 'a network, without one signature'],
        ['sallyport events search domain:bad.example --since 7d -o jsonl --all', 'everything under a domain, for jq'],
      ]),
    )
    .action(session.runs((words: string[], options: Options) => search(session, words.join(' '), options)))
  for (const option of sinceOptions()) command.addOption(option)
}

/** @returns the parameters of a question; whether times mean arrival is decided here */
export function questionOf(q: string, { since, until, arrived }: Asked): Query {
  return arrived === true ? { q, arrivedSince: since, arrivedUntil: until } : { q, since, until }
}

async function search(session: Session, q: string, options: Options): Promise<0 | 3> {
  const { terminal } = session
  await using client = await openClient(session, options.data)
  const question = { ...questionOf(q, options), limit: options.all === true ? limitMax : options.limit }
  if (options.all === true && options.output === 'jsonl') return await streamAll(session, client, question, options)
  const page =
    options.all === true
      ? await readAll(session, client, question, options.cursor)
      : await client.get<EventPage>('events', { ...question, cursor: options.cursor }, asLongAsItTakes)
  const rows = rowsOfPage(page)
  await print(terminal, options.output, { document: page, rows, table: eventTable(rows) })
  sayCoverage(terminal, page.coverage)
  if (rows.length === 0) await sayNothing(session, q, options)
  else if (page.next !== null && options.all === true) {
    say(terminal, `These are the newest ${thousands(rows.length)}; -o jsonl --all gives all of them.`)
    return 3
  } else if (page.next !== null)
    await suggest(session, { data: options.data }, [
      ['events search', ...askedAgain(q, options), '--cursor', quoted(page.next)].join(' '),
      'the next page; --all gives every one',
    ])
  else if (page.events[0] === undefined)
    await suggest(session, options, ['ledger', 'what was lost, and where the rest is'])
  else await suggest(session, options, `events show ${page.events[0].id}`)
  return 0
}

/** @returns a question as it is typed again */
export function askedAgain(q: string, { since, until, arrived }: Asked): string[] {
  return [
    ...(q === '' ? [] : [quoted(q)]),
    ...(since === undefined ? [] : ['--since', quoted(since)]),
    ...(until === undefined ? [] : ['--until', quoted(until)]),
    ...(arrived === true ? ['--arrived'] : []),
  ]
}

async function streamAll(session: Session, client: Client, question: Query, options: Options): Promise<0> {
  let printed = 0
  for await (const page of pages(session, client, question, options.cursor)) {
    const rows = rowsOfPage(page)
    printed += rows.length
    await print(session.terminal, 'jsonl', { document: page, rows, table: [] })
    if (page.next === null) sayCoverage(session.terminal, page.coverage)
  }
  if (printed === 0) await sayNothing(session, String(question['q'] ?? ''), options)
  return 0
}

async function readAll(session: Session, client: Client, question: Query, cursor?: string): Promise<EventPage> {
  const events: EventPage['events'][number][] = []
  const losses: EventPage['losses'][number][] = []
  let last: EventPage | undefined
  using progress = startProgress(session.terminal, 'Reading', 'events')
  for await (const page of pages(session, client, question, cursor)) {
    for (const { above, loss } of page.losses) losses.push({ above: above + events.length, loss })
    events.push(...page.events)
    progress.update(events.length)
    last = page
    if (events.length + losses.length >= heldMax) break
  }
  const coverage = last?.coverage ?? { from: null, to: null, unindexedBlocks: 0, gaps: [] }
  return { v: 1, events, losses, next: last?.next ?? null, live: null, coverage }
}

/** The next page is asked for while its caller works on this one. */
async function* pages(session: Session, client: Client, question: Query, from: string | undefined) {
  const ask = (cursor: string | undefined) => client.get<EventPage>('events', { ...question, cursor }, asLongAsItTakes)
  let asked = ask(from)
  try {
    for (;;) {
      const page = await asked
      session.signal.throwIfAborted()
      if (page.next !== null) {
        asked = ask(page.next)
        // Its failure is thrown when its turn comes.
        asked.catch(() => undefined)
      }
      yield page
      if (page.next === null) return
    }
  } finally {
    await asked.catch(() => undefined)
  }
}

async function sayNothing(session: Session, q: string, options: Options): Promise<void> {
  const { terminal } = session
  if (q === '') {
    say(terminal, 'There are no events in the time asked.')
    return await suggest(
      session,
      options,
      ['token create', 'connects a device'],
      ['open --help', 'how to read sensor output you have'],
    )
  }
  say(terminal, `No event answers ${quoted(printable(q))} in the time asked.`)
  await suggest(session, options, ['events top type', 'what there is'])
}
