// The journal: commits blocks so that they may be acknowledged, and answers everything about the events in them. It runs
// on the main thread and only asks; a writer, an index reader and a search worker touch the disk (DESIGN "Processes").
import { randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'
import { Fault } from '../../core/fault.ts'
import type { EventId } from '../../core/ids.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import type {
  EventCount,
  EventHistogram,
  EventPage,
  EventQuestion,
  EventRecord,
  EventTop,
  InputTotals,
  Requarantined,
  TailLine,
} from '../../wire/api/events.ts'
import type { JournalStatistics } from '../../wire/api/fleet.ts'
import type { Ledger, LedgerVerification } from '../../wire/api/ledger.ts'
import type { Committing } from './committing.ts'
import { startRetention } from './retention.ts'
import { journalStore } from './journal-store.ts'
import { type AskStep, Commits, tail, type TailFrom } from './tail.ts'
import { WorkerClient, type WorkerWarning } from './threads/worker-client.ts'
import {
  damagedIndex,
  type IndexerQuestions,
  type SearchQuestions,
  type WriterQuestions,
} from './threads/worker-messages.ts'

export type JournalOptions = {
  readonly folder: string
  readonly clock: Clock
  readonly log: Log
  /** Days that events are kept; the default of the product is 30. */
  readonly retentionDays: number
  /** Bytes that all its files may take; undefined = as many as there are. */
  readonly retentionBytes?: number
  /**
   * Hears, after the log, that one of the journal's threads ended by itself: every later question then fails with
   * `journal.unavailable`, so a server ends and is started again.
   */
  readonly broke?: (fault: Fault) => void
  /** Module whose `formatNamed` reads lines; by default the sensors' own list. */
  readonly formats?: string
}

export type Ask = { readonly signal?: AbortSignal }
export type LongAsk = Ask & { readonly onProgress?: (done: number) => void }

/** Every answer is of one organisation; `signal` ends the work where it is done. */
export type Journal = AsyncDisposable & {
  readonly store: Committing
  search(
    organisation: string,
    question: EventQuestion & { readonly limit: number; readonly cursor?: string },
    ask?: Ask,
  ): Promise<EventPage>
  count(organisation: string, question: EventQuestion, ask?: Ask): Promise<EventCount>
  histogram(organisation: string, question: EventQuestion, buckets: number, ask?: Ask): Promise<EventHistogram>
  top(organisation: string, question: EventQuestion, facet: string, limit: number, ask?: Ask): Promise<EventTop>
  event(organisation: string, id: EventId, ask?: Ask): Promise<EventRecord | undefined>
  /** What arrives, in order, from `start`, `now` or the cursor of a line; see tail.ts. */
  tail(organisation: string, question: EventQuestion, from: TailFrom): AsyncIterable<readonly TailLine[]>
  inputTotals(
    organisation: string,
    input: { readonly device: string; readonly source: string; readonly fingerprint?: string },
    ask?: Ask,
  ): Promise<InputTotals>
  /** `onProgress` hears events read. */
  requarantine(organisation: string, ask?: LongAsk): Promise<Requarantined>
  ledger(organisation: string, ask?: Ask): Promise<Ledger>
  /** `onProgress` hears blocks read. */
  verify(organisation: string, ask?: LongAsk): Promise<LedgerVerification>
  statistics(organisation: string, ask?: Ask): Promise<JournalStatistics>
  /** How many blocks the index reader has still to read, as it saw behind its last batch. */
  unindexedBlocks(): number
  /** Resolves when everything committed before the call is indexed. */
  indexed(ask?: Ask): Promise<void>
  /** Rejects with Fault `disk.full` or `journal.unavailable` where nothing can be synced now. */
  probe(): Promise<void>
  /** Drops the days that have expired now; it also happens by itself, every ten minutes. */
  expire(): Promise<readonly string[]>
}

