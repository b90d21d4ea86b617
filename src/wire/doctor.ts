// What a doctor found: the same document over the channel, from the local API, from /api/v1 and with `doctor -o json`.

/** fail: events do not get on, or soon will not; warn: they do all the same; skip: what it needs does not hold. */
export type CheckStatus = 'ok' | 'warn' | 'fail' | 'skip' | 'unknown'

/** The checks there are, in causal order; what stands first is named first. */
export const checkIds = [
  'properties',
  'services',
  'sensor',
  'socket',
  'dns',
  'tcp',
  'clock',
  'tls',
  'http',
  'enrolment',
  'certificate',
  'channel',
  'acknowledged',
  'spool',
] as const

export type CheckResult = {
  /** Word by which it is asked for, `doctor tls`. */
  readonly id: string
  readonly title: string
  readonly layer: 'process' | 'sensor' | 'local' | 'network' | 'identity' | 'delivery'
  readonly status: CheckStatus
  /** What was seen; for skip and unknown the reason. */
  readonly evidence: string
  /** For warn and fail, else null. */
  readonly code: string | null
  readonly cause: string | null
  /** What mends it: a command where there is one. */
  readonly fix: string | null
  readonly durationMs: number
}

export type DoctorReport = {
  readonly v: 1
  /** Device id, '' where it is not enrolled. */
  readonly device: string
  readonly program: string
  /** Who looked: the device itself, or the exchange from what it knows where the device does not answer. */
  readonly from: 'device' | 'exchange'
  /** Unix ms. */
  readonly at: number
  readonly durationMs: number
  readonly verdict: 'flowing' | 'kept' | 'lost'
  /** Begins exactly `events are flowing`, `events are kept` or `events are lost`. */
  readonly sentence: string
  /** Where to begin: the code of the first that fails, else of the first warning. */
  readonly start: string | null
  /** In causal order. */
  readonly checks: readonly CheckResult[]
}
