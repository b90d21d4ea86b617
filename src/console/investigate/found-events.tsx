// The newest events that hold what was asked about; the rest is one step away on the Events page.
import { Link } from '@tanstack/react-router'
import { useMemo } from 'react'
import type { Investigation } from '../../wire/api/investigations.ts'
import '../events/events.css'
import { EventTable } from '../events/event-table.tsx'
import { counted } from '../parts/spoken-time.ts'
import { nodesQuery, pivotQuery } from './pivot.ts'
import type { Selection } from './selection.ts'

type Props = {
  readonly investigation: Investigation
  readonly selection: Selection
  readonly current: string | undefined
  readonly onOpen: (id: string) => void
}

const nothing = () => undefined

export function FoundEvents({ investigation, selection, current, onOpen }: Props) {
  const { events, graph } = investigation
  const chosen = useMemo(
    () =>
      events.filter(
        ({ body }) =>
          selection.size === 0 ||
          (body.kind === 'event' && body.observables.some(({ type, value }) => selection.has(`${type}:${value}`))),
      ),
    [events, selection],
  )
  const q = nodesQuery(graph.nodes.filter(({ id }) => selection.has(id))) || pivotQuery(investigation)
  return (
    <div className="with-bar">
      <p className="table-bar">
        <span>
          The newest {counted(chosen.length, 'event')}
          {selection.size > 0 && ' with what is selected'}
        </span>
        <Link to="/events" search={{ q }}>
          all of them on the Events page
        </Link>
      </p>
      <EventTable
        events={chosen}
        loading={false}
        current={current}
        onOpen={onOpen}
        onEnd={nothing}
        total={chosen.length}
        name="Newest events"
      />
    </div>
  )
}
