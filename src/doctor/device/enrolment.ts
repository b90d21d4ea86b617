// Whether the device is registered at its exchange, and if not, how the last attempt ended (security 2 and 4).
import { isCode } from '../../core/codes.ts'
import { type Check, failed, passed, unknown } from '../check.ts'
import { enrolAnew } from '../fixes.ts'
import { isFailure } from '../failure.ts'

export const enrolment: Check = {
  id: 'enrolment',
  title: 'Enrolment',
  layer: 'identity',
  // Where no exchange is known yet these are skipped, and so would be this, which is then the cause.
  after: [],
  async run({ subject, probe }) {
    if (subject.enrolled) return passed(`enrolled as ${subject.device}`)
    const { damaged, failedEnrolment } = subject
    if (damaged !== undefined) return failed(damaged.code, damaged.what, enrolAnew(subject))
    if (failedEnrolment === undefined)
      return failed('context.missing', 'there is no registration in the data folder', enrolAnew(subject))
    const { code, what } = failedEnrolment
    // What the network says now counts more than what it said then.
    if (!code.startsWith('enrolment.') && !code.startsWith('identity.'))
      return isFailure(await probe.answered())
        ? { ...unknown(`the last attempt ended with ${code}, which stands above`), status: 'skip' }
        : failed('context.missing', `the last attempt ended with ${code}, which is mended`, enrolAnew(subject))
    return failed(isCode(code) ? code : 'internal', what, enrolAnew(subject))
  },
}
