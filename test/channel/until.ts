// Waiting in tests: for a condition, with a bound.
import assert from 'node:assert/strict'
import { systemClock } from '../../src/platform/clock.ts'

export async function until(condition: () => boolean, what: string, withinMs = 15_000): Promise<void> {
  const deadline = systemClock.monotonic() + withinMs
  while (!condition()) {
    assert(systemClock.monotonic() < deadline, `not within ${withinMs} ms: ${what}`)
    await systemClock.sleep(5)
  }
}
