// The enrolment token: one string carrying addresses, CA pins and a single-use key (security 2).
//   spt1_ + base64url( JSON ‖ first 4 bytes of SHA-256 over spt1_ + JSON ), unpadded
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { Fault } from '../../core/fault.ts'

export const tokenPrefix = 'spt1_'
export const tokenCharactersMax = 1024
/** What is removed before a pasted token is looked at: white space, quotes, zero-width characters. */
const pasted = /[\s"'`´‘’“”«»\u200b-\u200f\u2060-\u2064\ufeff\u00ad]/g

export type TokenParts = {
  /** 1–4 `host:port` of the EST role, tried in order. */
  readonly addresses: readonly string[]
  /** 1–4 SHA-256 of a CA's SPKI, base64url without padding. */
  readonly pins: readonly string[]
  /** HTTP Basic pair: 16 characters, first a letter; 32 characters. */
  readonly user: string
  readonly key: string
  /** Unix seconds. Judged by the exchange's clock; a device only warns. */
  readonly expires: number
  /** EST label. */
  readonly organisation?: string
  /** Suggested name: data, never trusted. */
  readonly deviceName?: string
}

/** Writes the one string; asserts the bounds that `decodeToken` checks. */
export function encodeToken(parts: TokenParts): string {
  const json = JSON.stringify({
    a: parts.addresses,
    p: parts.pins,
    u: parts.user,
    k: parts.key,
    x: parts.expires,
    ...(parts.organisation === undefined ? {} : { o: parts.organisation }),
    ...(parts.deviceName === undefined ? {} : { n: parts.deviceName }),
  })
  const token = tokenPrefix + Buffer.concat([Buffer.from(json), checksum(json)]).toString('base64url')
  assert.equal(partsFault(JSON.parse(json)), undefined)
  assert(token.length <= tokenCharactersMax, 'token too long')
  return token
}

/**
 * Reads a token as people paste it: white space, quotes and zero-width characters are removed; unknown members are
 * ignored. Nothing goes over the network. Throws Fault `enrolment.token.damaged` or `enrolment.token.version`.
 */
export function decodeToken(text: string): TokenParts {
  if (text.length > 16 * tokenCharactersMax) throw damaged('It is far too long')
  const token = text.replace(pasted, '')
  const version = /^spt([0-9]{1,6})_/.exec(token)?.[1]
  if (version === undefined) throw damaged(`It does not begin with ${tokenPrefix}`)
  if (version !== '1')
    throw new Fault('enrolment.token.version', {
      what: `The token is of version ${version}; this program reads version 1`,
      remedy: `Use a device that reads tokens of version ${version}.`,
    })
  const body = token.slice(tokenPrefix.length)
  if (token.length > tokenCharactersMax || !/^[A-Za-z0-9_-]+$/.test(body)) throw damaged('It holds foreign characters')
  const bytes = Buffer.from(body, 'base64url')
  if (bytes.toString('base64url') !== body || bytes.length < 8) throw damaged('It is cut')
  const json = bytes.toString('utf8', 0, bytes.length - 4)
  if (!checksum(json).equals(bytes.subarray(bytes.length - 4))) throw damaged('Its checksum does not hold')
  const members = parse(json)
  const wrong = partsFault(members)
  if (wrong !== undefined) throw damaged(wrong)
  return {
    addresses: members['a'] as string[],
    pins: members['p'] as string[],
    user: members['u'] as string,
    key: members['k'] as string,
    expires: members['x'] as number,
    ...(members['o'] === undefined ? {} : { organisation: members['o'] as string }),
    ...(members['n'] === undefined ? {} : { deviceName: members['n'] as string }),
  }
}

/** @returns what a log may show of a token: `spt1_…` and its user. */
export function tokenForLog(parts: Pick<TokenParts, 'user'>): string {
  return `${tokenPrefix}…${parts.user}`
}

/** @returns host and port of an address of a token; brackets around IPv6 are removed. */
export function splitAddress(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':')
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(address.slice(colon + 1)) }
}

function checksum(json: string): Buffer {
  return createHash('sha256')
    .update(tokenPrefix + json)
    .digest()
    .subarray(0, 4)
}

function parse(json: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    throw damaged('It holds no JSON')
  }
  if (typeof value !== 'object' || value === null) throw damaged('It holds no members')
  return value as Record<string, unknown>
}

function partsFault(m: Record<string, unknown>): string | undefined {
  if (!listOf(m['a'], /^(\[[0-9a-fA-F:.]+\]|[^\s:/@[\]]{1,253}):[0-9]{1,5}$/)) return 'Its addresses are none'
  if (!listOf(m['p'], /^[A-Za-z0-9_-]{43}$/)) return 'Its pins are none'
  if (typeof m['u'] !== 'string' || !/^[A-Za-z][^:\s]{15}$/.test(m['u'])) return 'Its user is none'
  if (typeof m['k'] !== 'string' || !/^\S{32}$/.test(m['k'])) return 'Its key is none'
  if (!Number.isSafeInteger(m['x'])) return 'Its expiry is none'
  if (m['o'] !== undefined && (typeof m['o'] !== 'string' || !/^[a-z0-9-]{1,63}$/.test(m['o'])))
    return 'Its organisation is none'
  if (m['n'] !== undefined && (typeof m['n'] !== 'string' || m['n'].length > 255)) return 'Its device name is none'
  return undefined
}

function listOf(value: unknown, shape: RegExp): boolean {
  return (
    Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= 4 &&
    value.every((item) => typeof item === 'string' && shape.test(item))
  )
}

function damaged(why: string): Fault {
  return new Fault('enrolment.token.damaged', { what: `The pasted token is no whole token. ${why}` })
}
