// A journal in a folder of its own for a test, with a clock that is set by hand.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { type Clock, systemClock } from '../../platform/clock.ts'
import { type Journal, openJournal } from './journal.ts'
import { fixtureStart } from './stream-fixture.ts'

export const fixtureFormats = new URL(`./formats-fixture.ts`, import.meta.url).href
export const quiet = pino({ level: 'silent' })

export type SetClock = Clock & { set(now: number): void }

/** Wall clock and monotonic clock move together; waiting is real. */
export function setClock(at: number = fixtureStart): SetClock {
  let now = at
  return {
    now: () => now,
    monotonic: () => now,
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
    set(to) {
      now = to
    },
  }
}

export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'sallyport-journal-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

export async function journalIn(folder: string, clock: Clock = setClock(), retentionDays = 30): Promise<Journal> {
  return await openJournal({ folder, clock, log: quiet, retentionDays, formats: fixtureFormats })
}
