// What the main thread and the three workers of the journal say to each other: plain data, one union a worker.
import type { MessagePort } from 'node:worker_threads'
import type { Code } from '../../../core/codes.ts'
import type {
  EventCount,
  EventHistogram,
  EventPage,
  EventQuestion,
  EventRecord,
  EventTop,
  InputTotals,
  Requarantined,
} from '../../../wire/api/events.ts'
import type { JournalStatistics } from '../../../wire/api/fleet.ts'
import type { Ledger, LedgerVerification } from '../../../wire/api/ledger.ts'
import type { IndexedBlock } from '../index/event-index.ts'
import type { Expired, ExpireLimits } from '../blocks/expire-days.ts'
import type { BlockRange } from '../index/read-block.ts'
import type { Checkpoint, Outcome, Sender } from '../committing.ts'
import type { SearchAsk } from '../search/search-events.ts'
import type { TailAsk, TailStep } from '../search/tail-events.ts'
import type { DeviceStream, HeldStream, MissingBlocks, StreamHead } from '../../../wire/streams.ts'

/** What a worker is started with. */
export type WorkerSetup = {
  readonly folder: string
  /** Module that exports `formatNamed`. */
  readonly formats: string
  /** From writer to indexer: an organisation has new blocks. */
  readonly wake?: MessagePort
  /** Blocks that the index reader has still to read, as it saw last: one number, for the main thread to look at. */
  readonly unindexed?: Int32Array<SharedArrayBuffer>
}

/** A question to a worker; `id` comes back in its answer. */
export type Call<Question> =
  | { readonly id: number; readonly question: Question }
  | { readonly id: number; readonly cancel: true }

export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly progress: number }
  | { readonly id: number; readonly fault: { readonly code: Code; readonly what: string; readonly remedy: string } }
  | { readonly id: number; readonly cancelled: true }
  /** Unasked, for the log of the process. */
  | { readonly id: 0; readonly warning: string; readonly detail: Readonly<Record<string, unknown>> }

/** Each question with the type of its answer. */
export type WriterQuestions = {
  /** `bytes` holds the blocks one behind the other; it was allocated whole and is transferred. */
  append: {
    ask: { sender: Sender; bytes: ArrayBuffer; lengths: readonly number[]; now: number }
    answer: readonly Outcome[]
  }
  resume: {
    ask: { sender: Sender; streams: readonly DeviceStream[]; now: number }
    answer: Readonly<Record<string, HeldStream>>
  }
  missing: { ask: { sender: Sender; missing: MissingBlocks; now: number }; answer: StreamHead }
  checkpoint: { ask: { sender: Sender; checkpoint: Checkpoint; now: number }; answer: null }
  given: {
    ask: {
      sender: Sender
      given: Readonly<Record<string, { readonly source: string; readonly sequence: number }>>
      heardAt: number
      now: number
    }
    answer: null
  }
  flush: { ask: { now: number }; answer: null }
  /** Whether something can be synced beside the journal's files. */
  probe: { ask: Record<never, never>; answer: null }
  expire: { ask: ExpireLimits; answer: Expired }
}

/** What the search worker warns of, and the main thread has the indexer check. */
export const damagedIndex = 'an index file is damaged'

export type IndexerQuestions = {
  /** Drops a day's index where it is damaged; it is made anew. */
  check: { ask: { organisation: string; day: string }; answer: null }
  /** Answers once every block committed before the question is indexed. */
  settle: { ask: Record<never, never>; answer: null }
  requarantine: { ask: { organisation: string }; answer: Requarantined }
}

export type ParserQuestions = {
  /** Blocks of a range, read. */
  read: {
    ask: { organisation: string; range: BlockRange }
    answer: readonly IndexedBlock[]
  }
}

export type SearchQuestions = {
  search: {
    ask: SearchAsk
    answer: EventPage
  }
  count: { ask: { organisation: string; question: EventQuestion; now: number }; answer: EventCount }
  histogram: {
    ask: { organisation: string; question: EventQuestion; buckets: number; now: number }
    answer: EventHistogram
  }
  top: {
    ask: { organisation: string; question: EventQuestion; facet: string; limit: number; now: number }
    answer: EventTop
  }
  tail: { ask: TailAsk; answer: TailStep }
  event: { ask: { organisation: string; stream: string; sequence: number }; answer: EventRecord | null }
  inputTotals: {
    ask: { organisation: string; device: string; source: string; fingerprint: string | null }
    answer: InputTotals
  }
  ledger: { ask: { organisation: string }; answer: Ledger }
  verify: { ask: { organisation: string }; answer: LedgerVerification }
  /** Lets go of files of days that are gone. */
  release: { ask: Record<never, never>; answer: null }
  statistics: {
    ask: { organisation: string }
    answer: Omit<JournalStatistics, 'id' | 'retention'>
  }
}

export type QuestionOf<Questions> = {
  [Kind in keyof Questions]: { readonly kind: Kind } & (Questions[Kind] extends { ask: infer Ask } ? Ask : never)
}[keyof Questions]

export type AnswerOf<Questions, Kind extends keyof Questions> = Questions[Kind] extends { answer: infer Value }
  ? Value
  : never
