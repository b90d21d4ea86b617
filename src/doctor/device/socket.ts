// The local socket between EventHandler and connector (original-system A10, A11.9): file there, somebody behind it,
// connector attached.
import { statSync } from 'node:fs'
import { connect } from 'node:net'
import { type Check, failed, passed, skipped, unknown, warned } from '../check.ts'
import { services } from './services.ts'
import { isMeasured, type Subject } from '../subject.ts'

const answerWithinMs = 1_000

export const socket: Check = {
  id: 'socket',
  title: 'Local socket',
  layer: 'local',
  after: [services],
  async run({ subject }) {
    if (!subject.enrolled) return skipped('the device is not enrolled')
    const { status } = subject
    const attached = isMeasured(status) && status.eventHandler !== undefined
    const path = (isMeasured(status) ? status.eventHandler?.socket : undefined) ?? subject.socket
    // EventHandler does not bind anew by itself; the connector dials again and again.
    const fix = subject.typed('pmtool restartbyid EventHandler')
    const file = statSync(path, { throwIfNoEntry: false })
    if (file === undefined)
      return attached
        ? warned('socket.missing', `${path} is gone; the connection made before still serves`, fix)
        : failed('socket.missing', `there is no ${path}`, fix)
    if (attached) return passed(`${path} connected`)
    if (!isMeasured(status)) return unknown(`whether the connector is attached: ${status.unmeasured}`)
    return await unattached(path, subject, fix)
  },
}

async function unattached(path: string, subject: Subject, fix: string) {
  const answer = await knock(path)
  if (answer === 'ECONNREFUSED') return failed('socket.stale', `${path} is there, and nobody listens behind it`, fix)
  if (answer !== '') return unknown(`${path} cannot be asked by this user: ${answer}`)
  return failed(
    'socket.listening',
    `${path} is listened to, and the connector is not attached`,
    subject.typed('pmtool restartbyid SSEConnector'),
  )
}

/** Connects and ends at once. @returns '' where somebody listens, else Node's word */
async function knock(path: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  const asked = connect({ path })
  asked.setTimeout(answerWithinMs, () => resolve('ETIMEDOUT'))
  asked.once('connect', () => resolve(''))
  asked.on('error', (error) => resolve('code' in error ? String(error.code) : error.message))
  const answer = await promise
  asked.destroy()
  return answer
}
