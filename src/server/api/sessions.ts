// One-time sign-in links and the sessions they open: reference tokens of 128 random bits, known here only by their
// hash, with an idle and an absolute limit (security 6, V7). They live in memory: a restart signs out.
import { createHash, randomBytes } from 'node:crypto'
import type { Clock } from '../../platform/clock.ts'

export type Session = { readonly startedAt: number; readonly usedAt: number; readonly endsAt: number }

/** A link may lie in a terminal for a while before someone clicks it; it dies at the first click. */
export const linkLifetimeMs = 3_600_000
/** A working day; then a new link. */
export const sessionIdleMs = 8 * 3_600_000
export const sessionLifetimeMs = 24 * 3_600_000

/** The oldest make room: nobody can fill the memory. */
const linksMax = 64
const sessionsMax = 1_000

export class Sessions {
  readonly #clock: Clock
  /** Hash of the code → end, Unix ms. */
  readonly #links = new Map<string, number>()
  readonly #sessions = new Map<string, Session>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @returns the code of a new link and when it ends */
  createLink(): { readonly code: string; readonly expires: number } {
    const code = randomToken()
    const expires = this.#clock.now() + linkLifetimeMs
    makeRoom(this.#links, linksMax)
    this.#links.set(hashOf(code), expires)
    return { code, expires }
  }

  /** Spends the code of a link. @returns the token of a new session, undefined where the code is unknown, spent or old */
  redeem(code: string): { readonly token: string; readonly session: Session } | undefined {
    const key = hashOf(code)
    const expires = this.#links.get(key)
    this.#links.delete(key)
    const now = this.#clock.now()
    if (expires === undefined || expires <= now) return undefined
    const token = randomToken()
    const session = { startedAt: now, usedAt: now, endsAt: now + sessionLifetimeMs }
    makeRoom(this.#sessions, sessionsMax)
    this.#sessions.set(hashOf(token), session)
    return { token, session }
  }

  /** @returns the living session of a token, and notes that it was used */
  use(token: string): Session | undefined {
    const key = hashOf(token)
    const session = this.#sessions.get(key)
    if (session === undefined) return undefined
    const now = this.#clock.now()
    if (now >= session.endsAt || now - session.usedAt >= sessionIdleMs) {
      this.#sessions.delete(key)
      return undefined
    }
    const used = { ...session, usedAt: now }
    this.#sessions.set(key, used)
    return used
  }

  /** @returns whether the session lives; asking is no use of it */
  lives(token: string): boolean {
    const session = this.#sessions.get(hashOf(token))
    return session !== undefined && this.#clock.now() < session.endsAt
  }

  end(token: string): void {
    this.#sessions.delete(hashOf(token))
  }
}

function makeRoom(map: Map<string, unknown>, max: number): void {
  const oldest = map.keys().next()
  if (map.size >= max && oldest.done !== true) map.delete(oldest.value)
}

function randomToken(): string {
  return randomBytes(16).toString('base64url')
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64')
}
