// Reads ranges of stored blocks for the index reader, beside it: unpacking and parsing are two thirds of its work.
import { openSqliteBlockStore } from './block-store-sqlite.ts'
import { readBlock } from './read-block.ts'
import { answerQuestions, loadFormats, workerSetup } from './worker-loop.ts'
import type { ParserQuestions, QuestionOf } from './worker-messages.ts'

const setup = workerSetup()
const formatNamed = await loadFormats(setup)
const store = await openSqliteBlockStore({ folder: setup.folder, readOnly: true })

answerQuestions<QuestionOf<ParserQuestions>>(
  async ({ organisation, day, after, limit }) => {
    const blocks = await store.read(organisation, { day, ordinal: after }, limit)
    return blocks.filter((block) => block.day === day).map((block) => readBlock(block, formatNamed))
  },
  async () => {
    await store[Symbol.asyncDispose]()
  },
)
