// Runs the checks over one subject: in causal order, independent ones at once, each within its time; what depends on a
// failure is skipped. The same on the device, for its exchange, and in a test (DESIGN "One status document").
import { Fault } from '../core/fault.ts'
import type { Clock } from '../platform/clock.ts'
import type { CheckResult, DoctorReport } from '../wire/doctor.ts'
import { type Check, type Finding, type Look, skipped, unknown } from './check.ts'
import { checks } from './checks.ts'
import { openProbe, type Probe } from './probe.ts'
import { isMeasured, socketOf, type Subject } from './subject.ts'
import { verdictOf } from './verdict.ts'

/** More than all steps of the way to the exchange together may take. */
const checkWithinMs = 12_000

export type ExamineOptions = {
  /** Ids of the checks that are wanted; what they need is run too. By default all. */
  readonly only?: readonly string[]
  readonly clock: Clock
  readonly signal: AbortSignal
  /** By default the way from this machine. */
  readonly probe?: Probe
  /** When it was looked, Unix ms; by default now. */
  readonly at?: number
}

/** @returns the way from this machine to the subject's exchange */
export function probeFor(subject: Subject, ways: Pick<ExamineOptions, 'clock' | 'signal'>): Probe {
  const { exchange, proxy, trust } = subject
  const target = proxy === undefined && isMeasured(exchange) ? exchange : { host: '', port: 0 }
  return openProbe({ target, trust: isMeasured(trust) ? trust : undefined, socket: socketOf(subject) }, ways)
}

/** @throws Fault `input.malformed` where a check of `only` does not exist; the signal's reason when it aborts */
export async function examine(subject: Subject, options: ExamineOptions): Promise<DoctorReport> {
  const { clock, signal } = options
  const startedAt = clock.monotonic()
  const { probe = probeFor(subject, options), at: now = clock.now() } = options
  const look: Look = { subject, probe, now }
  const wanted = wantedChecks(options.only ?? [])
  const running = new Map<Check, Promise<CheckResult>>()
  for (const check of wanted) running.set(check, run(check, look, running, clock))
  const results = await Promise.all(running.values())
  signal.throwIfAborted()
  return {
    v: 1,
    device: subject.device,
    program: subject.program,
    from: 'device',
    at: now,
    durationMs: Math.round(clock.monotonic() - startedAt),
    ...verdictOf(results, subject),
    checks: results,
  }
}

/** In the order of `checks`, with all that those named need. */
function wantedChecks(only: readonly string[]): readonly Check[] {
  if (only.length === 0) return checks
  const named = only.map((id) => {
    const check = checks.find((one) => one.id === id)
    if (check !== undefined) return check
    const known = checks.map((one) => one.id).join(', ')
    throw new Fault('input.malformed', { what: `There is no check "${id}"`, remedy: `Name some of: ${known}.` })
  })
  const needed = new Set<Check>()
  const need = (check: Check) => {
    needed.add(check)
    check.after.forEach(need)
  }
  named.forEach(need)
  return checks.filter((check) => needed.has(check))
}

async function run(
  check: Check,
  look: Look,
  running: ReadonlyMap<Check, Promise<CheckResult>>,
  clock: Clock,
): Promise<CheckResult> {
  const { id, title, layer, after } = check
  // Those stand before it in the list, so they run already.
  const before = await Promise.all(after.flatMap((needed) => running.get(needed) ?? []))
  const missing = before.find(({ status }) => status === 'fail' || status === 'skip')
  const startedAt = clock.monotonic()
  const finding = missing === undefined ? await within(check, look, clock) : skipped(`needs ${missing.title}`)
  return { id, title, layer, ...finding, durationMs: Math.round(clock.monotonic() - startedAt) }
}

/** A check that hangs or breaks is one that could not be measured. */
async function within(check: Check, look: Look, clock: Clock): Promise<Finding> {
  // The device may have no way of its own to the exchange: that none is found says nothing.
  if (check.layer === 'network' && look.subject.proxy !== undefined)
    return unknown(`the way leads through the proxy ${look.subject.proxy}; see Channel`)
  const ended = new AbortController()
  const late = clock
    .sleep(checkWithinMs, ended.signal)
    .then(() => unknown(`it took longer than ${checkWithinMs / 1000} s`))
  try {
    return await Promise.race([Promise.resolve(check.run(look)), late])
  } catch (error) {
    return unknown(`the check itself broke: ${error instanceof Error ? error.message : String(error)}`)
  } finally {
    ended.abort()
  }
}
