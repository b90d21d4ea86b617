// The facets a top list can be made of: which terms they have, and what a term is called before people.
import ipaddr from 'ipaddr.js'
import { Fault } from '../../../core/fault.ts'
import type { EventRecord } from '../../../wire/api/events.ts'
import { isLongTerm, term } from '../index/terms.ts'

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
  signature: ['sid'],
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

/** @returns whether only an event that has the term can tell what it is called: a long value, the name of a rule. */
export function needsEvent(facet: string, found: string): boolean {
  return facet === 'signature' || isLongTerm(found)
}

/** @param example an event that has the term, where one was needed and is still there */
export function facetValue(facet: string, name: string, found: string, example: EventRecord | undefined): string {
  const body = example?.body.kind === 'event' ? example.body : undefined
  if (facet === 'signature' && body?.signature !== undefined) return body.signature.name
  const value = found.slice(name.length + 1)
  if (isLongTerm(found)) {
    const values = body?.observables.map((observable) => observable.value) ?? []
    const facetsOwn =
      body === undefined ? [] : [body.type, body.host ?? '', body.signature?.id ?? '', ...(body.flags ?? [])]
    const shown = [...values, ...facetsOwn, example?.source ?? '']
    return shown.find((each) => term(name, each) === found) ?? value
  }
  if (name === 'ip') return (value.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16)).join('.')
  if (name === 'ip6') return ipaddr.IPv6.parse((value.match(/.{4}/g) ?? []).join(':')).toRFC5952String()
  if (name === 'sid') return value.replace(/^(\d+):(\d+)$/, '$2:$1')
  return value
}
