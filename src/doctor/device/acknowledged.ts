// The last hop: what was read is acknowledged, and nothing waits too long for it (original-system A12).
import { outstandingMs } from '../../core/device-state.ts'
import { age } from '../age.ts'
import { type Check, failed, passed, unknown } from '../check.ts'
import { isMeasured } from '../subject.ts'
import { channel } from './channel.ts'
import { services } from './services.ts'
import { socket } from './socket.ts'
import { spool } from './spool.ts'

export const acknowledged: Check = {
  id: 'acknowledged',
  title: 'Acknowledged',
  layer: 'delivery',
  after: [services, socket, channel, spool],
  run({ subject }) {
    if (!isMeasured(subject.status)) return unknown(subject.status.unmeasured)
    const { at, channel: ours, eventHandler } = subject.status
    const oldest = eventHandler?.spool.oldestOutstandingAt ?? 0
    // Both by the clock of the device, so that it does not matter.
    if (oldest !== 0 && at - oldest > outstandingMs)
      return failed('channel.stuck', `the oldest event waits for ${age(at - oldest)}`)
    if (ours.lastAckAt === 0) return unknown('no event was acknowledged since the connector started')
    return passed(`last event acknowledged ${age(at - ours.lastAckAt)} ago`)
  },
}
