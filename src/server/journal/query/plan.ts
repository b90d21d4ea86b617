// What a query asks of the index: a boolean expression over terms, and the times that every event must be in.

export type Expression =
  | { readonly kind: 'all' }
  /** Exactly this term. */
  | { readonly kind: 'term'; readonly term: string }
  /** Every term that begins so. */
  | { readonly kind: 'prefix'; readonly prefix: string }
  /** Events of a rule whose name holds this text, without regard to case; `whole`: is this text. */
  | { readonly kind: 'signature'; readonly text: string; readonly whole: boolean }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Expression[] }
  | { readonly kind: 'not'; readonly part: Expression }

/** Unix ms, inclusive; event time, and arrival at the device. */
export type Times = {
  readonly since: number | null
  readonly until: number | null
  readonly arrivedSince: number | null
  readonly arrivedUntil: number | null
}

export type Plan = { readonly where: Expression; readonly times: Times }

export const anyTime: Times = { since: null, until: null, arrivedSince: null, arrivedUntil: null }

/** @returns whether the times let everything through. */
export function isAnyTime(times: Times): boolean {
  return times.since === null && times.until === null && times.arrivedSince === null && times.arrivedUntil === null
}

/** @returns the times that lie in both. */
export function bothTimes(a: Times, b: Times): Times {
  return {
    since: later(a.since, b.since),
    until: earlier(a.until, b.until),
    arrivedSince: later(a.arrivedSince, b.arrivedSince),
    arrivedUntil: earlier(a.arrivedUntil, b.arrivedUntil),
  }
}

function later(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.max(a, b)
}

function earlier(a: number | null, b: number | null): number | null {
  return a === null ? b : b === null ? a : Math.min(a, b)
}
