// The channel to the exchange, as the connector says (original-system A11.10).
import { type Code, isCode } from '../../core/codes.ts'
import { age } from '../age.ts'
import { type Check, failed, passed, unknown } from '../check.ts'
import { isMeasured } from '../subject.ts'
import { typed } from '../fixes.ts'
import { certificate } from './certificate.ts'
import { http } from './http.ts'
import { services } from './services.ts'

/** So long a channel that has not opened is still on its way. */
const opensWithinMs = 15_000

export const channel: Check = {
  id: 'channel',
  title: 'Channel',
  layer: 'delivery',
  after: [services, certificate, http],
  run({ subject, now }) {
    if (!isMeasured(subject.status)) return unknown(subject.status.unmeasured)
    const { state, since, peer, lastCode, nextAttemptAt } = subject.status.channel
    const last = lastCode === undefined ? '' : `, the one before ended with ${lastCode}`
    if (state === 'connected') return passed(`connected to ${peer} for ${age(now - since)}${last}`)
    const next = nextAttemptAt === undefined ? '' : `, next attempt in ${age(nextAttemptAt - now)}`
    const code: Code = 'channel.waiting'
    const fix = typed(subject, 'pmtool restartbyid SSEConnector')
    if (state === 'none') return failed(code, 'the connector knows of no registration', fix)
    if (state === 'connecting' && now - since < opensWithinMs && lastCode === undefined)
      return unknown(`it is being opened for ${age(now - since)}`)
    // The way is open and the certificate counts: what ended it is over, and the connector waits out its time.
    return failed(lastCode !== undefined && stands(lastCode) ? lastCode : code, `${state}${last}${next}`, fix)
  },
}

/** Reasons that no check above can see. */
function stands(code: string): code is Code {
  return isCode(code) && code.startsWith('channel.') && code !== 'channel.cut' && code !== 'channel.replaced'
}
