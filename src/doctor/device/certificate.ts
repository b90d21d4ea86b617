// Whether the certificate of the device still counts, as the exchange itself says (security 3.1).
import { refusalCode } from '../../core/failure-codes.ts'
import { quoted } from '../../platform/shell-word.ts'
import { type Check, failed, type Finding, passed, unknown, warned } from '../check.ts'
import { enrolAnew, typed } from '../fixes.ts'
import { isFailure } from '../failure.ts'
import { isMeasured, type Subject, type Unmeasured } from '../subject.ts'
import { enrolment } from './enrolment.ts'
import { http } from './http.ts'

const dayMs = 86_400_000
/** Renewal begins with a third of the life left; with less than half of that it should have happened. */
const daysLeftMin = 15

export const certificate: Check = {
  id: 'certificate',
  title: 'Certificate',
  layer: 'identity',
  after: [enrolment, http],
  async run({ subject, probe, now }) {
    const { trust } = subject
    if (!isMeasured(trust) || trust.kind === 'pins') return unknown('there is none yet')
    if (!isMeasured(trust.identity)) return unusable(trust.identity, subject)
    const answer = await probe.answered()
    const refused = isFailure(answer) || answer.status === 200 ? undefined : refusalCode(answer.body)
    if (refused !== undefined && !isFailure(answer)) return failed(refused, sentenceOf(answer.body), enrolAnew(subject))
    const days = Math.floor((trust.identity.notAfter - now) / dayMs)
    if (days < 0) return failed('identity.lapsed', `it expired ${-days} days ago`, enrolAnew(subject))
    const renewAt = isMeasured(subject.status) ? subject.status.certificate?.renewAt : undefined
    if (days < daysLeftMin && renewAt !== undefined && renewAt < now)
      return warned('identity.renewal.late', `${days} days left, and it was to be renewed ${dateOf(renewAt)}`)
    return passed(`${days} days left${isFailure(answer) ? '' : ', accepted by the exchange'}`)
  },
}

/** A key that others can read is not used by the connector, and a channel that stands is the last. */
function unusable({ code, unmeasured }: Unmeasured, subject: Subject): Finding {
  if (code !== 'identity.key.loose') return unknown(unmeasured)
  const folder = quoted(subject.identityFolder)
  const fix = `chmod 700 ${folder} && chmod 600 ${folder}/key-*.pem && ${typed(subject, 'pmtool restartbyid SSEConnector')}`
  return isMeasured(subject.status) && subject.status.channel.state === 'connected'
    ? warned(code, unmeasured, fix)
    : failed(code, unmeasured, fix)
}

function sentenceOf(body: string): string {
  return (
    body
      .replace(/^Forbidden\s*/, '')
      .split('\n')[0]
      ?.replace(/^[a-z.]+: /, '')
      .slice(0, 300) ?? ''
  )
}

function dateOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10)
}
