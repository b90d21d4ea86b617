// Reads ranges of stored blocks for the index reader, beside it: unpacking and parsing are two thirds of its work.
import { openSqliteBlockStore } from './block-store-sqlite.ts'
import type { IndexedBlock } from './event-index.ts'
import { readBlock } from './read-block.ts'
import { answerQuestions, loadFormats, workerSetup } from './worker-loop.ts'
import type { ParserQuestions, QuestionOf } from './worker-messages.ts'

const setup = workerSetup()
const formatNamed = await loadFormats(setup)
const store = await openSqliteBlockStore({ folder: setup.folder, readOnly: true })

answerQuestions<QuestionOf<ParserQuestions>>(
  async ({ organisation, day, after, limit }) => {
    const read: IndexedBlock[] = []
    while (read.length < limit) {
      const from = { day, ordinal: read.at(-1)?.ordinal ?? after }
      const blocks = await store.read(organisation, from, limit - read.length)
      const ours = blocks.filter((block) => block.day === day)
      if (ours.length === 0) break
      for (const block of ours) read.push(readBlock(block, formatNamed))
    }
    return read
  },
  async () => {
    await store[Symbol.asyncDispose]()
  },
)
