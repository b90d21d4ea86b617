// The clock of this machine beside that of the exchange (security 3.3): behind enough, and the certificate of the
// exchange is not valid yet; before TLS is judged, for it is the cause.
import { clockOffsetMsMax } from '../../core/device-state.ts'
import { age } from '../age.ts'
import { type Check, failed, type Finding, passed, unknown, warned } from '../check.ts'
import { tcp } from './tcp.ts'
import { isFailure } from '../failure.ts'
import { isMeasured } from '../subject.ts'

const fix = 'Set the clock of this machine: timedatectl set-ntp true'

export const clock: Check = {
  id: 'clock',
  title: 'Clock',
  layer: 'network',
  after: [tcp],
  async run({ subject, probe, now }) {
    const chain = await probe.shown()
    const validFrom = isFailure(chain) ? undefined : chain[0]?.validFromDate.getTime()
    if (validFrom !== undefined && validFrom > now)
      return failed(
        'clock.behind',
        `here it is ${shown(now)}; the certificate of the exchange begins ${age(validFrom - now)} later`,
        fix,
      )
    const answer = await probe.answered()
    if (!isFailure(answer) && answer.date !== undefined)
      // The answer was written between the two, to the second.
      return judged(answer.date + 500 - (answer.askedAt + answer.answeredAt) / 2, now)
    const said = isMeasured(subject.status) ? subject.status.clockOffsetMs : undefined
    return said === undefined
      ? unknown('only an exchange that proves itself is asked for the time, and none did')
      : judged(said, now)
  },
}

/** @param offsetMs what the exchange's clock is ahead of ours */
function judged(offsetMs: number, now: number): Finding {
  const off = Math.abs(offsetMs)
  if (off <= clockOffsetMsMax) return passed(`within ${Math.max(1, Math.ceil(off / 1000))} s of the exchange`)
  const behind = offsetMs > 0
  return warned(
    behind ? 'clock.behind' : 'clock.ahead',
    `here it is ${shown(now)}, ${age(off)} ${behind ? 'behind' : 'ahead of'} the exchange`,
    fix,
  )
}

function shown(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19).replace('T', ' ')}Z`
}
