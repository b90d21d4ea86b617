// Buckets by severity as uPlot wants them: times in seconds and, from the top of the stack down, what each bar reaches.
import type { EventHistogram } from '../../wire/api/events.ts'

export type StackedCounts = {
  /** Middle of each bucket, Unix s: uPlot centres its bars. */
  readonly times: number[]
  /** Tops of the bars: unknown on the top of the stack first, so that the next covers its lower part. */
  readonly tops: {
    readonly unknown: number[]
    readonly low: number[]
    readonly medium: number[]
    readonly high: number[]
  }
}

export function stackedCounts({ from, widthMs, buckets }: EventHistogram): StackedCounts {
  return {
    times: buckets.map((_, index) => (from + (index + 0.5) * widthMs) / 1000),
    tops: {
      unknown: buckets.map(({ high, medium, low, unknown }) => high + medium + low + unknown),
      low: buckets.map(({ high, medium, low }) => high + medium + low),
      medium: buckets.map(({ high, medium }) => high + medium),
      high: buckets.map(({ high }) => high),
    },
  }
}

/** @returns the whole buckets that a brush from one instant to another touches, Unix ms. */
export function brushedRange(
  { from, widthMs, buckets }: EventHistogram,
  startMs: number,
  endMs: number,
): { readonly from: number; readonly to: number } {
  const clamp = (bucket: number) => Math.min(buckets.length, Math.max(0, bucket))
  const first = clamp(Math.floor((startMs - from) / widthMs))
  const last = clamp(Math.ceil((endMs - from) / widthMs))
  return { from: from + first * widthMs, to: from + Math.max(last, first + 1) * widthMs }
}
