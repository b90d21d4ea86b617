// Events over time by severity, with a brush that sets the range (uPlot on canvas). What it shows stands beside it in
// words; the range can be typed too.
import 'uplot/dist/uPlot.min.css'
import { useComputedColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import type { EventHistogram } from '../../wire/api/events.ts'
import { severityColours } from './severity.ts'
import { count, counted, duration, utc } from './spoken-time.ts'
import { brushedRange, stackedCounts } from './stacked-counts.ts'

type Props = {
  readonly data: EventHistogram | undefined
  readonly name: string
  /** Unix ms. */
  readonly onRange: (from: number, to: number) => void
}

const height = 92

export function Histogram({ data, name, onRange }: Props) {
  const holder = useRef<HTMLDivElement>(null)
  const scheme = useComputedColorScheme('dark')
  const latest = useRef(onRange)
  latest.current = onRange
  useEffect(() => {
    const element = holder.current
    if (!element || !data || data.buckets.length === 0) return
    const plot = draw(element, data, scheme, (from, to) => latest.current(from, to))
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      plot.destroy()
    }
  }, [data, scheme])
  const total =
    data?.buckets.reduce((sum, { high, medium, low, unknown }) => sum + high + medium + low + unknown, 0) ?? 0
  const end = data ? data.from + data.widthMs * data.buckets.length : 0
  return (
    <figure className="histogram">
      <figcaption>
        <b>{name}</b>
        {data && data.buckets.length > 0 && (
          <span>
            per {duration(data.widthMs)} · {utc(data.from, 'minutes')} – {utc(end, 'minutes')} · drag to narrow
          </span>
        )}
      </figcaption>
      <div
        ref={holder}
        className="histogram-plot"
        role="img"
        aria-label={`${name}: ${counted(total, 'event')}${data ? ` from ${utc(data.from, 'minutes')} to ${utc(end, 'minutes')}` : ''}`}
      />
    </figure>
  )
}

function draw(
  element: HTMLElement,
  data: EventHistogram,
  scheme: 'dark' | 'light',
  onRange: (from: number, to: number) => void,
): uPlot {
  const { times, tops } = stackedCounts(data)
  const colours = severityColours[scheme]
  const text = scheme === 'dark' ? '#93a0b5' : '#566176'
  const line = scheme === 'dark' ? '#1d2533' : '#e5eaf1'
  const bars = uPlot.paths.bars?.({ size: [0.8, 40, 1] })
  const end = (data.from + data.widthMs * data.buckets.length) / 1000
  const series = (['unknown', 'low', 'medium', 'high'] as const).map(
    (severity): uPlot.Series => ({
      label: severity,
      fill: colours[severity],
      width: 0,
      points: { show: false },
      ...(bars && { paths: bars }),
    }),
  )
  return new uPlot(
    {
      width: element.clientWidth,
      height,
      padding: [6, 8, 0, 0],
      legend: { show: false },
      tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC'),
      cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false }, y: false },
      scales: { x: { range: () => [data.from / 1000, end] }, y: { range: (_, __, max) => [0, Math.max(1, max)] } },
      series: [{}, ...series],
      axes: [
        {
          stroke: text,
          size: 26,
          font: '11px system-ui',
          grid: { stroke: line, width: 1 },
          ticks: { show: false },
          values: clockTexts,
        },
        {
          stroke: text,
          size: 46,
          font: '11px system-ui',
          grid: { stroke: line, width: 1 },
          ticks: { show: false },
          splits: (_, __, ___, max) => [0, Math.ceil(max)],
          values: (_, values) => values.map((value) => count(value)),
        },
      ],
      hooks: {
        setSelect: [
          (plot) => {
            const { left, width } = plot.select
            if (width < 3) return
            const range = brushedRange(data, plot.posToVal(left, 'x') * 1000, plot.posToVal(left + width, 'x') * 1000)
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
            onRange(range.from, range.to)
          },
        ],
      },
    },
    [times, tops.unknown, tops.low, tops.medium, tops.high],
    element,
  )
}

/** `03:10` within a day, `11-24` where days are told apart. */
function clockTexts(_: uPlot, splits: number[]): string[] {
  return splits.map((seconds) => {
    const [day = '', clock = ''] = new Date(seconds * 1000).toISOString().split('T')
    return clock.startsWith('00:00') ? day.slice(5) : clock.slice(0, 5)
  })
}
