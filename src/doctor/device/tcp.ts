// TCP to the exchange: refused, silent and no way there are three faults (original-system A11.5).
import { networkCode } from '../../core/failure-codes.ts'
import { type Check, failed, passed } from '../check.ts'
import { otherAddress, typed } from '../fixes.ts'
import { servicesOf, type Subject } from '../subject.ts'
import type { Tried } from '../probe.ts'
import { dns } from './dns.ts'

export const tcp: Check = {
  id: 'tcp',
  title: 'TCP',
  layer: 'network',
  after: [dns],
  async run({ subject, probe }) {
    const tried = await probe.connected()
    const { port } = probe.target
    const open = tried.find(({ failure }) => failure === undefined)
    if (open !== undefined) return passed(`${open.address} port ${port} in ${open.ms} ms`)
    const code = networkCode(tried[0]?.failure?.errno ?? 'ETIMEDOUT')
    const evidence = tried.map(({ address, failure }) => `${address} port ${port}: ${words(failure)}`).join('; ')
    if (code === 'tcp.refused') return failed(code, evidence, refusedFix(subject))
    return failed(code.startsWith('tcp.') ? code : 'tcp.unreachable', evidence, openTheWay(tried, port))
  },
}

function refusedFix(subject: Subject): string {
  const exchange = servicesOf(subject).find(({ id }) => id === 'Exchange')
  if (exchange !== undefined && !exchange.enabled) return typed(subject, 'pmtool enablebyid Exchange')
  return otherAddress(subject) ?? 'Start the exchange there: sallyport exchange'
}

function words(failure: Tried['failure']): string {
  switch (failure?.errno) {
    case 'ECONNREFUSED':
      return 'connection refused'
    case 'ETIMEDOUT':
      return failure.text
    case 'EHOSTUNREACH':
      return 'no route to host'
    default:
      return failure?.text ?? ''
  }
}

function openTheWay(tried: readonly Tried[], port: number): string {
  const to = tried.map(({ address }) => address).join(', ')
  return `Open outbound TCP from this machine to ${to} port ${port} in the firewall.`
}
