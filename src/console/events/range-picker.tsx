// Event time from and to: often used widths, or both ends typed; the same that the brush sets.
import { Button } from '@mantine/core'
import { IconClock } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { Pop } from '../parts/pop.tsx'
import { instant } from '../parts/spoken-time.ts'
import { TextField } from '../parts/text-field.tsx'

type Range = { readonly since: string | undefined; readonly until: string | undefined }

const widths = [
  ['15m', '15 minutes'],
  ['1h', 'hour'],
  ['24h', '24 hours'],
  ['7d', '7 days'],
  ['30d', '30 days'],
] as const

export function RangePicker({ since, until, onRange }: Partial<Range> & { readonly onRange: (range: Range) => void }) {
  return (
    <Pop
      className="range-button"
      name="Time range"
      side="end"
      face={
        <>
          <IconClock size={16} aria-hidden /> {rangeWords(since, until)}
        </>
      }
    >
      {(close) => {
        const choose = (range: Range) => {
          close()
          onRange(range)
        }
        return (
          <>
            <div className="range-widths">
              {widths.map(([width, words]) => (
                <Button
                  key={width}
                  size="compact-sm"
                  variant={since === width && !until ? 'filled' : 'default'}
                  onClick={() => choose({ since: width, until: undefined })}
                >
                  Last {words}
                </Button>
              ))}
              <Button
                size="compact-sm"
                variant={!since && !until ? 'filled' : 'default'}
                onClick={() => choose({ since: undefined, until: undefined })}
              >
                All time
              </Button>
            </div>
            <Ends since={since} until={until} onRange={choose} />
          </>
        )
      }}
    </Pop>
  )
}

function Ends({ since, until, onRange }: Partial<Range> & { readonly onRange: (range: Range) => void }) {
  const [from, setFrom] = useState(since ?? '')
  const [to, setTo] = useState(until ?? '')
  const [now] = useState(() => Date.now())
  useEffect(() => {
    setFrom(since ?? '')
    setTo(until ?? '')
  }, [since, until])
  const wrong = (text: string) =>
    text !== '' && instant(text, now) === undefined ? 'Like 2h, 2026-11-24 or 2026-11-24 03:10' : undefined
  return (
    <form
      className="range-ends"
      onSubmit={(event) => {
        event.preventDefault()
        if (!wrong(from) && !wrong(to)) onRange({ since: from || undefined, until: to || undefined })
      }}
    >
      <TextField
        label="From (UTC)"
        placeholder="2h, or 2026-11-24 03:10"
        value={from}
        error={wrong(from)}
        onChange={(event) => setFrom(event.currentTarget.value)}
      />
      <TextField
        label="To (UTC)"
        placeholder="now"
        value={to}
        error={wrong(to)}
        onChange={(event) => setTo(event.currentTarget.value)}
      />
      <Button type="submit" size="compact-sm">
        Apply
      </Button>
    </form>
  )
}

function rangeWords(since: string | undefined, until: string | undefined): string {
  const width = widths.find(([text]) => text === since && !until)
  if (width) return `Last ${width[1]}`
  if (!since && !until) return 'All time'
  const short = (text: string | undefined, none: string) =>
    text === undefined
      ? none
      : text
          .replace(/^\d{4}-/, '')
          .replace('T', ' ')
          .replace(/(:\d\d)?(\.\d+)?Z$/, '')
  return `${short(since, 'beginning')} – ${short(until, 'now')} UTC`
}
