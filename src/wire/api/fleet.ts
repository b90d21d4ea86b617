// Devices, tokens, sessions and the server itself as /api/v1 shows them.
import type { RoleUrls } from '../registration/clients.ts'
import type { DoctorReport } from '../doctor.ts'
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

/** What became of the device's events, summed over its streams (delivery L1). */
export type DeviceAccount = {
  readonly given: number
  readonly stored: number
  readonly lost: number
  readonly outstanding: number
  readonly withdrawn: number
  readonly expired: number
  /** given = stored + lost + outstanding + withdrawn + expired, in every stream. */
  readonly holds: boolean
  /** By cause, holes and losses before the spool alike; null = unknown how many. */
  readonly losses: Readonly<Record<string, number | null>>
}

/** A device as it is shown: what fleet knows of it, and what the ledger says. */
export type DeviceView = DeviceRecord & {
  readonly account: DeviceAccount
  /** How long its oldest event has waited for its acknowledgement; 0 = none waits, null = it never said. */
  readonly lagMs: number | null
  /** Whole days left, negative once expired; null = no certificate. */
  readonly certificateDays: number | null
}

/** The newest report of a device's doctor that was asked for here; null = nobody asked since the server started. */
export type LastReport = { readonly v: 1; readonly report: DoctorReport | null }

export type DeviceList = { readonly v: 1; readonly devices: readonly DeviceView[] }

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

/** Where devices find this server: what firewalls in between must let through. */
export type RegionRecord = {
  readonly v: 1
  readonly id: string
  readonly name: string
  readonly roles: RoleUrls
  /** `HOST[:PORT]` by which devices come, the first of them in the roles. */
  readonly names: readonly string[]
}

/** Names by which devices reach this server: what stands in its certificate. */
export type ServerNames = { readonly v: 1; readonly names: readonly string[] }

/** What syslog senders are to trust when they send to a TLS listener of a device. */
export type ListenerCa = {
  readonly v: 1
  /** Every generation, PEM. */
  readonly pem: string
}

/** What the journal says of itself. */
export type JournalStatistics = {
  readonly id: string
  readonly blocks: number
  readonly events: number
  readonly unindexedBlocks: number
  readonly bytes: number
  /** The oldest day held, YYYY-MM-DD; null before the first event. */
  readonly firstDay: string | null
  /** Events of the days that retention has dropped, as the ledger counts them. */
  readonly expired: number
  /** How long and how much is kept; bytesMax null = no limit. */
  readonly retention: { readonly days: number; readonly bytesMax: number | null }
}

export type ServerStatus = {
  readonly v: 1
  readonly program: string
  readonly startedAt: number
  readonly organisation: string
  readonly journal: JournalStatistics
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
