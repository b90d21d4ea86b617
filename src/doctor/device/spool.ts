// What waits on the device, and whether there is room for more (delivery S9).
import { age } from '../age.ts'
import { type Check, failed, passed, unknown, warned } from '../check.ts'
import { isMeasured } from '../subject.ts'
import { services } from './services.ts'
import { socket } from './socket.ts'

const fillingPercent = 80

export const spool: Check = {
  id: 'spool',
  title: 'Spool',
  layer: 'delivery',
  after: [services, socket],
  run({ subject, now }) {
    const handler = isMeasured(subject.status) ? subject.status.eventHandler : undefined
    if (handler === undefined) return unknown('EventHandler does not say: it is not attached')
    const { state, bytes, bytesMax, outstandingEvents, outstandingBytes, oldestOutstandingAt } = handler.spool
    const waits = oldestOutstandingAt === 0 ? '' : `, the oldest for ${age(now - oldestOutstandingAt)}`
    const evidence = `${outstandingEvents} events wait${waits}; ${bytes} of ${bytesMax} bytes`
    if (state === 'unwritable') {
      const why = handler.sources.find((source) => source.state === 'spool-full')?.reason
      return failed('spool.unwritable', why ?? `${subject.spoolFolder}: ${evidence}`)
    }
    // Full before it has what it may have: it is the disk that has no more.
    if (state === 'full' && bytes < bytesMax)
      return failed('disk.full', evidence, `Free space on the disk of this folder: df -h ${subject.spoolFolder}`)
    if (state === 'full') return failed('spool.full', evidence)
    const percent = Math.round((100 * outstandingBytes) / bytesMax)
    return percent >= fillingPercent ? warned('spool.filling', `${percent} % full: ${evidence}`) : passed(evidence)
  },
}
