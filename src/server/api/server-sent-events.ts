// Server-sent events from batches of placed events: the first at once, then at most ten writes a second, a comment
// where nothing happens (console-and-cli 4). The pace is the reader's: what it does not take is not asked for.
import { randomInt } from 'node:crypto'
import type { Clock } from '../../platform/clock.ts'

export type PlacedEvent = {
  readonly id: number
  readonly event: { readonly event: string; readonly data: unknown }
}

type Pace = {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Asked before each write. */
  readonly mayRead: () => boolean
}

const heartbeatMs = 15_000
const betweenWritesMs = 100
/** So that browsers cut off together do not come back together. */
const retryMs = [1_000, 3_000] as const

export async function* serverSentEvents(
  batches: AsyncIterable<readonly PlacedEvent[]>,
  { clock, signal, mayRead }: Pace,
): AsyncGenerator<string> {
  const steps = batches[Symbol.asyncIterator]()
  try {
    yield `retry: ${randomInt(...retryMs)}\n\n`
    let step = steps.next()
    while (!signal.aborted && mayRead()) {
      const next = await orSilence(step, clock, signal)
      // Whoever signed out meanwhile hears nothing of what came.
      if (signal.aborted || !mayRead()) return
      if (next === 'silence') {
        yield ': nothing new\n\n'
        continue
      }
      if (next.done === true) return
      yield next.value.map(written).join('')
      step = steps.next()
      await clock.sleep(betweenWritesMs, signal)
    }
  } finally {
    await steps.return?.()
  }
}

async function orSilence<T>(step: Promise<T>, clock: Clock, signal: AbortSignal): Promise<T | 'silence'> {
  const came = new AbortController()
  const silence = clock.sleep(heartbeatMs, AbortSignal.any([came.signal, signal])).then(() => 'silence' as const)
  try {
    return await Promise.race([step, silence])
  } finally {
    came.abort()
  }
}

/** JSON holds no line end, so one line of data is the whole. */
function written({ id, event }: PlacedEvent): string {
  return `id: ${id}\nevent: ${event.event}\ndata: ${JSON.stringify(event.data)}\n\n`
}
