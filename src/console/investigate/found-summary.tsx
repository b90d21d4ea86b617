// What was found, in numbers, with what the answer covers and lacks beside them (delivery L4).
import type { Investigation } from '../../wire/api/investigations.ts'
import { CoverageNote } from '../parts/coverage-note.tsx'
import { severities } from '../parts/severity.ts'
import { SeverityBadge } from '../parts/severity-badge.tsx'
import { counted } from '../parts/spoken-time.ts'

export function FoundSummary({ investigation }: { readonly investigation: Investigation }) {
  const { sightings, graph, coverage, networks } = investigation
  return (
    <div className="found-summary">
      <b>{counted(sightings.length, 'group')} of sightings</b>
      {severities.map((severity) => {
        const groups = sightings.filter((group) => group.severity === severity).length
        return groups > 0 ? <SeverityBadge key={severity} severity={severity} count={groups} /> : null
      })}
      <span className="second-reading">
        {counted(graph.nodes.length, 'node')} · {counted(graph.edges.length, 'relation')}
        {networks.length > 0 && ` · whole of ${networks.join(', ')}`}
      </span>
      <CoverageNote coverage={coverage} />
    </div>
  )
}
