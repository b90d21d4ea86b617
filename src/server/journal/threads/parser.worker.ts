// Reads ranges of stored blocks for the index reader, beside it: unpacking and parsing are two thirds of its work.
import { openSqliteBlockStore } from '../blocks/block-store-sqlite.ts'
import { readRange } from '../index/read-block.ts'
import { answerQuestions, loadFormats, workerSetup } from './worker-loop.ts'
import type { ParserQuestions, QuestionOf } from './worker-messages.ts'

const setup = workerSetup()
const formatNamed = await loadFormats(setup)
const store = await openSqliteBlockStore({ folder: setup.folder, readOnly: true })

answerQuestions<QuestionOf<ParserQuestions>>(
  ({ organisation, range }) => readRange(store, organisation, range, formatNamed),
  async () => {
    await store[Symbol.asyncDispose]()
  },
)
