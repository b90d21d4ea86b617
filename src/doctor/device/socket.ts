// The local socket between EventHandler and connector (original-system A10, A11.9): file there, somebody behind it,
// connector attached.
import { age } from '../age.ts'
import { type Check, failed, type Look, passed, skipped, unknown, warned } from '../check.ts'
import { typed } from '../fixes.ts'
import { isMeasured, servicesOf, socketOf } from '../subject.ts'
import { services } from './services.ts'

/** Both knock at the other's door several times a second. */
const attachesWithinMs = 5_000

export const socket: Check = {
  id: 'socket',
  title: 'Local socket',
  layer: 'local',
  after: [services],
  async run(look) {
    const { subject, probe } = look
    if (!subject.enrolled) return skipped('the device is not enrolled')
    const { status } = subject
    const attached = isMeasured(status) && status.eventHandler !== undefined
    const path = socketOf(subject)
    // EventHandler does not bind anew by itself; the connector dials again and again.
    const fix = typed(subject, 'pmtool restartbyid EventHandler')
    if (!probe.hasSocket())
      return attached
        ? warned('socket.missing', `${path} is gone; the connection made before still serves`, fix)
        : failed('socket.missing', `there is no ${path}`, fix)
    if (attached) return passed(`${path} connected`)
    if (!isMeasured(status)) return unknown(`whether the connector is attached: ${status.unmeasured}`)
    return await unattached(look, path, fix)
  },
}

async function unattached({ subject, probe, now }: Look, path: string, fix: string) {
  const young = servicesOf(subject).find(({ id, since }) => id !== 'Exchange' && now - since < attachesWithinMs)
  if (young !== undefined) return unknown(`${young.id} was started ${age(now - young.since)} ago: they find each other`)
  const answer = await probe.knocked()
  if (answer === 'ECONNREFUSED') return failed('socket.stale', `${path} is there, and nobody listens behind it`, fix)
  if (answer !== '') return unknown(`${path} cannot be asked by this user: ${answer}`)
  // The kernel takes connections also for an EventHandler that hangs, so it is restarted with the connector.
  return failed(
    'socket.listening',
    `${path} is listened to, and the connector is not attached`,
    `${fix} && ${typed(subject, 'pmtool restartbyid SSEConnector')}`,
  )
}
