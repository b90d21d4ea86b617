// Whether EventHandler can read what the sensors write, as EventHandler itself says: this user may have other rights.
import { existsSync } from 'node:fs'
import type { SourceStatus } from '../../wire/status.ts'
import { type Check, failed, passed, skipped, unknown, warned } from '../check.ts'
import { services } from './services.ts'
import { isMeasured } from '../subject.ts'

export const sensor: Check = {
  id: 'sensor',
  title: 'Sensor',
  layer: 'sensor',
  after: [services],
  run({ subject }) {
    if (!subject.enrolled) return skipped('the device is not enrolled')
    const handler = isMeasured(subject.status) ? subject.status.eventHandler : undefined
    if (handler === undefined) return unknown('EventHandler does not say what it reads: it is not attached')
    const { sources } = handler
    const unreadable = sources.find(({ state }) => state === 'unreadable')
    if (unreadable !== undefined)
      return failed(
        'source.unreadable',
        seen(unreadable),
        `Give EventHandler's user${userOf(handler.pid)} the right to read ${unreadable.input}, and to pass its folders.`,
      )
    const missing = sources.find(({ state }) => state === 'missing')
    if (missing !== undefined) return warned('source.missing', seen(missing))
    if (sources.length === 0)
      return warned('source.missing', 'no source is configured', subject.typed('device enrol TOKEN --source PATH'))
    return passed(sources.map(({ name, state, events }) => `${name} ${state}, ${events} events`).join('; '))
  },
}

function seen({ name, input, state, reason }: SourceStatus): string {
  return `${name}: ${input} is ${state}${reason === undefined ? '' : ` (${reason})`}`
}

/** A reader of another user is what an administrator looks for first. */
function userOf(pid: number): string {
  return existsSync(`/proc/${pid}`) ? ` (of process ${pid})` : ''
}
