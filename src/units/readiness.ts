// What /readyz asks: can a block be committed, does the state answer, are devices listened to. Asked by anyone and often, so an
// answer serves for a while and a part that does not answer in time hinders.
import { type Code, isCode } from '../core/codes.ts'
import { Fault } from '../core/fault.ts'
import type { Clock } from '../platform/clock.ts'
import type { Hindrance } from '../server/api/ports.ts'

export type Checks = {
  readonly journal: () => Promise<unknown>
  readonly state: () => Promise<unknown>
  readonly devices: () => boolean
}

/** Balancers ask every few seconds; a stranger may ask as fast as it likes. */
const servesForMs = 1_000
/** A disk that needs longer for 64 KiB takes no events either. */
const answerWithinMs = 2_000

/** @returns the API's port; concurrent askers share one look. */
export function openReadiness(checks: Checks, clock: Clock): () => Promise<readonly Hindrance[]> {
  let last: { readonly at: number; readonly found: Promise<readonly Hindrance[]> } | undefined
  return async () => {
    if (last === undefined || clock.monotonic() - last.at > servesForMs)
      last = { at: clock.monotonic(), found: look(checks, clock) }
    return await last.found
  }
}

async function look({ journal, state, devices }: Checks, clock: Clock): Promise<readonly Hindrance[]> {
  const found = await Promise.all([
    hindrance('journal', 'journal.unavailable', journal, clock),
    hindrance('state', 'internal', state, clock),
  ])
  if (!devices()) found.push({ part: 'devices', code: 'internal' })
  return found.filter((each) => each !== undefined)
}

async function hindrance(
  part: Hindrance['part'],
  late: Code,
  check: () => Promise<unknown>,
  clock: Clock,
): Promise<Hindrance | undefined> {
  const done = new AbortController()
  const timeout = clock.sleep(answerWithinMs, done.signal).then(() => ({ part, code: late }))
  const answer = check().then(
    () => undefined,
    (error: unknown) => ({ part, code: error instanceof Fault && isCode(error.code) ? error.code : late }),
  )
  const first = await Promise.race([answer, timeout])
  done.abort()
  return first
}
