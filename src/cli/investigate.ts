// `sallyport investigate`: any text in, what the store knows about its observables out.
import { Option } from 'commander'
import { Fault } from '../core/fault.ts'
import { isCode } from '../core/codes.ts'
import { systemClock } from '../platform/clock.ts'
import { dispositionNames, type Investigation } from '../wire/api/investigations.ts'
import { type Client, openClient } from './client.ts'
import { promptMs } from './http-request.ts'
import { dataOption, wholeNumber } from './options.ts'
import { type OutputFormat, outputOption, print } from './output.ts'
import { startProgress, thousands } from './progress.ts'
import { readText } from './read-text.ts'
import { type DefineCommand, examples, type Session } from './session.ts'
import { observableTable, sayCoverage, shownTime } from './show.ts'
import { renderTable, type Table } from './table.ts'
import { say } from './terminal.ts'
import { suggest } from './suggest.ts'

type Options = { readonly data: string; readonly output: OutputFormat; readonly timeout: number }

/** The longest the server may be asked to wait; then we ask again. */
const waitSeconds = 30
const pollEveryMs = 500

export const investigate: DefineCommand = (command, session) => {
  command
    .argument('[TEXT...]', 'addresses, domains, hashes, a log line, a report; - or nothing reads standard input')
    .addOption(dataOption())
    .addOption(new Option('--timeout <SECONDS>', 'give up after').default(120).argParser(wholeNumber(1, 3_600)))
    .addOption(outputOption())
    .addHelpText(
      'after',
      examples([
        ["sallyport investigate '203.0.113[.]77'", 'one address, defanged or not'],
        ['sallyport investigate 198.51.100.0/24', 'a network'],
        ['sallyport investigate - < report.txt', 'everything a report names'],
      ]),
    )
    .action(session.runs((words: string[], options: Options) => ask(session, words, options)))
}

async function ask(session: Session, words: readonly string[], options: Options): Promise<0 | 3> {
  const { terminal } = session
  const typed = words.join(' ')
  const content = typed === '' || typed === '-' ? await readText(terminal, '-', session.signal) : typed
  await using client = await openClient(session, options.data)
  const found = await wholeAnswer(session, client, content, options.timeout)
  if (found.failure !== null) {
    const { code, detail } = found.failure
    throw new Fault(isCode(code) ? code : 'internal', { what: `The investigation failed: ${detail}` })
  }
  await print(terminal, options.output, {
    document: found,
    rows: found.sightings,
    table: linesOf(found, terminal.stdout.columns),
  })
  sayCoverage(terminal, found.coverage)
  await sayNext(session, client, found, { content, options })
  return found.state === 'done' ? 0 : 3
}

async function wholeAnswer(session: Session, client: Client, content: string, seconds: number): Promise<Investigation> {
  using progress = startProgress(session.terminal, 'Investigating', 's')
  const startedAt = systemClock.monotonic()
  const passed = () => Math.floor((systemClock.monotonic() - startedAt) / 1_000)
  const wait = Math.min(waitSeconds, seconds)
  let found = await client.post<Investigation>('investigations', { content }, { wait }, wait * 1_000 + promptMs)
  while (found.state === 'running' && passed() < seconds) {
    progress.update(passed())
    await systemClock.sleep(pollEveryMs, session.signal)
    session.signal.throwIfAborted()
    found = await client.get<Investigation>(`investigations/${encodeURIComponent(found.id)}`)
  }
  return found
}

function linesOf(found: Investigation, width: number | undefined): string[] {
  const seeds = observableTable(found.observables)
  const verdicts = new Map(found.verdicts.map((verdict) => [keyOf(verdict.observable), verdict]))
  const seeded: Table = {
    columns: [{ title: 'EVENTS', right: true }, ...seeds.columns, { title: 'VERDICT' }, { title: 'REASON' }],
    rows: found.observables.map((observable) => {
      const verdict = verdicts.get(keyOf(observable))
      return [
        thousands(found.seen[keyOf(observable)] ?? 0),
        observable.type,
        observable.value,
        verdict === undefined ? 'nobody judges it' : dispositionNames[verdict.disposition],
        verdict === undefined ? '' : `${verdict.judgement.reason} (${verdict.judgement.moduleName}; ${verdict.why})`,
      ]
    }),
  }
  const sightings: Table = {
    columns: [
      { title: 'COUNT', right: true },
      { title: 'SEVERITY' },
      { title: 'SIGNATURE OR TYPE' },
      { title: 'DEVICE' },
      { title: 'FIRST SEEN' },
      { title: 'LAST SEEN' },
      { title: 'NEWEST EVENT' },
    ],
    rows: found.sightings.map((group) => [
      thousands(group.count),
      group.severity,
      group.signature === null ? group.type : `${group.signature.id} ${group.signature.name}`,
      group.device,
      shownTime(group.firstSeen),
      shownTime(group.lastSeen),
      group.examples[0] ?? '',
    ]),
  }
  if (found.observables.length === 0) return []
  const networks = found.networks.map((network) => `network ${network}: the whole of it was asked for`)
  const groups = found.sightings.length === 0 ? [] : ['', ...renderTable(sightings, width)]
  return [...renderTable(seeded, width), ...networks, ...groups, '', ...renderTable(modulesTable(found), width)]
}

function modulesTable({ modules }: Investigation): Table {
  return {
    columns: [
      { title: 'MODULE' },
      { title: 'STATE' },
      { title: 'MS', right: true },
      { title: 'FOUND', right: true },
      { title: 'SAID' },
    ],
    rows: modules.map(({ name, state, ms, count, errors }) => [
      name,
      state,
      thousands(ms),
      thousands(count),
      errors.map(({ code, message }) => `${code}: ${message}`).join('; '),
    ]),
  }
}

function keyOf({ type, value }: { readonly type: string; readonly value: string }): string {
  return `${type}:${value}`
}

type Asked = { readonly content: string; readonly options: Options }

async function sayNext(
  session: Session,
  client: Client,
  found: Investigation,
  { content, options }: Asked,
): Promise<void> {
  const { terminal } = session
  if (found.state === 'running') say(terminal, 'This is what was found in the time given; --timeout gives more.')
  if (found.observables.length === 0) {
    say(terminal, 'No observable stands in this text: give an address, a domain, a URL or a hash.')
    return await suggest(session, options, ['investigate --help', 'what it takes'])
  }
  if (found.notAsked > 0)
    say(terminal, `${thousands(found.notAsked)} more observables stand in this text; the first were asked about.`)
  if (found.sightings.length === 0) {
    say(terminal, 'No stored event holds any of these.')
    return await suggest(session, options, ['ledger', 'what the store covers'])
  }
  if (client.console !== undefined && content.length <= linkedMax)
    say(terminal, `graph:  ${client.console}/investigate?q=${encodeURIComponent(content.trim())}`)
  const newest = found.sightings.flatMap(({ examples }) => examples)[0]
  await suggest(session, options, newest === undefined ? 'events search' : `events show ${newest}`)
}

/** Longer texts make links that no terminal shows whole. */
const linkedMax = 256
