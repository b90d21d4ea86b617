// Whether what proved itself is an exchange at all, by its answer to one request (original-system A11.7).
import { refusalCode } from '../../core/failure-codes.ts'
import { type Check, failed, passed } from '../check.ts'
import { isFailure } from '../failure.ts'
import { tls } from './tls.ts'

export const http: Check = {
  id: 'http',
  title: 'Exchange',
  layer: 'network',
  after: [tls],
  async run({ probe }) {
    const answer = await probe.answered()
    if (isFailure(answer)) return failed(answer.errno === 'ETIMEDOUT' ? 'tcp.silent' : 'http.unexpected', answer.text)
    // Refused by an exchange is an answer: what it refuses is the affair of the certificate (original-system A11.7).
    if (answer.status === 200 || refusalCode(answer.body) !== undefined) return passed(`HTTP ${answer.status}`)
    return failed('http.unexpected', `HTTP ${answer.status} by what is no exchange`)
  },
}
