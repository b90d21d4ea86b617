// Events: a query, its counts over time and by facet, and the lines themselves. Everything shown is in the address.
import './events.css'
import { IconRefresh } from '@tabler/icons-react'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useEffect, useMemo, useState } from 'react'
import { countQuery, eventPagesQuery, histogramQuery } from '../api/queries.ts'
import { announce } from '../parts/announcer.tsx'
import { CoverageNote } from '../parts/coverage-note.tsx'
import { Histogram } from '../parts/lazy-histogram.tsx'
import { IconButton } from '../parts/icon-button.tsx'
import { ProblemNote } from '../parts/problem-note.tsx'
import { counted, instant, utc } from '../parts/spoken-time.ts'
import { SwitchBox } from '../parts/switch-box.tsx'
import { useTitle } from '../parts/use-title.ts'
import { useKeyAction } from '../shell/key-actions.tsx'
import { EventPane } from './event-pane.tsx'
import { type EventSearch, questionOf } from './event-search.ts'
import { EventTable } from './event-table.tsx'
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
  const histogram = useQuery(histogramQuery(question, asked))
  const total = useQuery(countQuery(question, asked))
  const listed = useMemo(() => pages.data?.pages.flatMap((page) => page.events) ?? [], [pages.data])
  const live = useLiveEvents(question, listed, search.live === '1', askAgain)
  const events = live.events
  useKeyAction('refresh', askAgain)
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
        <SwitchBox label="Live" on={search.live === '1'} onChange={(on) => set({ live: on ? '1' : undefined }, true)} />
      </div>
      <section className="events-count" aria-label="What was found">
        <b>{total.data ? counted(total.data.count, 'event') : total.error ? 'not counted' : 'counting…'}</b>
        <span className="second-reading">newest arrival first</span>
        {coverage && <CoverageNote coverage={coverage} />}
        {live.waiting > 0 && (
          <button type="button" className="waiting" onClick={live.show}>
            {live.gap ? `more than ${live.waiting}` : live.waiting} new – show
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
        ) : events.length === 0 && !pages.isPending ? (
          <NoEvents asked={question.q !== '' || question.since !== undefined || question.until !== undefined} />
        ) : (
          <EventTable
            events={events}
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
          known={events.find((event) => event.id === search.event)}
          onClose={() => set({ event: undefined }, true)}
        />
      )}
    </div>
  )
}

/** The state after a change; what became empty leaves the address. */
function readChange(before: EventSearch, change: Partial<Record<keyof EventSearch, string | undefined>>): EventSearch {
  const all = Object.entries({ ...before, ...change }).filter(([, value]) => value !== undefined && value !== '')
  return Object.fromEntries(all)
}
