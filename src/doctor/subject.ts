// What a doctor is given of its patient: documents that somebody else read, as plain data, so that a bundle can hold
// them. What is not there has its reason, for what could not be measured is not broken (console-and-cli 10, "Doctor").
import type { Code } from '../core/codes.ts'
import type { Status } from '../wire/status.ts'
import type { Service } from '../wire/services/messages.ts'

/** Why something is not known. */
export type Unmeasured = {
  readonly unmeasured: string
  /** Where that is a fault of its own. */
  readonly code?: Code
}

export type ExchangeAddress = { readonly host: string; readonly port: number }

/** How the server at that address proves that it is the exchange. */
export type Trust =
  /** Enrolled: PEM of the CAs of `connectorCA.pem`, and the device's own identity, where this user may read its key. */
  | { readonly kind: 'anchors'; readonly ca: string; readonly identity: DeviceIdentity | Unmeasured }
  /** Not yet: SHA-256 of the SPKI of CAs, base64url, as the token pins them. */
  | { readonly kind: 'pins'; readonly pins: readonly string[] }

export type DeviceIdentity = {
  /** PEM, both. */
  readonly certificate: string
  readonly key: string
  /** Unix ms. */
  readonly notAfter: number
}

/** How the last attempt to enrol ended, where the device is not enrolled. */
export type FailedEnrolment = { readonly at: number; readonly code: string; readonly what: string }

/** What connector.properties says, with what wins over it. */
export type SaidProperties =
  /** `HOST:PORT` of the exchange. */
  { readonly kind: 'read'; readonly inForce: string } | { readonly kind: 'useless'; readonly what: string }

export type Damage = { readonly code: Code; readonly what: string }

export type Subject = {
  /** Device id, '' where it is not enrolled. */
  readonly device: string
  readonly program: string
  readonly enrolled: boolean
  /** Why what says so cannot be used, where it is there. */
  readonly damaged: Damage | undefined
  readonly failedEnrolment: FailedEnrolment | undefined
  /** What the device says of itself. */
  readonly status: Status | Unmeasured
  /** `none`: nobody answers where they are asked for. */
  readonly services: readonly Service[] | 'none' | Unmeasured
  /** Path of EventHandler's socket. */
  readonly socket: string
  readonly spoolFolder: string
  /** Where the keys of the device lie. */
  readonly identityFolder: string
  /** What EventHandler is configured to read, by name; said also where it does not run. */
  readonly sources: readonly { readonly name: string; readonly input: string; readonly waits: boolean }[] | Unmeasured
  readonly properties: SaidProperties
  readonly exchange: ExchangeAddress | Unmeasured
  /** `HOST:PORT` of the HTTP proxy that the way leads through; undefined = none. */
  readonly proxy: string | undefined
  /** The file that says so, to be mended by hand. */
  readonly exchangeFile: string
  /** Where it was reached before, if that was elsewhere. */
  readonly exchangeBefore: string | undefined
  readonly trust: Trust | Unmeasured
  /** Data folder as it is named to a command, '' where it is the usual one. */
  readonly data: string
}

/** @returns the services that are known; none where they are not */
export function servicesOf({ services }: Subject): readonly Service[] {
  return services !== 'none' && isMeasured(services) ? services : []
}

/** @returns where EventHandler says that it listens, else where it would */
export function socketOf({ status, socket }: Subject): string {
  return (isMeasured(status) ? status.eventHandler?.socket : undefined) ?? socket
}

export function isMeasured<T>(value: T | Unmeasured): value is T {
  return !(typeof value === 'object' && value !== null && 'unmeasured' in value)
}
