// What a relay learns from us at each call: its settings as claims of a short-lived token that it checks against our
// JWKS or a shared secret (threat-response-contract 2.2).
import { randomUUID } from 'node:crypto'
import { type CryptoKey, SignJWT } from 'jose'
import type { ModuleSettings } from '../../../wire/api/modules.ts'

export type SigningKey = { readonly kid: string; readonly privateKey: CryptoKey }

export type TokenNeeds = {
  readonly url: URL
  readonly settings: ModuleSettings
  /** `HOST[:PORT]` where our JWKS is, unless the settings name another. */
  readonly jwksHost: string
  /** Unix ms. */
  readonly now: number
}

/** Before now, for modules whose clock is behind; a token from the future is an HTTP 500 without errors. */
const backSeconds = 300
const lifeSeconds = 600

export function claimsOf({ url, settings, jwksHost, now }: TokenNeeds): Record<string, unknown> {
  const seconds = Math.floor(now / 1_000)
  const claims: Record<string, unknown> = { jwks_host: jwksHost }
  for (const [key, value] of Object.entries(settings))
    if (key.startsWith('custom_') && value !== '') claims[key.slice('custom_'.length)] = value
  return {
    ...claims,
    iss: 'sallyport',
    aud: audiencesOf(url, settings['configuration-token-audience']),
    iat: seconds - backSeconds,
    nbf: seconds - backSeconds,
    exp: seconds + lifeSeconds,
    jti: `j${randomUUID()}`,
  }
}

/** @returns the token, signed by our key with its kid, or by the shared secret without one */
export async function configurationToken(needs: TokenNeeds, key: SigningKey | Uint8Array): Promise<string> {
  const token = new SignJWT(claimsOf(needs))
  if (key instanceof Uint8Array) return await token.setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(key)
  return await token.setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: key.kid }).sign(key.privateKey)
}

/**
 * Every form in which a module may see its own address: behind a TLS terminator the scheme is http, a mount prefix and
 * an explicit port may be there or not, and one framework writes `None` for a port that is implied.
 */
function audiencesOf(url: URL, configured: ModuleSettings[string] | undefined): readonly string[] {
  const path = url.pathname.replace(/\/+$/, '')
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port
  const own = url.protocol.slice(0, -1)
  const schemes = [own, own === 'https' ? 'http' : 'https']
  const said = configured === undefined ? [] : typeof configured === 'object' ? configured : [String(configured)]
  const seen = schemes.flatMap((scheme) =>
    [url.host, `${url.hostname}:${port}`, url.hostname].flatMap((host) => [
      `${scheme}://${host}${path}`,
      `${scheme}://${host}`,
    ]),
  )
  return [...new Set([...said, ...seen, ...schemes.map((scheme) => `${scheme}://${url.hostname}:None`)])]
}
