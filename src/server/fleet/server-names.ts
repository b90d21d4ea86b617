// The names by which devices reach a server: `--name HOST[:PORT]`, checked and in one form (DESIGN "Processes").
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Fault } from '../../core/fault.ts'
import { formatAddress } from '../../platform/address.ts'

export type ServerName = { readonly host: string; readonly port: number }

/** Stand in every server certificate: who works on the machine itself reaches it by them. */
export const loopbackNames = ['127.0.0.1', '::1', 'localhost'] as const

/**
 * Reads `HOST[:PORT]`; IPv6 in brackets, or bare without port. Throws Fault `enrolment.token.name`.
 * @param defaultPort where the text names none
 * @returns host in lower case, international names as ASCII, addresses canonical and without brackets
 */
export function parseServerName(text: string, defaultPort: number): ServerName {
  const trimmed = text.trim()
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::([0-9]{1,5}))?$/.exec(isIP(trimmed) === 6 ? `[${trimmed}]` : trimmed)
  const given = match?.[1] ?? match?.[2]
  const port = match?.[3] === undefined ? defaultPort : Number(match[3])
  const host = given === undefined ? undefined : canonicalHost(given)
  if (host === undefined || port > 65_535)
    throw new Fault('enrolment.token.name', {
      what: `"${trimmed.slice(0, 80)}" is no HOST[:PORT]`,
      remedy: 'Give a DNS name or an address; an IPv6 address with port in brackets.',
    })
  return { host, port }
}

/** @returns `host:port`, IPv6 in brackets: as a token and a URL hold it. */
export function formatServerName(name: ServerName): string {
  return formatAddress(name)
}

/** @returns how far a name or bound address reaches: everything here, all interfaces, or others too. */
export function reachOf(host: string): 'loopback' | 'wildcard' | 'wide' {
  const name = canonicalHost(host) ?? host
  if (name === '*' || name === '0.0.0.0' || name === '::') return 'wildcard'
  if (name === 'localhost' || name.endsWith('.localhost')) return 'loopback'
  return isIP(name) !== 0 && ipaddr.process(name).range() === 'loopback' ? 'loopback' : 'wide'
}

/** As a browser reads it, so that `127.1` and `0x7f.1` are seen as the loopback addresses they are. */
function canonicalHost(host: string): string | undefined {
  if (host === '*') return host
  const bracketed = isIP(host) === 6 ? `[${host}]` : host
  if (/[\s/?#@\\%]/.test(bracketed) || !URL.canParse(`https://${bracketed}/`)) return undefined
  const name = new URL(`https://${bracketed}/`).hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  if (isIP(name) !== 0) return ipaddr.process(name).toString()
  return /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/.test(name)
    ? name
    : undefined
}