/** Opens the journal in `folder`, making it where there is none. @throws Fault data.version */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { folder, clock, log } = options
  await using opening = new AsyncDisposableStack()
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const id = await journalId(folder)
  const formats = options.formats ?? new URL(`../../sensors/formats${ending}`, import.meta.url).href
  const wake = new MessageChannel()
  const unindexed = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT))
  const setup = { folder, formats, unindexed }
  const warn = (warning: string, detail: Readonly<Record<string, unknown>>) => log.warn(detail, warning)
  const died = (fault: Fault) => {
    log.error({ code: fault.code, err: fault }, fault.what)
    options.broke?.(fault)
  }
  const hearers = { warn, died }
  const indexer = opening.use(new WorkerClient<IndexerQuestions>('indexer', { ...setup, wake: wake.port2 }, hearers))
  const warned: WorkerWarning = (warning, detail) => {
    warn(warning, detail)
    if (warning === damagedIndex) checkIndex(indexer, detail)
  }
  const search = opening.use(new WorkerClient<SearchQuestions>('search', setup, { warn: warned, died }))
  const writer = opening.use(new WorkerClient<WriterQuestions>('writer', { ...setup, wake: wake.port1 }, hearers))
  const retention = opening.use(
    startRetention({
      writer,
      clock,
      log,
      retentionDays: options.retentionDays,
      retentionBytes: options.retentionBytes ?? null,
      expired: () => Promise.all([indexer.ask({ kind: 'settle' }), search.ask({ kind: 'release' })]),
    }),
  )
  const commits = new Commits()
  const parts = opening.move()

  return {
    store: commits.watching(journalStore(id, writer, clock)),
    ...readingOf(id, search, clock),
    tail: (organisation, asked, begin) => {
      const step: AskStep = (question, from, signal) =>
        search.ask({ kind: 'tail', organisation, journal: id, question, from, now: clock.now() }, { signal })
      return tail(step, commits, clock, asked, begin)
    },
    requarantine: (organisation, ask) => indexer.ask({ kind: 'requarantine', organisation }, ask),
    statistics: async (organisation, ask) => ({
      id,
      ...(await search.ask({ kind: 'statistics', organisation }, ask)),
      retention: { days: options.retentionDays, bytesMax: options.retentionBytes ?? null },
    }),
    unindexedBlocks: () => Atomics.load(unindexed, 0),
    indexed: async (ask) => {
      await indexer.ask({ kind: 'settle' }, ask)
    },
    probe: async () => {
      await writer.ask({ kind: 'probe' })
    },
    expire: () => retention.expire(),
    [Symbol.asyncDispose]: () => parts[Symbol.asyncDispose](),
  }
}

/** What the search worker alone answers. */
function readingOf(
  journal: string,
  search: WorkerClient<SearchQuestions>,
  clock: Clock,
): Pick<Journal, 'search' | 'count' | 'histogram' | 'top' | 'event' | 'inputTotals' | 'ledger' | 'verify'> {
  return {
    ledger: (organisation, ask) => search.ask({ kind: 'ledger', organisation }, ask),
    verify: (organisation, ask) => search.ask({ kind: 'verify', organisation }, ask),
    search: (organisation, { limit, cursor, ...question }, ask) =>
      search.ask(
        { kind: 'search', organisation, journal, question, limit, cursor: cursor ?? null, now: clock.now() },
        ask,
      ),
    count: (organisation, question, ask) =>
      search.ask({ kind: 'count', organisation, question, now: clock.now() }, ask),
    histogram: (organisation, question, buckets, ask) =>
      search.ask({ kind: 'histogram', organisation, question, buckets, now: clock.now() }, ask),
    top: (organisation, question, facet, limit, ask) =>
      search.ask({ kind: 'top', organisation, question, facet, limit, now: clock.now() }, ask),
    event: async (organisation, { stream, sequence }, ask) =>
      (await search.ask({ kind: 'event', organisation, stream, sequence }, ask)) ?? undefined,
    inputTotals: (organisation, { device, source, fingerprint }, ask) =>
      search.ask({ kind: 'inputTotals', organisation, device, source, fingerprint: fingerprint ?? null }, ask),
  }
}

/** The search worker only reads: the indexer looks at the file, drops it if it is damaged and makes it anew. */
function checkIndex(indexer: WorkerClient<IndexerQuestions>, detail: Readonly<Record<string, unknown>>): void {
  const { organisation, day } = detail
  if (typeof organisation !== 'string' || typeof day !== 'string') return
  // It may be closing; then the next start finds the damage itself.
  indexer.ask({ kind: 'check', organisation, day }).catch(() => undefined)
}

const ending = import.meta.filename.endsWith('.ts') ? '.ts' : '.js'

/** The journal's identity: made once, random, kept beside its files (delivery C3). */
async function journalId(folder: string): Promise<string> {
  const path = join(folder, 'journal.json')
  const known = await readFile(path, 'utf8').catch(() => undefined)
  if (known !== undefined) {
    const { v, id }: { v?: unknown; id?: unknown } = JSON.parse(known)
    if (v !== 1 || typeof id !== 'string') throw new Fault('data.version', { what: `${path} has version ${String(v)}` })
    return id
  }
  const id = randomUUID()
  const file = await open(`${path}.new`, 'w', 0o600)
  try {
    await file.writeFile(`${JSON.stringify({ v: 1, id })}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(`${path}.new`, path)
  return id
}
