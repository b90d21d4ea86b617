// Reads the tail of events as the browser gets it: JSON lines of an answer without an end, taken up again by cursor.
import type { TailLine } from '../../wire/api/events.ts'
import { askLines } from './ask.ts'

const firstRetryMs = 500
const lastRetryMs = 10_000

/**
 * Follows from a cursor until the signal aborts; what is cut is taken up where it ended.
 * @param onLines hears lines in order of arrival
 * @param onAway hears whether the exchange is away
 */
export async function follow(
  question: Readonly<Record<string, string | number | undefined>>,
  from: string,
  signal: AbortSignal,
  { onLines, onAway }: { onLines: (lines: readonly TailLine[]) => void; onAway: (error: unknown) => void },
): Promise<void> {
  let cursor = from
  let retryMs = firstRetryMs
  while (!signal.aborted) {
    try {
      for await (const text of askLines('events/tail', { ...question, from: cursor }, signal)) {
        const lines = linesOf(text)
        cursor = lines.at(-1)?.cursor ?? cursor
        retryMs = firstRetryMs
        onAway(undefined)
        onLines(lines)
      }
    } catch (error) {
      if (signal.aborted) return
      onAway(error)
    }
    await new Promise((resolve) => setTimeout(resolve, retryMs))
    retryMs = Math.min(retryMs * 2, lastRetryMs)
  }
}

function linesOf(text: string): TailLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line): TailLine => JSON.parse(line))
}
