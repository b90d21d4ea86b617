// Devices, tokens, sessions and the server itself as /api/v1 shows them.
import type { Status } from '../status.ts'

/** The four states, never one (DESIGN "Words"). */
export type DeviceStates = {
  readonly enrolled: boolean
  readonly connected: boolean
  readonly healthy: boolean
  readonly flowing: boolean
}

export type DeviceRecord = {
  readonly id: string
  readonly name: string
  readonly organisation: string
  readonly states: DeviceStates
  readonly enrolledAt: number
  readonly lastSeenAt: number
  readonly lastAckAt: number
  readonly certificate: { readonly serial: string; readonly notAfter: number; readonly revokedAt: number | null } | null
  readonly status: Status | null
}

export type DeviceList = { readonly v: 1; readonly devices: readonly DeviceRecord[] }

/** `token create -o json`: the string, and its parts so that any EST client can use it. Shown once. */
export type TokenRecord = {
  readonly v: 1
  readonly token: string
  /** EST base, `https://HOST:PORT/.well-known/est`. */
  readonly url: string
  /** PEM. */
  readonly ca: string
  readonly pins: readonly string[]
  readonly user: string
  readonly key: string
  /** Unix ms. */
  readonly expires: number
}

/** Who asks, as GET session says it. */
export type SessionRecord = {
  readonly v: 1
  readonly user: string
  readonly organisation: string
  /** `key`: the owner's key of the data folder; `session`: signed in through a one-time link. */
  readonly via: 'key' | 'session'
  /** End of the session at the latest, Unix ms; null = the key has none. */
  readonly expiresAt: number | null
}

/** A link that signs the owner in once: open it in a browser, or POST its last part to sessions. */
export type SignInLink = { readonly v: 1; readonly link: string; readonly expires: number }

/** Names by which devices reach this server: what stands in its certificate. */
export type ServerNames = { readonly v: 1; readonly names: readonly string[] }

export type ServerStatus = {
  readonly v: 1
  readonly program: string
  readonly startedAt: number
  readonly organisation: string
  readonly journal: {
    readonly id: string
    readonly blocks: number
    readonly events: number
    readonly unindexedBlocks: number
    readonly bytes: number
  }
  readonly devices: { readonly known: number; readonly connected: number }
}

/** RFC 9457 with our code. */
export type Problem = {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly remedy: string
}
