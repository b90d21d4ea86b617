// The index reader: reads blocks in order behind its durable cursor, parses each line once, fills the index
// (delivery J5). It never holds up an ack; where an index is gone or damaged it begins again from the blocks.
import { Fault } from '../../../core/fault.ts'
import { systemClock } from '../../../platform/clock.ts'
import { openSqliteBlockStore } from '../blocks/block-store-sqlite.ts'
import { openSqliteEventIndex } from '../index/event-index-sqlite.ts'
import { indexBlocks } from '../index/index-blocks.ts'
import { ParserPool } from './parser-pool.ts'
import { requarantine } from '../index/requarantine.ts'
import { answerQuestions, loadFormats, warn, workerSetup } from './worker-loop.ts'
import type { IndexerQuestions, QuestionOf } from './worker-messages.ts'

type Question = QuestionOf<IndexerQuestions>

/** How long parsers without work stay, ms: starting them costs a tenth of a second each. */
const parsersIdleMs = 30_000
/** How long a failed step waits before it is tried again, ms: a full disk is not freed in less. */
const retryMs = 1_000

const setup = workerSetup()
const formatNamed = await loadFormats(setup)
const store = await openSqliteBlockStore({ folder: setup.folder, readOnly: true })
const index = await openSqliteEventIndex({
  folder: setup.folder,
  readOnly: false,
  dropped: (path, reason) => warn('a damaged index was dropped; it is made anew from the blocks', { path, reason }),
})
const closing = new AbortController()
/** Organisations with blocks that may not be indexed yet. */
const woken = new Set<string>(await store.organisations())
let working: Promise<void> | undefined
let pool: { readonly parsers: ParserPool; lastUsed: number } | undefined

setup.wake?.on('message', (organisation: string) => {
  woken.add(organisation)
  start()
})
start()

answerQuestions<Question>(answer, async () => {
  closing.abort()
  setup.wake?.close()
  await working
  await pool?.parsers[Symbol.asyncDispose]()
  await index[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
})

async function answer(question: Question, signal: AbortSignal, progress: (done: number) => void): Promise<unknown> {
  switch (question.kind) {
    case 'settle':
      for (const organisation of await store.organisations()) woken.add(organisation)
      while (woken.size > 0 || working !== undefined) {
        start()
        await working
        signal.throwIfAborted()
      }
      return null
    case 'check':
      await working
      if (index.check(question.organisation, question.day)) {
        woken.add(question.organisation)
        start()
      }
      return null
    case 'requarantine':
      await working
      return await requarantine({ store, index, formatNamed }, question.organisation, signal, progress)
    default:
      return question satisfies never
  }
}

function start(): void {
  if (working !== undefined || closing.signal.aborted) return
  working = work().finally(() => {
    working = undefined
    void dropIdleParsers()
    if (woken.size > 0) start()
  })
}

async function work(): Promise<void> {
  for (const organisation of woken) {
    woken.delete(organisation)
    try {
      await indexBlocks({ store, index, formatNamed, parsers, left }, organisation, closing.signal)
    } catch (error) {
      if (closing.signal.aborted) return
      woken.add(organisation)
      warn('events are not indexed', {
        organisation,
        code: error instanceof Fault ? error.code : 'internal',
        reason: error instanceof Error ? error.message : String(error),
      })
      await systemClock.sleep(retryMs, closing.signal)
      return
    }
  }
}

function left(blocks: number): void {
  if (setup.unindexed !== undefined) Atomics.store(setup.unindexed, 0, blocks)
}

/** Parsers for a backlog: made at the first, kept while one follows another. */
function parsers(): ParserPool {
  const { folder, formats } = setup
  pool ??= { parsers: new ParserPool({ folder, formats }, warn), lastUsed: 0 }
  pool.lastUsed = systemClock.monotonic()
  return pool.parsers
}

async function dropIdleParsers(): Promise<void> {
  if (pool === undefined) return
  await systemClock.sleep(parsersIdleMs, closing.signal)
  if (pool === undefined || working !== undefined || closing.signal.aborted) return
  if (systemClock.monotonic() - pool.lastUsed < parsersIdleMs) return
  const { parsers: idle } = pool
  pool = undefined
  await idle[Symbol.asyncDispose]()
}
