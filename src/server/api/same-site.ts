// Whether a request comes from our own pages or from a program, never from another site: against DNS rebinding, CSRF
// and reads across origins (security S8). Judged before anything else.
import ipaddr from 'ipaddr.js'
import { Fault } from '../../core/fault.ts'

export type Provenance = {
  readonly method: string
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly fetchSite: string | undefined
  readonly cookie: boolean
  /** Below /api: a link on another site may lead to a page of ours, never into the API. */
  readonly api: boolean
}

const safeMethods = new Set(['GET', 'HEAD'])

/**
 * @throws Fault local.host, local.origin
 */
export function demandOwnSite(request: Provenance): void {
  const host = parseHost(request.host)
  // Any port: a tunnel ends on a port of its own. The name is what rebinding cannot choose.
  if (host === undefined || !isLoopbackName(host.hostname))
    throw new Fault('local.host', { what: `The Host header names ${shown(request.host)}, not this machine` })
  if (request.origin !== undefined && parseOrigin(request.origin) !== host.host)
    throw new Fault('local.origin', { what: `The request comes from ${shown(request.origin)}` })
  if (request.api && (request.fetchSite === 'cross-site' || request.fetchSite === 'same-site'))
    throw new Fault('local.origin', { what: 'The request comes from a page of another site' })
  // Browsers name the origin of everything that changes something; what does not is no browser, or an old one.
  if (request.cookie && request.origin === undefined && !safeMethods.has(request.method))
    throw new Fault('local.origin', { what: 'The request shows a session and does not say where it comes from' })
}

/** @returns whether a name or address can only mean this machine. */
export function isLoopbackName(hostname: string): boolean {
  const bare = hostname.replace(/^\[|\]$/g, '')
  if (bare === 'localhost') return true
  return ipaddr.isValid(bare) && ipaddr.process(bare).range() === 'loopback'
}

function parseHost(host: string | undefined): URL | undefined {
  if (host === undefined || !/^(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(host)) return undefined
  return URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined
}

/** Host and port of an origin, as the same port of `http:` would show them. */
function parseOrigin(origin: string): string | undefined {
  const match = /^https?:\/\/([^/]+)$/i.exec(origin)
  if (!match?.[1]) return undefined
  return parseHost(match[1])?.host
}

function shown(value: string | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value.slice(0, 80))
}
