// Signing in by a one-time link, who one is, signing out.
import { Type } from 'typebox'
import { Fault } from '../../core/fault.ts'
import type { SessionRecord, SignInLink } from '../../wire/api/fleet.ts'
import { type Context, defineOpenRoute, defineRoute, ok, type Route } from './define-route.ts'
import { described, instant, oneOf, orNull, version } from './described.ts'
import type { Principal } from './principal.ts'

const session = described<SessionRecord>()(
  Type.Object({
    v: version,
    user: Type.String(),
    organisation: Type.String(),
    via: oneOf(['key', 'session']),
    expiresAt: orNull(instant),
  }),
)

const link = described<SignInLink>()(Type.Object({ v: version, link: Type.String(), expires: instant }))

const signIn = defineOpenRoute({
  method: 'POST',
  path: '/api/v1/sessions',
  access: 'open',
  summary: 'Sign in with a one-time link, or the code in it',
  body: Type.Object({ link: Type.String({ minLength: 1, maxLength: 512 }) }, { additionalProperties: false }),
  answers: { 201: { description: 'Signed in: the session is in the cookie', schema: session } },
  async handle({ sessions, doorkeeper, body, secure }) {
    // The whole link serves as well as its code: people paste what they see.
    const opened = sessions.redeem(/[?&#]link=([\w-]+)/.exec(body.link)?.[1] ?? body.link.trim())
    if (opened === undefined) throw new Fault('session.link', { what: 'The sign-in link was used or has expired' })
    const cookie = doorkeeper.setCookie(opened.token, secure)
    const principal = doorkeeper.identify({ authorization: undefined, cookie: cookie.slice(0, cookie.indexOf(';')) })
    if (principal === undefined) throw new Fault('session.missing', { what: 'The session ended at once' })
    return { status: 201, body: recordOf(principal), headers: { 'set-cookie': cookie } }
  },
})

const whoAmI = defineRoute({
  method: 'GET',
  path: '/api/v1/session',
  access: 'owner',
  summary: 'Who is signed in',
  answers: { 200: { description: 'You', schema: session } },
  async handle({ principal }) {
    return ok(recordOf(principal))
  },
})

const signOut = defineRoute({
  method: 'DELETE',
  path: '/api/v1/session',
  access: 'owner',
  summary: 'Sign out: the session ends on the server',
  answers: { 204: { description: 'Signed out' } },
  async handle({ principal, sessions, doorkeeper, secure }) {
    if (principal.via === 'session') sessions.end(principal.token)
    return { status: 204, headers: { 'set-cookie': doorkeeper.setCookie('', secure) } }
  },
})

const createLink = defineRoute({
  method: 'POST',
  path: '/api/v1/sessions/links',
  // A page that was taken over must not be able to make itself a longer life.
  access: 'key',
  summary: 'Make a one-time link that signs the owner in',
  answers: { 201: { description: 'The link, shown this once', schema: link } },
  async handle(context) {
    return { status: 201, body: signInLink(context) }
  },
})

export const sessionRoutes: readonly Route[] = [signIn, whoAmI, signOut, createLink]

/**
 * Makes a link to the console's sign-in page; its code is spent by the first who opens it. It stands in the fragment,
 * which no browser sends: so it is in no request line, no log of a proxy, no referrer.
 */
export function signInLink(context: Pick<Context, 'sessions' | 'url'>): SignInLink {
  const { code, expires } = context.sessions.createLink()
  return { v: 1, link: `${context.url()}/signin#link=${code}`, expires }
}

function recordOf(principal: Principal): SessionRecord {
  const { user, organisation, via } = principal
  return { v: 1, user, organisation, via, expiresAt: principal.via === 'session' ? principal.session.endsAt : null }
}
