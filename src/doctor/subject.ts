// What a doctor is given of its patient: documents that somebody else read. What is not there has its reason, for what
// could not be measured is not broken (console-and-cli 10, "Doctor").
import type { Status } from '../wire/status.ts'
import type { Service } from '../wire/services/messages.ts'

/** Why something is not known. */
export type Unmeasured = { readonly unmeasured: string }

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

export type Subject = {
  /** Device id, '' where it is not enrolled. */
  readonly device: string
  readonly program: string
  readonly enrolled: boolean
  readonly failedEnrolment: FailedEnrolment | undefined
  /** What the device says of itself. */
  readonly status: Status | Unmeasured
  readonly services: readonly Service[] | Unmeasured
  /** Path of EventHandler's socket. */
  readonly socket: string
  /** What EventHandler is configured to read, by name; said also where it does not run. */
  readonly sources: readonly { readonly name: string; readonly input: string; readonly waits: boolean }[] | Unmeasured
  readonly exchange: ExchangeAddress | Unmeasured
  /** `HOST:PORT` of the HTTP proxy that the way leads through; undefined = none. */
  readonly proxy: string | undefined
  /** The file that says so, to be mended by hand. */
  readonly exchangeFile: string
  /** Where it was reached before, if that was elsewhere. */
  readonly exchangeBefore: string | undefined
  readonly trust: Trust | Unmeasured
  /** @returns the whole command, with the data folder where that is not the usual one */
  typed(command: string): string
}

export function isMeasured<T>(value: T | Unmeasured): value is T {
  return !(typeof value === 'object' && value !== null && 'unmeasured' in value)
}
