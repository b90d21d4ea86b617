// When the exchange has acknowledged a device's first event, and until then why it has not.
import type { Reason } from '../cli/ports.ts'
import { codes } from '../core/codes.ts'
import { systemClock } from '../platform/clock.ts'
import type { CheckStatus, DoctorReport } from '../wire/doctor.ts'
import type { Status } from '../wire/status.ts'

const askEveryMs = 50

/** @returns milliseconds from `startedAt` (monotonic) to the first ack; pending for ever once the signal aborts */
export async function firstAcknowledged(
  ask: () => Promise<Status | undefined>,
  startedAt: number,
  signal: AbortSignal,
): Promise<number> {
  while (!signal.aborted) {
    const status = await ask()
    if (status !== undefined && status.channel.lastAckAt > 0) return systemClock.monotonic() - startedAt
    await systemClock.sleep(askEveryMs, signal)
  }
  return await new Promise(() => undefined)
}

/** @returns what the doctor finds in the way, what stands first on it first; a sensor's silence where nothing else is */
export async function whyNoEvent(examined: Promise<DoctorReport>): Promise<readonly Reason[]> {
  const { checks } = await examined
  const of = (wanted: CheckStatus) => checks.filter(({ status, code }) => status === wanted && code !== null)
  const failed = of('fail')
  const found = failed.length > 0 ? failed : of('warn')
  if (found.length === 0) return [{ code: silent, what: codes[silent].cause, remedy: codes[silent].remedy }]
  return found.map(({ code, evidence, fix }) => ({ code: code ?? '', what: evidence, remedy: fix ?? '' }))
}

const silent = 'source.silent'
