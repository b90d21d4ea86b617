// When the exchange has acknowledged a device's first event, and until then why it has not.
import type { Reason } from '../cli/ports.ts'
import { type Code, codes, isCode } from '../core/codes.ts'
import { systemClock } from '../platform/clock.ts'
import type { SourceStatus, Status } from '../wire/status.ts'

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

/** @returns what stands in the way, in the order of the way: the sensor first, the channel last */
export function whyNoEvent(status: Status | undefined): readonly Reason[] {
  if (status === undefined) return [reason('server.unreachable', 'The connector does not answer at its local API')]
  const { eventHandler, channel } = status
  const reasons: Reason[] = []
  if (eventHandler === undefined)
    reasons.push(reason('socket.unusable', 'EventHandler is not attached to the connector'))
  const sources = eventHandler?.sources ?? []
  for (const source of sources) {
    const code = sourceCodes[source.state]
    if (code !== undefined) reasons.push(reason(code, `${source.input}: ${source.reason ?? source.state}`))
  }
  if (eventHandler?.spool.state === 'full') reasons.push(reason('spool.full', 'The spool has no room'))
  if (eventHandler?.spool.state === 'unwritable') reasons.push(reason('spool.unwritable', 'The spool takes nothing'))
  if (channel.state !== 'connected') {
    const code = channel.lastCode !== undefined && isCode(channel.lastCode) ? channel.lastCode : undefined
    if (code !== undefined)
      reasons.push(reason(code, `The channel to the exchange is ${channel.state}: ${codes[code].cause}`))
  }
  if (reasons.length > 0 || channel.state !== 'connected') return reasons
  return [reason('source.silent', silence(sources))]
}

const sourceCodes: Readonly<Partial<Record<SourceStatus['state'], Code>>> = {
  missing: 'source.missing',
  unreadable: 'source.unreadable',
}

function silence(sources: readonly SourceStatus[]): string {
  const quiet = sources.filter(({ events }) => events === 0).map(({ input }) => input)
  return quiet.length === 0 ? 'No event came yet' : `No line came yet from ${quiet.join(', ')}`
}

function reason(code: Code, what: string): Reason {
  return { code, what, remedy: codes[code].remedy }
}
