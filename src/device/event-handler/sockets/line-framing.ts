// How a stream of bytes is cut into lines: at LF, as a sensor's unix socket writes them, or as syslog over TCP does
// (syslog-framing.ts).
import { LineBuffer, type LineTaker, type SharedRoom } from '../line-buffer.ts'

/** Room of a connection while its lines are short; it grows with them, into what all of a listener share. */
export const connectionRoomBytes = 64 * 1024

/** One connection's bytes, in the order they came. */
export type Framing = {
  /** Gives every line that is complete. */
  take(chunk: Buffer, taker: LineTaker): void
  /** The sender is gone: what it had begun is a line too. @returns whether there was any */
  end(taker: LineTaker): boolean
}

/** Lines that end at LF (delivery N1). */
export function lineFraming(shared?: SharedRoom): Framing {
  const lines = new LineBuffer(0, connectionRoomBytes, shared)
  return {
    take: (chunk, taker) => lines.give(chunk, taker),
    end: (taker) => lines.takeRest(taker),
  }
}
