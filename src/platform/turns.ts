// Takes turns: one holder at a time, the others in order of asking, bounded in number and in time.
import { SqliteFailure } from './sqlite-failure.ts'

export type Turns = { take(): Promise<void>; give(): void }

/** @param limits who waits longer than `waitMs`, or comes when `waitingMax` wait, is refused with SqliteFailure `busy` */
export function openTurns(limits: { readonly waitMs: number; readonly waitingMax: number }): Turns {
  const waiting = new Set<() => void>()
  let held = false
  return {
    async take() {
      if (!held) {
        held = true
        return
      }
      if (waiting.size >= limits.waitingMax) throw new SqliteFailure('busy', `${waiting.size} statements wait already`)
      await new Promise<void>((resolve, reject) => {
        const mine = () => {
          clearTimeout(timer)
          waiting.delete(mine)
          resolve()
        }
        const timer = setTimeout(() => {
          waiting.delete(mine)
          reject(new SqliteFailure('busy', `no turn within ${limits.waitMs} ms`))
        }, limits.waitMs)
        waiting.add(mine)
      })
    },
    give() {
      const [next] = waiting
      if (next === undefined) held = false
      else next()
    },
  }
}
