// The facets a top list can be made of: which terms they have, and how a term is shown to people.
import ipaddr from 'ipaddr.js'
import { Fault } from '../../core/fault.ts'

/** Facet → names of its terms. The same words as the fields of docs/query.md. */
const facets: Readonly<Record<string, readonly string[]>> = {
  type: ['type'],
  severity: ['severity'],
  sensor: ['sensor'],
  device: ['device'],
  source: ['source'],
  host: ['host'],
  flag: ['flag'],
  proto: ['proto'],
  port: ['port'],
  sid: ['sid'],
  ip: ['ip', 'ip6'],
  domain: ['domain'],
  hostname: ['hostname'],
  user: ['user'],
  email: ['email'],
  url: ['url'],
  file_name: ['file_name'],
  user_agent: ['user_agent'],
  hash: ['md5', 'sha1', 'sha256'],
  md5: ['md5'],
  sha1: ['sha1'],
  sha256: ['sha256'],
}

export const facetNames = Object.keys(facets)

/** @throws Fault query.malformed for a facet there is none of */
export function facetTerms(facet: string): readonly string[] {
  const names = Object.hasOwn(facets, facet) ? facets[facet] : undefined
  if (names === undefined)
    throw new Fault('query.malformed', {
      what: `there is no facet "${facet}"`,
      remedy: `Use one of ${facetNames.join(', ')}.`,
    })
  return names
}

/** @returns what a term's value means; of one with capitals or great length its folded beginning, with `…` behind */
export function facetValue(name: string, value: string): string {
  if (name === 'ip') return (value.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join('.')
  if (name === 'ip6') return ipaddr.IPv6.parse((value.match(/.{4}/g) ?? []).join(':')).toRFC5952String()
  if (name === 'sid') return value.replace(/^(\d+):(\d+)$/, '$2:$1')
  return value
}
