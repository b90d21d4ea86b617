// The search worker: reads block and index files, answers questions side by side, never writes.
import { openSqliteBlockStore } from '../blocks/block-store-sqlite.ts'
import { unindexedIn } from '../search/coverage.ts'
import { openSqliteEventIndex } from '../index/event-index-sqlite.ts'
import { openBlock, recordOf } from '../search/event-record.ts'
import { readLedger } from '../ledger.ts'
import { countEvents, histogramOfEvents, searchEvents, topOfEvents, totalsOfInput } from '../search/search-events.ts'
import { tailEvents } from '../search/tail-events.ts'
import { bytesOnDisk } from '../blocks/bytes-on-disk.ts'
import { verifyLedger } from '../blocks/verify-ledger.ts'
import { answerQuestions, loadFormats, warn, workerSetup } from './worker-loop.ts'
import { damagedIndex, type QuestionOf, type SearchQuestions } from './worker-messages.ts'

type Question = QuestionOf<SearchQuestions>

const setup = workerSetup()
const formatNamed = await loadFormats(setup)
const store = await openSqliteBlockStore({ folder: setup.folder, readOnly: true })
const index = await openSqliteEventIndex({
  folder: setup.folder,
  readOnly: true,
  damaged: (organisation, day) => warn(damagedIndex, { organisation, day }),
})
const parts = { store, index, formatNamed }

answerQuestions<Question>(answer, async () => {
  await index[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
})

async function answer(question: Question, signal: AbortSignal, progress: (done: number) => void): Promise<unknown> {
  switch (question.kind) {
    case 'search':
      return await searchEvents(parts, question, signal)
    case 'count':
      return await countEvents(parts, question, signal)
    case 'histogram':
      return await histogramOfEvents(parts, question, signal)
    case 'top':
      return await topOfEvents(parts, question, signal)
    case 'tail':
      return await tailEvents(parts, question, signal)
    case 'event': {
      const stored = await store.find(question.organisation, question.stream, question.sequence)
      const block = stored === undefined ? undefined : openBlock(stored)
      return block === undefined ? null : recordOf(block, question.sequence - block.header.first, formatNamed)
    }
    case 'inputTotals':
      return await totalsOfInput(parts, question)
    case 'ledger':
      return await readLedger(parts, question.organisation)
    case 'verify':
      return await verifyLedger(store, question.organisation, signal, progress)
    case 'release':
      // Looking which days there are closes those that are not.
      for (const organisation of await store.organisations()) await unindexedIn(parts, organisation)
      return null
    case 'statistics':
      return await statistics(question.organisation)
    default:
      return question satisfies never
  }
}

async function statistics(organisation: string) {
  const days = await store.days(organisation)
  const { streams } = await store.ledger(organisation, 'counts')
  return {
    blocks: days.reduce((sum, { blocks }) => sum + blocks, 0),
    events: streams.reduce((sum, { stored }) => sum + stored, 0),
    unindexedBlocks: await unindexedIn(parts, organisation),
    firstDay: days[0]?.day ?? null,
    expired: streams.reduce((sum, { expired }) => sum + expired, 0),
    bytes: bytesOnDisk(setup.folder, organisation),
  }
}
