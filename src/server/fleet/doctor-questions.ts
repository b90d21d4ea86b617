// Questions to the doctor of one device that are under way: each is answered once, or given up.
import type { Clock } from '../../platform/clock.ts'
import type { DoctorReport } from '../../wire/doctor.ts'

/** A device examines itself in three seconds where all is well, and gives up each step in a few. */
const answerWithinMs = 20_000
/** All that ask at once get the same answer from the device; more than this is a fault of who asks. */
const underWayMax = 16

export class DoctorQuestions {
  readonly #open = new Map<number, (report: DoctorReport | undefined) => void>()
  #next = 1

  /** @returns the report; undefined where none came in time, the channel ended, or too many ask */
  async ask(clock: Clock, send: (id: number) => void): Promise<DoctorReport | undefined> {
    if (this.#open.size >= underWayMax) return undefined
    const id = this.#next++
    const { promise, resolve } = Promise.withResolvers<DoctorReport | undefined>()
    this.#open.set(id, resolve)
    const answered = new AbortController()
    void clock.sleep(answerWithinMs, answered.signal).then(() => resolve(undefined))
    send(id)
    try {
      return await promise
    } finally {
      answered.abort()
      this.#open.delete(id)
    }
  }

  /** What nobody waits for any more is dropped. */
  answered(id: number, report: DoctorReport): void {
    this.#open.get(id)?.(report)
  }

  end(): void {
    for (const give of this.#open.values()) give(undefined)
  }
}
