// Who asks: the owner by the key of the data folder (command line) or by a session that a one-time link opened
// (console). Decided in one place, before a body is read (security 6, V8).
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { OrganisationId } from '../../core/ids.ts'
import type { Session, Sessions } from './sessions.ts'

export type Principal = { readonly user: 'owner'; readonly organisation: OrganisationId } & (
  | { readonly via: 'key' }
  | { readonly via: 'session'; readonly token: string; readonly session: Session }
)

/** What a request shows of itself; header values as Node gives them. */
export type Credentials = { readonly authorization: string | undefined; readonly cookie: string | undefined }

export type Doorkeeper = {
  /** @returns undefined where nothing valid was shown; a wrong key is never made good by a cookie */
  identify(shown: Credentials): Principal | undefined
  /** @returns the value of Set-Cookie for a session's token; '' ends it */
  setCookie(token: string, secure: boolean): string
}

/**
 * @param ownerKey the content of DIR/owner.key
 */
export function doorkeeper(ownerKey: string, organisation: OrganisationId, sessions: Sessions): Doorkeeper {
  const ownerHash = sha256(ownerKey)
  // Cookies do not know ports: several servers on one machine need names of their own, the same after a restart.
  const cookie = `sallyport-${createHmac('sha256', ownerKey).update('cookie name').digest('hex').slice(0, 8)}`
  return {
    identify({ authorization, cookie: cookies }) {
      if (authorization !== undefined) {
        const key = /^Bearer +(\S+)$/i.exec(authorization)?.[1]
        if (key === undefined || !timingSafeEqual(sha256(key), ownerHash)) return undefined
        return { user: 'owner', organisation, via: 'key' }
      }
      for (const token of cookieValues(cookies ?? '', [`__Host-${cookie}`, cookie])) {
        const session = sessions.use(token)
        if (session !== undefined) return { user: 'owner', organisation, via: 'session', token, session }
      }
      return undefined
    },
    setCookie(token, secure) {
      // `__Host-` wants Secure, which plain HTTP on loopback does not have in every browser (security 6, V3).
      const name = secure ? `__Host-${cookie}` : cookie
      const life = token === '' ? '; Max-Age=0' : ''
      return `${name}=${token}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}${life}`
    },
  }
}

function cookieValues(header: string, names: readonly string[]): string[] {
  const values: string[] = []
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=')
    if (equals > 0 && names.includes(pair.slice(0, equals).trim())) values.push(pair.slice(equals + 1).trim())
  }
  return values
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
