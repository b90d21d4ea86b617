// Events: a query, its counts over time and by facet, and the lines themselves. Everything shown is in the address.
import './events.css'
import { IconDownload, IconPlayerPause, IconPlayerPlay, IconRefresh } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import { countQuery, eventPagesQuery, histogramQuery } from '../api/queries.ts'
import { announce } from '../parts/announcer.tsx'
import { CoverageNote } from '../parts/coverage-note.tsx'
import { Histogram } from '../parts/lazy-histogram.tsx'
import { IconButton } from '../parts/icon-button.tsx'
import { ProblemNote } from '../parts/problem-note.tsx'
import { count, counted, instant, utc } from '../parts/spoken-time.ts'
import { SwitchBox } from '../parts/switch-box.tsx'
import { useTitle } from '../parts/use-title.ts'
import { useKeyAction } from '../shell/key-actions.tsx'
import { EventPane } from './event-pane.tsx'
import { type EventSearch, questionOf } from './event-search.ts'
import { rowsOf } from './event-rows.ts'
import { EventTable } from './event-table.tsx'
import { ExportDialog } from './export-dialog.tsx'
import { Facets } from './facets.tsx'
import { NoEvents } from './no-events.tsx'
import { QueryBar } from './query-bar.tsx'
import { RangePicker } from './range-picker.tsx'
import { useLiveEvents } from './use-live-events.ts'

const route = getRouteApi('/shell/events')

export function EventsPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  useTitle('Events', search.q)
  const [asked, setAsked] = useState(() => Date.now())
  const question = useMemo(
    () =>
      questionOf(
        {
          ...(search.q && { q: search.q }),
          ...(search.since && { since: search.since }),
          ...(search.until && { until: search.until }),
        },
        asked,
      ),
    [search.q, search.since, search.until, asked],
  )
  const set = (change: Partial<Record<keyof EventSearch, string | undefined>>, replace = false) =>
    void navigate({ search: (before) => readChange(before, change), replace })
  const askAgain = () => setAsked(Date.now())
  const pages = useInfiniteQuery(eventPagesQuery(question, asked))
  const on = search.live === '1'
  const histogram = useQuery(histogramQuery(question, asked, on))
  const total = useQuery(countQuery(question, asked, on))
  const listed = useMemo(() => rowsOf(pages.data?.pages ?? []), [pages.data])
  const [paused, setPaused] = useState(false)
  const [top, setTop] = useState(true)
  const [exporting, setExporting] = useState(false)
  // Whoever reads further down, or one of them, is not to lose the place.
  const following = on && !paused && top && search.event === undefined
  const from = pages.isPlaceholderData ? undefined : (pages.data?.pages[0]?.live ?? undefined)
  const live = useLiveEvents({ question, listed, from, on, following, askAgain })
  const { rows } = live
  useKeyAction('refresh', askAgain)
  useKeyAction('pause', () => (on ? setPaused(!paused) : set({ live: '1' }, true)))
  useEffect(() => {
    if (total.data) announce(`${counted(total.data.count, 'event')} found`)
  }, [total.data])
  const coverage = total.data?.coverage ?? pages.data?.pages[0]?.coverage
  return (
    <div className="events-page" data-pane={search.event ? 'open' : undefined}>
      <h1 className="visually-hidden">Events</h1>
      <div className="events-bar">
        <QueryBar
          q={search.q ?? ''}
          onQuery={(q) => (q === (search.q ?? '') ? askAgain() : set({ q, event: undefined }))}
        />
        <RangePicker since={search.since} until={search.until} onRange={(range) => set(range)} />
        <IconButton
          name="Ask again"
          shortcut="r"
          icon={IconRefresh}
          size={34}
          bordered
          busy={pages.isRefetching}
          onClick={askAgain}
        />
        <IconButton name="Export" icon={IconDownload} size={34} bordered onClick={() => setExporting(true)} />
        <SwitchBox label="Live" on={on} onChange={(live) => set({ live: live ? '1' : undefined }, true)} />
        {on && (
          <IconButton
            name={paused ? 'Go on' : 'Pause'}
            shortcut="h"
            icon={paused ? IconPlayerPlay : IconPlayerPause}
            size={34}
            bordered
            pressed={paused}
            onClick={() => setPaused(!paused)}
          />
        )}
      </div>
      <section className="events-count" aria-label="What was found">
        <b>{total.data ? counted(total.data.count, 'event') : total.error ? 'not counted' : 'counting…'}</b>
        <span className="second-reading">newest arrival first</span>
        {on && <LiveState away={live.away} following={following} paused={paused} />}
        {coverage && <CoverageNote coverage={coverage} />}
        {live.waiting > 0 && (
          <button
            type="button"
            className="waiting"
            onClick={() => {
              setPaused(false)
              live.show()
            }}
          >
            {count(live.waiting)} new – show
          </button>
        )}
      </section>
      <Histogram
        data={histogram.data}
        name="Events over time"
        onRange={(from, to) => set({ since: new Date(from).toISOString(), until: new Date(to).toISOString() })}
      />
      <Facets question={question} asked={asked} onQuery={(q) => set({ q })} />
      <div className="events-list">
        {pages.error ? (
          <div className="panel-pad">
            <ProblemNote error={pages.error} retry={() => void pages.refetch()} />
          </div>
        ) : rows.length === 0 && !pages.isPending ? (
          <NoEvents asked={question.q !== '' || question.since !== undefined || question.until !== undefined} />
        ) : (
          <EventTable
            events={rows}
            onTop={setTop}
            loading={pages.isPending || pages.isFetchingNextPage}
            current={search.event}
            onOpen={(id) => set({ event: id }, search.event !== undefined)}
            onEnd={() => pages.hasNextPage && !pages.isFetchingNextPage && void pages.fetchNextPage()}
            total={total.data?.count}
            name={`Events, newest first${search.since ? `, since ${utc(instant(search.since, asked) ?? 0, 'seconds')}` : ''}`}
          />
        )}
      </div>
      {search.event && (
        <EventPane
          id={search.event}
          known={rows.find(({ id }) => id === search.event)}
          form={search.form ?? 'readable'}
          onForm={(form) => set({ form: form === 'raw' ? 'raw' : undefined }, true)}
          onClose={() => set({ event: undefined, form: undefined }, true)}
        />
      )}
      <ExportDialog
        opened={exporting}
        onClose={() => setExporting(false)}
        question={question}
        total={total.data?.count}
      />
    </div>
  )
}

function LiveState({
  away,
  following,
  paused,
}: {
  readonly away: unknown
  readonly following: boolean
  readonly paused: boolean
}) {
  const [mark, text] = away
    ? ['dot-high', 'the exchange is away; what arrives will follow']
    : following
      ? ['dot-well', 'live']
      : ['dot-medium', paused ? 'paused' : 'held while you read']
  return (
    <span className="live-state">
      <span className={`dot ${mark}`} aria-hidden /> {text}
    </span>
  )
}

/** The state after a change; what became empty leaves the address. */
function readChange(before: EventSearch, change: Partial<Record<keyof EventSearch, string | undefined>>): EventSearch {
  const all = Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(all)
}
