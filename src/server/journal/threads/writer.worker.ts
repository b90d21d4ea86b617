// The writer: one synced transaction for everything that is queued, up to 4,096 events (delivery J1; performance 8.3).
// Nothing else stands between an event and its ack.
import { openSqliteBlockStore } from '../blocks/block-store-sqlite.ts'
import type { BlockStore, StoreReply, StoreWrite } from '../blocks/block-store.ts'
import { probeDisk } from '../blocks/probe-disk.ts'
import { expireDays } from '../blocks/expire-days.ts'
import { answerQuestions, workerSetup } from './worker-loop.ts'
import type { QuestionOf, WriterQuestions } from './worker-messages.ts'

type Question = QuestionOf<WriterQuestions>
type Queued = {
  readonly organisation: string
  readonly write: StoreWrite
  readonly now: number
  readonly resolve: (reply: StoreReply) => void
  readonly reject: (error: unknown) => void
}

/** Blocks of 64 events that one transaction takes. */
const blocksPerCommit = 64

const setup = workerSetup()
const store: BlockStore = await openSqliteBlockStore({ folder: setup.folder, readOnly: false })
let queue: Queued[] = []
let draining = false

answerQuestions<Question>(answer, async () => {
  setup.wake?.close()
  await store[Symbol.asyncDispose]()
})

async function answer(question: Question): Promise<unknown> {
  switch (question.kind) {
    case 'append': {
      const { sender, now } = question
      const reply = await enqueue(sender.organisation, { kind: 'append', sender, blocks: cut(question) }, now)
      return reply.kind === 'append' ? reply.outcomes : []
    }
    case 'resume': {
      const { sender, streams, now } = question
      const reply = await enqueue(sender.organisation, { kind: 'resume', sender, streams }, now)
      return reply.kind === 'resume' ? reply.heads : {}
    }
    case 'missing': {
      const { sender, missing, now } = question
      const reply = await enqueue(sender.organisation, { kind: 'missing', sender, missing }, now)
      return reply.kind === 'missing' ? reply.head : null
    }
    case 'checkpoint': {
      const { sender, checkpoint, now } = question
      await enqueue(sender.organisation, { kind: 'checkpoint', sender, checkpoint }, now)
      return null
    }
    case 'given': {
      const { sender, given, heardAt, now } = question
      await enqueue(sender.organisation, { kind: 'given', sender, given, heardAt }, now)
      return null
    }
    case 'flush':
      for (const organisation of await store.organisations()) await store.write(organisation, [], question.now)
      return null
    case 'probe':
      probeDisk(setup.folder)
      return null
    case 'expire':
      return await expireDays(store, setup.folder, question)
    default:
      return question satisfies never
  }
}

function enqueue(organisation: string, write: StoreWrite, now: number): Promise<StoreReply> {
  return new Promise((resolve, reject) => {
    queue.push({ organisation, write, now, resolve, reject })
    if (draining) return
    draining = true
    // Every message that has already come is heard before this runs: so they share the sync.
    setImmediate(() => void drain())
  })
}

async function drain(): Promise<void> {
  while (queue.length > 0) {
    const group = takeGroup()
    const first = group[0]
    if (first === undefined) break
    try {
      const replies = await store.write(
        first.organisation,
        group.map(({ write }) => write),
        first.now,
      )
      for (const [index, each] of group.entries()) {
        const reply = replies[index]
        if (reply !== undefined) each.resolve(reply)
      }
      setup.wake?.postMessage(first.organisation)
    } catch (error) {
      for (const each of group) each.reject(error)
    }
    await new Promise<void>((resolve) => setImmediate(resolve))
  }
  draining = false
}

/** Takes the writes of the organisation that has waited longest, as many as one transaction holds. */
function takeGroup(): Queued[] {
  const organisation = queue[0]?.organisation
  const group: Queued[] = []
  const rest: Queued[] = []
  let blocks = 0
  for (const each of queue) {
    const size = each.write.kind === 'append' ? each.write.blocks.length : 0
    if (each.organisation === organisation && (group.length === 0 || blocks + size <= blocksPerCommit)) {
      group.push(each)
      blocks += size
    } else rest.push(each)
  }
  queue = rest
  return group
}

function cut(question: Extract<Question, { kind: 'append' }>): Buffer[] {
  let offset = 0
  return question.lengths.map((length) => {
    const block = Buffer.from(question.bytes, offset, length)
    offset += length
    return block
  })
}
