// Whether the processes of this device are to run, and do (original-system A11.11): a disabled service stands before
// everything that it would do.
import type { Service } from '../../wire/services/messages.ts'
import { age } from '../age.ts'
import { type Check, failed, type Finding, passed, skipped, unknown } from '../check.ts'
import { isMeasured } from '../subject.ts'

/** The exchange may run in the same process tree; that it does not is found by the way to it. */
const own: ReadonlySet<string> = new Set(['EventHandler', 'SSEConnector'])

export const services: Check = {
  id: 'services',
  title: 'Process',
  layer: 'process',
  after: [],
  run({ subject, now }) {
    if (!subject.enrolled) return skipped('the device is not enrolled: nothing of it is to run yet')
    if (!isMeasured(subject.services)) {
      const { unmeasured } = subject.services
      if (isMeasured(subject.status)) return unknown(unmeasured)
      return failed('service.unsupervised', unmeasured, subject.typed('device run'))
    }
    const mine = subject.services.filter(({ id }) => own.has(id))
    return findingOf(mine, subject.typed, now)
  },
}

function findingOf(mine: readonly Service[], typed: (command: string) => string, now: number): Finding {
  const disabled = mine.find(({ enabled, state }) => !enabled || state === 'disabled')
  if (disabled !== undefined)
    return failed(
      'service.disabled',
      `${disabled.id} is disabled since ${age(now - disabled.since)}`,
      typed(`pmtool enablebyid ${disabled.id}`),
    )
  const crashed = mine.find(({ state }) => state === 'waiting')
  if (crashed !== undefined)
    return failed(
      'service.crashed',
      `${crashed.id} ended by itself (${crashed.lastEnd}), ${crashed.restarts} times started again`,
      typed(`pmtool restartbyid ${crashed.id}`),
    )
  return passed(mine.map(({ id, pid, since }) => `${id} up ${age(now - since)} (pid ${pid})`).join(', '))
}
