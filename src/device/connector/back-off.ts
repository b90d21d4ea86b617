// How long a device waits before it dials again: full jitter, 1 s doubling to 60 s (delivery C9). Full jitter spreads
// ten thousand devices that lost one exchange evenly over the whole wait; equal or no jitter makes them return in waves.

export const backOffFirstMs = 1_000
export const backOffMaxMs = 60_000
/** A channel that served so long was well: the next failure begins anew (C9). */
export const servedWellMs = 60_000

export type BackOff = {
  /**
   * @param servedMs how long the channel that ended had served, 0 where none was made
   * @param namedMs a time the exchange named, which the device keeps, with as much jitter on top
   * @returns milliseconds to wait before the next attempt
   */
  next(servedMs: number, namedMs?: number): number
}

/** @param random uniform in [0, 1) */
export function backOff(random: () => number): BackOff {
  let ceilingMs = backOffFirstMs
  return {
    next(servedMs, namedMs) {
      if (servedMs >= servedWellMs) ceilingMs = backOffFirstMs
      const waitMs = Math.round(random() * ceilingMs)
      ceilingMs = Math.min(ceilingMs * 2, backOffMaxMs)
      return namedMs === undefined ? waitMs : namedMs + waitMs
    },
  }
}
