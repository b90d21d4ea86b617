// By which names senders reach the TLS listeners of this device: those that its sources give, else the name of this
// machine and the addresses that they listen on.
import { hostname, networkInterfaces } from 'node:os'
import { isIP, isIPv4, isIPv6 } from 'node:net'
import ipaddr from 'ipaddr.js'
import { listenerNamesMax } from '../../../wire/registration/listener-enrol.ts'
import type { IssuedTlsSourceConfig, SourceConfig } from '../source-config.ts'

/** @returns whether the exchange is to issue the certificate of a source */
export function takesIssuedCertificate(config: SourceConfig): config is IssuedTlsSourceConfig {
  return config.kind === 'syslog' && config.transport === 'tls' && !('certificate' in config)
}

/** @returns names and addresses, each once, as many as a certificate takes; none where no listener needs one */
export function listenerHosts(sources: readonly SourceConfig[]): readonly string[] {
  const hosts = sources
    .filter(takesIssuedCertificate)
    .flatMap(({ address, hosts: given }) => given ?? ownHosts(address))
  return [...new Set(hosts.map(plain))].slice(0, listenerNamesMax)
}

function ownHosts(address: string): readonly string[] {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map((one) => one.address))
  // A link-local address means another machine on another link.
  const reachable = own.filter((one) => ipaddr.parse(one).range() !== 'linkLocal')
  const listening = { '0.0.0.0': reachable.filter(isIPv4), '::': reachable }[address] ?? [address]
  const local = listening.some((one) => ipaddr.process(one).range() === 'loopback') ? ['localhost'] : []
  return [...machineName(), ...local, ...listening.toSorted((a, b) => Number(isIPv6(a)) - Number(isIPv6(b)))]
}

/** Some machines have a name that cannot stand in a certificate. */
function machineName(): readonly string[] {
  const name = hostname().toLowerCase()
  return /^(?=.*[a-z])[a-z0-9-]+(\.[a-z0-9-]+)*$/.test(name) ? [name] : []
}

/** As the exchange wants them. */
function plain(host: string): string {
  return isIP(host) !== 0 ? ipaddr.process(host).toString() : host.toLowerCase().replace(/\.$/, '')
}
