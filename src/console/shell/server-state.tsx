// The exchange in one line, from the one status document: devices, events, and what is not yet searchable.
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { statusQuery } from '../api/queries.ts'
import { count, counted } from '../parts/spoken-time.ts'

export function ServerState() {
  const { data, error } = useQuery(statusQuery)
  if (error)
    return (
      <p className="server-state" role="status">
        <span className="dot dot-high" aria-hidden /> The exchange does not answer
      </p>
    )
  if (!data) return <p className="server-state" />
  const { devices, journal } = data
  const well = devices.connected === devices.known && devices.known > 0
  return (
    <Link to="/devices" className="server-state" title="What each device says">
      <span className={`dot ${well ? 'dot-well' : 'dot-medium'}`} aria-hidden />
      <span>
        {devices.known === 0
          ? 'no device enrolled'
          : `${devices.connected} of ${counted(devices.known, 'device')} connected`}
      </span>
      <span>{counted(journal.events, 'event')}</span>
      {journal.unindexedBlocks > 0 && (
        <span title="Blocks that are stored and safe, and not yet searchable">
          {count(journal.unindexedBlocks)} blocks being indexed
        </span>
      )}
    </Link>
  )
}
