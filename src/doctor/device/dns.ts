// The name of the exchange: the first hop (original-system A11.4).
import { type Check, failed, passed, skipped, warned } from '../check.ts'
import { otherAddress } from '../fixes.ts'
import { isFailure } from '../failure.ts'
import { isMeasured, type Subject } from '../subject.ts'

export const dns: Check = {
  id: 'dns',
  title: 'Name',
  layer: 'network',
  after: [],
  async run({ subject, probe }) {
    if (!isMeasured(subject.exchange)) return skipped(subject.exchange.unmeasured)
    const { host } = probe.target
    const found = await probe.resolved()
    if (!isFailure(found)) return passed(`${host} → ${found.addresses.join(', ')} in ${found.ms} ms`)
    const evidence = `${host}: ${found.text}${found.errno === 'EAI_AGAIN' ? ' (may pass)' : ''}`
    const fix = otherAddress(subject) ?? `Mend the name server or /etc/hosts of this machine: getent hosts ${host}`
    // Lookups fail now and then; the last good address is kept (original-system B12).
    return isConnected(subject)
      ? warned('dns.failed', `${evidence}; the channel made before still serves`, fix)
      : failed('dns.failed', evidence, fix)
  },
}

function isConnected({ status }: Subject): boolean {
  return isMeasured(status) && status.channel.state === 'connected'
}
