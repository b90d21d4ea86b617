// Counts by facet beside the list; a click adds the term to the query or takes it away, minus excludes it.
import { IconMinus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { type EventAsk, topQuery } from '../api/queries.ts'
import { visible } from '../parts/defang.ts'
import { useDeviceNames } from '../parts/device-name.tsx'
import { severities } from '../parts/severity.ts'
import { count } from '../parts/spoken-time.ts'
import { addTerm, facetTerm, hasTerm, removeTerm } from './query-text.ts'

/** Each with the word the console shows; the names are those of docs/query.md. */
const facets = [
  ['severity', 'Severity'],
  ['type', 'Type'],
  ['sensor', 'Sensor'],
  ['device', 'Device'],
  ['source', 'Source'],
  ['sid', 'Signature'],
] as const

/** Counted only when opened: these have many values. */
const moreFacets = [
  ['ip', 'Address'],
  ['domain', 'Domain'],
  ['port', 'Target port'],
  ['user', 'User'],
  ['hash', 'Hash'],
  ['file_name', 'File'],
  ['flag', 'Mark'],
] as const

/** High first, however often. */
function bySeverity<T extends { readonly value: string }>(values: readonly T[]): readonly T[] {
  const rank = (value: string) => severities.findIndex((severity) => severity === value)
  return values.toSorted((a, b) => rank(a.value) - rank(b.value))
}

type Props = { readonly question: EventAsk; readonly asked: number; readonly onQuery: (q: string) => void }

export function Facets(props: Props) {
  return (
    <aside className="facets" aria-label="Facets">
      {facets.map(([facet, title]) => (
        <section key={facet}>
          <h2>{title}</h2>
          <Facet facet={facet} title={title} {...props} />
        </section>
      ))}
      {moreFacets.map(([facet, title]) => (
        <Folded key={facet} facet={facet} title={title} {...props} />
      ))}
    </aside>
  )
}

type FacetProps = Props & { readonly facet: string; readonly title: string }

function Folded(props: FacetProps) {
  const [open, setOpen] = useState(false)
  return (
    <details className="facet-more" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{props.title}</summary>
      {open && <Facet {...props} />}
    </details>
  )
}

function Facet({ facet, title, question, asked, onQuery }: FacetProps) {
  const { data, error } = useQuery(topQuery(facet, question, asked))
  const nameOf = useDeviceNames()
  if (error) return <p className="facet-none">not counted</p>
  if (!data) return null
  if (data.values.length === 0) return <p className="facet-none">none</p>
  const shown = (value: string) => visible(facet === 'device' ? nameOf(value) : value)
  const most = Math.max(...data.values.map((value) => value.count))
  const { q } = question
  return (
    <ul>
      {(facet === 'severity' ? bySeverity(data.values) : data.values).map(({ value, count: events }) => {
        const wanted = facetTerm(facet, value)
        const on = hasTerm(q, wanted)
        return (
          <li key={value}>
            <button
              type="button"
              className="facet"
              aria-pressed={on}
              title={`${visible(value)}: ${count(events)}`}
              onClick={() => onQuery(on ? removeTerm(q, wanted) : addTerm(q, wanted))}
            >
              <meter
                className={facet === 'severity' ? `meter-${value}` : undefined}
                min={0}
                max={most}
                value={events}
                aria-hidden
              />
              <bdi>{shown(value)}</bdi>
              <span className="facet-count">{count(events)}</span>
            </button>
            <button
              type="button"
              className="facet-not"
              aria-label={`Without ${title.toLowerCase()} ${shown(value)}`}
              title="Without"
              onClick={() => onQuery(addTerm(q, `-${wanted}`))}
            >
              <IconMinus size={13} />
            </button>
          </li>
        )
      })}
    </ul>
  )
}
