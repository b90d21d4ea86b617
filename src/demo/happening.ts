// What happens on the demonstration's network, before any sensor has written it down.

/** One flow and what it carried; `at` in Unix ms, `number` unique. */
export type Happening = {
  readonly at: number
  readonly number: number
  readonly source: string
  readonly sourcePort: number
  readonly target: string
  readonly targetPort: number
  readonly protocol: 'TCP' | 'UDP'
  readonly carried: Carried
  readonly alert?: Alert
}

export type Carried =
  | { readonly kind: 'dns'; readonly name: string; readonly address: string }
  | { readonly kind: 'tls'; readonly name: string }
  | {
      readonly kind: 'http'
      readonly name: string
      readonly path: string
      readonly agent: string
      readonly bytes: number
    }
  | {
      readonly kind: 'mail'
      readonly helo: string
      readonly from: string
      readonly to: string
      readonly attachment: string
    }
  /** A file on its way from source to target. */
  | {
      readonly kind: 'file'
      readonly name: string
      readonly path: string
      readonly sha256: string
      readonly bytes: number
    }
  | { readonly kind: 'bytes'; readonly up: number; readonly down: number; readonly lastedMs: number }

export type Alert = {
  readonly sid: number
  readonly signature: string
  /** 1 = high, 3 = low. */
  readonly severity: 1 | 2 | 3
  readonly category: string
}
