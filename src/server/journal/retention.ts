// Drops days by age and by size (delivery J7), and now and then writes down what is only noted. A clock that jumps must not cost
// events: while wall clock and monotonic clock disagree, nothing is dropped (delivery D23).
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import { dayOf, firstDayKept } from './day-files.ts'
import type { WorkerClient } from './threads/worker-client.ts'
import type { WriterQuestions } from './threads/worker-messages.ts'

/** Only whole days go, never today's: what comes in between can only be over the limit for as long as this. */
const everyMs = 600_000
/** Notes (duplicates, the device's last word) are no evidence: a crash may cost this much of them. */
const flushEveryMs = 5_000
/** A clock that is set right moves by less; a year is not the age of anything. */
const jumpMs = 3_600_000

export type Retention = AsyncDisposable & { expire(): Promise<readonly string[]> }

export function startRetention(parts: {
  readonly writer: WorkerClient<WriterQuestions>
  readonly clock: Clock
  readonly log: Log
  readonly retentionDays: number
  readonly retentionBytes: number | null
  /** Days are gone: whoever has their files open lets go of them, or their space stays taken. */
  readonly expired: () => Promise<unknown>
}): Retention {
  const { writer, clock, log } = parts
  const stop = new AbortController()
  const skew = clock.now() - clock.monotonic()
  const rounds = Promise.all([every(everyMs, true, expire), every(flushEveryMs, false, flush)])

  async function expire(): Promise<readonly string[]> {
    const now = clock.now()
    if (Math.abs(now - clock.monotonic() - skew) > jumpMs) {
      log.warn({ now }, 'the clock has jumped: no day is dropped until the next start')
      return []
    }
    const { days, bytes } = await writer.ask({
      kind: 'expire',
      firstKept: firstDayKept(now, parts.retentionDays),
      today: dayOf(now),
      bytesMax: parts.retentionBytes,
    })
    for (const day of days) log.info(day, `a day has expired by its ${day.cause}`)
    if (parts.retentionBytes !== null && bytes > parts.retentionBytes)
      log.warn({ bytes, bytesMax: parts.retentionBytes }, 'the newest day alone is over the size kept; it stays')
    if (days.length > 0) await parts.expired()
    return days.map(({ organisation, day }) => `${organisation}/${day}`)
  }

  async function flush(): Promise<void> {
    await writer.ask({ kind: 'flush', now: clock.now() })
  }

  async function every(ms: number, atOnce: boolean, work: () => Promise<unknown>): Promise<void> {
    if (!atOnce) await clock.sleep(ms, stop.signal)
    while (!stop.signal.aborted) {
      try {
        await work()
      } catch (error) {
        if (!stop.signal.aborted) log.warn({ err: error }, 'retention failed; it is tried again')
      }
      await clock.sleep(ms, stop.signal)
    }
  }

  return {
    expire,
    async [Symbol.asyncDispose]() {
      stop.abort()
      await rounds
    },
  }
}
