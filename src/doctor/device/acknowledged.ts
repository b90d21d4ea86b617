// The last hop: what was read is acknowledged, and nothing waits too long for it (original-system A12).
import { outstandingMs } from '../../core/device-state.ts'
import type { Status } from '../../wire/status.ts'
import { age } from '../age.ts'
import { type Check, failed, passed, unknown, warned } from '../check.ts'
import { isMeasured } from '../subject.ts'
import { channel } from './channel.ts'
import { services } from './services.ts'
import { socket } from './socket.ts'

export const acknowledged: Check = {
  id: 'acknowledged',
  title: 'Acknowledged',
  layer: 'delivery',
  after: [services, socket, channel],
  run({ subject }) {
    if (!isMeasured(subject.status)) return unknown(subject.status.unmeasured)
    const { at, channel: ours, eventHandler } = subject.status
    const { oldestOutstandingAt = 0, outstandingEvents = 0 } = eventHandler?.spool ?? {}
    const last =
      ours.lastAckAt === 0 ? 'none was acknowledged yet' : `last event acknowledged ${age(at - ours.lastAckAt)} ago`
    // All by the clock of the device, so that it does not matter.
    const waitsMs = oldestOutstandingAt === 0 ? 0 : at - oldestOutstandingAt
    const waits = `${outstandingEvents} events wait, the oldest for ${age(waitsMs)}`
    if (waitsMs > outstandingMs)
      // Behind an outage the new events go first, and the old ones take their time (delivery C6).
      return ours.lastAckAt !== 0 && at - ours.lastAckAt <= outstandingMs
        ? warned('channel.backlog', `${last}; ${waits}`)
        : failed('channel.stuck', `${last}; ${waits}`)
    if (ours.lastAckAt !== 0) return passed(last)
    return unknown(outstandingEvents > 0 ? `${last}; ${waits}` : nothingGiven(subject.status))
  },
}

/** Not that nothing came: the connector may have been started after it was acknowledged. */
function nothingGiven({ at, eventHandler }: Status): string {
  const { sources = [], startedAt = at } = eventHandler ?? {}
  if (sources.length === 0) return 'none given yet, no source is configured'
  const events = sources.reduce((sum, source) => sum + source.events, 0)
  if (events === 0) return `none given yet, since EventHandler started ${age(at - startedAt)} ago`
  return 'none given since the connector started, and none waits'
}
