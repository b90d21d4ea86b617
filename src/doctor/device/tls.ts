// Whether the server proves that it is the exchange (original-system A11.6). A
// foreign issuer on our name is an inspecting proxy, and is named.
import type { X509Certificate } from 'node:crypto'
import { type Code, codes } from '../../core/codes.ts'
import { networkCode } from '../../core/failure-codes.ts'
import { type Check, failed, type Finding, type Look, passed, skipped } from '../check.ts'
import { clock } from './clock.ts'
import { tcp } from './tcp.ts'
import { type Failure, isFailure } from '../failure.ts'
import { pinnedIn, pinOf } from '../probe.ts'
import { isMeasured } from '../subject.ts'
import { enrolAnew, typed } from '../fixes.ts'

export const tls: Check = {
  id: 'tls',
  title: 'TLS',
  layer: 'network',
  after: [tcp, clock],
  async run(look) {
    const { subject, probe } = look
    if (!isMeasured(subject.trust)) return skipped(subject.trust.unmeasured)
    const chain = await probe.shown()
    if (isFailure(chain)) return failedTls(look, codeOf(chain), chain, [])
    if (subject.trust.kind === 'pins' && pinnedIn(chain, subject.trust.pins) === undefined)
      return failed(
        'tls.pin.mismatch',
        `pinned ${subject.trust.pins.join(' or ')}, seen ${chain.slice(1).map(pinOf).join(' or ') || 'none'}, ${issuerOf(chain)}`,
        enrolAnew(subject),
      )
    const answer = await probe.answered()
    if (isFailure(answer) && answer.errno !== 'HTTP' && answer.errno !== 'ETIMEDOUT')
      return failedTls(look, codeOf(answer), answer, chain)
    return passed(`${probe.target.host} proves itself, ${issuerOf(chain)}`)
  },
}

/** TCP is open: what does not come in time is an answer, not a packet. */
function codeOf({ errno }: Failure): Code {
  return errno === 'ETIMEDOUT' ? 'tcp.silent' : networkCode(errno)
}

function failedTls({ subject, probe }: Look, code: Code, failure: Failure, chain: readonly X509Certificate[]): Finding {
  const { host } = probe.target
  const seen = chain.length === 0 ? failure.text : `${failure.text}; ${issuerOf(chain)}`
  switch (code) {
    case 'tls.name.mismatch':
      return failed(
        code,
        `${host} is not in the certificate, which names ${chain[0]?.subjectAltName ?? 'nobody'}`,
        `On the exchange: sallyport exchange cert add-name ${host}`,
      )
    case 'tls.untrusted':
      return failed(
        code,
        seen,
        `Exempt ${host} from TLS inspection; if the exchange was made anew, enrol: ${typed(subject, 'device enrol TOKEN')}`,
      )
    default:
      return failed(code.startsWith('tls.') || code === 'tcp.silent' ? code : 'tls.protocol', seen, codes[code].remedy)
  }
}

function issuerOf(chain: readonly X509Certificate[]): string {
  return `issuer ${chain[0]?.issuer.replaceAll('\n', ', ') ?? 'unknown'}`
}
