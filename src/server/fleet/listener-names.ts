// Which names a syslog listener of a device is certified for. Senders believe the certificate, so the exchange decides:
// plain names and addresses, a few of them, and never one of its own, for whoever trusts the CA of listeners more widely
// than meant must not take a device for the exchange.
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Fault } from '../../core/fault.ts'
import { listenerNamesMax } from '../../wire/registration/listener-enrol.ts'
import type { RequestedName } from './csr.ts'
import { loopbackNames, parseServerName, reachOf } from './server-names.ts'

/**
 * @param names as the request has them
 * @param own names of the exchange; those of loopback, which every machine has, are free all the same
 * @returns the names, each once
 * @throws Fault listener.name.refused
 */
export function checkListenerNames(names: readonly RequestedName[], own: readonly string[]): readonly string[] {
  if (names.length === 0) throw refused('The request names no host')
  if (names.length > listenerNamesMax)
    throw refused(`The request names ${names.length} hosts, and ${listenerNamesMax} may stand in a certificate`)
  for (const name of names) {
    const why = flawOf(name, own)
    if (why !== undefined) throw refused(`"${name.value.slice(0, 80)}" ${why}`)
  }
  return [...new Set(names.map(({ value }) => value))]
}

function flawOf({ kind, value }: RequestedName, own: readonly string[]): string | undefined {
  if (kind === 'other') return 'is neither a host name nor an address'
  if (value.includes('*')) return 'is a wildcard'
  if (value === '' || kind !== (isIP(value) === 0 ? 'dns' : 'ip') || canonical(value) !== value)
    return 'is not written as host names and addresses are: lower case, ASCII, no port'
  if (kind === 'ip' && !['unicast', 'private', 'loopback', 'uniqueLocal', 'carrierGradeNat'].includes(rangeOf(value)))
    return 'is no address of one machine'
  const loopback: readonly string[] = loopbackNames
  if (own.includes(value) && !loopback.includes(value) && reachOf(value) !== 'loopback')
    return 'is a name of this exchange'
  return undefined
}

function canonical(value: string): string | undefined {
  try {
    return parseServerName(value, 0).host
  } catch {
    return undefined
  }
}

function rangeOf(address: string): string {
  return ipaddr.process(address).range()
}

function refused(what: string): Fault {
  return new Fault('listener.name.refused', { what })
}
