// Threads that read blocks for the index reader while it writes the ones before (performance 8.4): started when a
// backlog is there, ended when none was for a while.
import { availableParallelism } from 'node:os'
import type { IndexedBlock } from '../index/event-index.ts'
import type { BlockRange } from '../index/read-block.ts'
import { type WorkerDeath, WorkerClient, type WorkerWarning } from './worker-client.ts'
import type { ParserQuestions, WorkerSetup } from './worker-messages.ts'

/** More threads than the index writer can follow are of no use: it takes a quarter of a parser's time. */
const parsersMax = 4

export class ParserPool implements AsyncDisposable {
  readonly #parsers: readonly WorkerClient<ParserQuestions>[]
  #next = 0

  constructor(setup: WorkerSetup, warn: WorkerWarning) {
    const count = Math.min(parsersMax, Math.max(2, availableParallelism() - 1))
    const hearers = { warn, died: endToo }
    this.#parsers = Array.from({ length: count }, () => new WorkerClient<ParserQuestions>('parser', setup, hearers))
  }

  /** @returns the blocks of a range, read */
  read(organisation: string, range: BlockRange): Promise<readonly IndexedBlock[]> {
    const parser = this.#parsers[this.#next++ % this.#parsers.length]
    if (parser === undefined) return Promise.resolve([])
    return parser.ask({ kind: 'read', organisation, range })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#parsers.map((parser) => parser[Symbol.asyncDispose]()))
  }
}

/** Uncaught, it ends the index reader, and so the process that owns it: whoever supervises that starts all of it anew. */
const endToo: WorkerDeath = (fault) => {
  throw fault
}
