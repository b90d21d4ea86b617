// Event times and severities of a block in a few bytes an event: zigzag varints of the difference to the event before,
// the severity in the two lowest bits. Answers time filters and histograms without unpacking a block.

/** What a block's row tells of the times of its events. */
export type BlockTimes = {
  readonly count: number
  /** The earliest and latest, Unix ms; of a block without events, when it was made. */
  readonly minAt: number
  readonly maxAt: number
  /** From packTimes, with the block's `from` as base. */
  readonly times: Uint8Array
}

/** @param made when the block was begun and ended, Unix ms */
export function timesOf(
  times: readonly number[],
  severities: readonly number[],
  made: { readonly from: number; readonly to: number },
): BlockTimes {
  const isEmpty = times.length === 0
  return {
    count: times.length,
    minAt: isEmpty ? made.from : Math.min(...times),
    maxAt: isEmpty ? made.to : Math.max(...times),
    times: packTimes(times, severities, made.from),
  }
}

/** @param base what the first difference counts from, Unix ms */
export function packTimes(times: readonly number[], severities: readonly number[], base: number): Buffer {
  const bytes: number[] = []
  let before = base
  for (let index = 0; index < times.length; index++) {
    const at = times[index] ?? base
    const difference = at - before
    before = at
    // Beyond 2^31 bit operators would cut; differences of years do occur (a sensor with a wrong clock).
    let rest = (difference < 0 ? -difference * 2 - 1 : difference * 2) * 4 + (severities[index] ?? 0)
    while (rest >= 128) {
      bytes.push((rest % 128) + 128)
      rest = Math.floor(rest / 128)
    }
    bytes.push(rest)
  }
  return Buffer.from(bytes)
}

/** @returns what packTimes was given. */
export function unpackTimes(
  bytes: Uint8Array,
  base: number,
): { readonly times: number[]; readonly severities: number[] } {
  const times: number[] = []
  const severities: number[] = []
  let at = base
  for (let offset = 0; offset < bytes.length; ) {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = bytes[offset++] ?? 0
      value += (byte % 128) * scale
      if (byte < 128) break
      scale *= 128
    }
    severities.push(value % 4)
    const zigzag = Math.floor(value / 4)
    at += zigzag % 2 === 1 ? -(zigzag + 1) / 2 : zigzag / 2
    times.push(at)
  }
  return { times, severities }
}
