// The journal as blocks come into it (committing.ts): copies what it is given and hands it to the writer.
import { Fault } from '../../core/fault.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Committing } from './committing.ts'
import type { WorkerClient } from './threads/worker-client.ts'
import type { WriterQuestions } from './threads/worker-messages.ts'

/** Bytes handed to the writer and not yet answered: credits keep devices far below (delivery C4). */
const bytesUnderWayMax = 256 * 1024 * 1024

export function journalStore(journalId: string, writer: WorkerClient<WriterQuestions>, clock: Clock): Committing {
  let bytesUnderWay = 0
  return {
    journalId,
    resume: (sender, streams) => writer.ask({ kind: 'resume', sender, streams, now: clock.now() }),
    async append(sender, blocks) {
      const lengths = blocks.map((block) => block.length)
      const size = lengths.reduce((sum, length) => sum + length, 0)
      if (bytesUnderWay + size > bytesUnderWayMax)
        throw new Fault('journal.unavailable', { what: `${bytesUnderWay} bytes wait for the disk` })
      // A ws message can be a view into a shared chunk: it is copied into memory of our own, and that is transferred.
      const bytes = new ArrayBuffer(size)
      const all = Buffer.from(bytes)
      let offset = 0
      for (const block of blocks) offset += block.copy(all, offset)
      bytesUnderWay += size
      try {
        return await writer.ask({ kind: 'append', sender, bytes, lengths, now: clock.now() }, { transfer: [bytes] })
      } finally {
        bytesUnderWay -= size
      }
    },
    missing: (sender, missing) => writer.ask({ kind: 'missing', sender, missing, now: clock.now() }),
    async checkpoint(sender, checkpoint) {
      await writer.ask({ kind: 'checkpoint', sender, checkpoint, now: clock.now() })
    },
    async given(sender, given, heardAt) {
      await writer.ask({ kind: 'given', sender, given, heardAt, now: clock.now() })
    },
  }
}
