// Whether the processes of this device are to run, and do (original-system A11.11): a disabled service stands before
// everything that it would do.
import { type Code, isCode } from '../../core/codes.ts'
import type { Service } from '../../wire/services/messages.ts'
import { age } from '../age.ts'
import { type Check, failed, type Finding, passed, skipped, unknown, warned } from '../check.ts'
import { typed } from '../fixes.ts'
import { isMeasured, type Subject } from '../subject.ts'
import { properties } from './properties.ts'

/** The exchange may run in the same process tree; that it does not is found by the way to it. */
const own: ReadonlySet<string> = new Set(['EventHandler', 'SSEConnector'])
/** The supervisor, too, takes a process that ran for so long as one that stays. */
const staysAfterMs = 10_000

export const services: Check = {
  id: 'services',
  title: 'Process',
  layer: 'process',
  after: [properties],
  run({ subject, now }) {
    if (!subject.enrolled) return skipped('the device is not enrolled: nothing of it is to run yet')
    const { services: told } = subject
    if (told === 'none') return unsupervised(subject)
    if (!isMeasured(told)) return unknown(told.unmeasured)
    return findingOf(
      told.filter(({ id }) => own.has(id)),
      subject,
      now,
    )
  },
}

function unsupervised(subject: Subject): Finding {
  if (isMeasured(subject.status)) return unknown('no supervisor answers, and the connector runs')
  return failed('service.unsupervised', 'no supervisor answers', typed(subject, 'device run'))
}

function findingOf(mine: readonly Service[], subject: Subject, now: number): Finding {
  const disabled = mine.find(({ enabled, state }) => !enabled || state === 'disabled')
  if (disabled !== undefined)
    return failed(
      'service.disabled',
      `${disabled.id} is disabled since ${age(now - disabled.since)}`,
      typed(subject, `pmtool enablebyid ${disabled.id}`),
    )
  const down = mine.find(({ state, lastEnd }) => state === 'waiting' || (state === 'starting' && lastEnd !== ''))
  if (down !== undefined) return ended(down, subject)
  const begins = mine.find(({ state }) => state === 'starting' || state === 'stopping')
  if (begins !== undefined) return unknown(`${begins.id} is ${begins.state} for ${age(now - begins.since)}`)
  const silent = mine.find(({ id }) => id === 'SSEConnector')
  if (silent !== undefined && !isMeasured(subject.status))
    return failed(
      'service.silent',
      `SSEConnector runs (pid ${silent.pid}), and ${subject.status.unmeasured}`,
      typed(subject, 'pmtool restartbyid SSEConnector'),
    )
  const lately = mine.find(({ lastEnd, since }) => lastEnd !== '' && now - since < staysAfterMs)
  if (lately !== undefined)
    return warned(
      'service.crashed',
      `${endOf(lately)}; it runs again for ${age(now - lately.since)}`,
      fixOf(lately, subject),
    )
  return passed(mine.map((service) => upOf(service, now)).join(', '))
}

/** A start that fails says why, as a code of the catalogue: that is what is to be mended. */
function ended(down: Service, subject: Subject): Finding {
  const code = /^([a-z]+(?:\.[a-z-]+)+): /.exec(down.lastEnd)?.[1] ?? ''
  if (isCode(code)) return failed(code, `${down.id} cannot start (${down.lastEnd.slice(code.length + 2)})`)
  return failed('service.crashed' satisfies Code, endOf(down), fixOf(down, subject))
}

function endOf({ id, lastEnd, restarts }: Service): string {
  return `${id} ended by itself (${lastEnd}), ${restarts} times started again`
}

function fixOf({ id }: Service, subject: Subject): string {
  return typed(subject, `pmtool restartbyid ${id}`)
}

function upOf({ id, pid, since, restarts, lastEnd }: Service, now: number): string {
  const again = restarts === 0 ? '' : `, ${restarts} times started again, last after ${lastEnd}`
  return `${id} up ${age(now - since)} (pid ${pid}${again})`
}
