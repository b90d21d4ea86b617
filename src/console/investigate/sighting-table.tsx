// Sightings folded by signature and device: one row says how often, since when, and by what severity.
import { createColumnHelper } from '@tanstack/react-table'
import { useMemo } from 'react'
import type { Investigation, SightingGroup } from '../../wire/api/investigations.ts'
import { visible } from '../parts/defang.ts'
import { DeviceName } from '../parts/device-name.tsx'
import { Observable } from '../parts/observable.tsx'
import { severityRank } from '../parts/severity.ts'
import { SeverityBadge } from '../parts/severity-badge.tsx'
import { count, utc } from '../parts/spoken-time.ts'
import { type Selection } from './selection.ts'
import { SortedTable, type sortedFeatures } from './sorted-table.tsx'

const column = createColumnHelper<typeof sortedFeatures, SightingGroup>()
const columns = column.columns([
  column.accessor(({ severity }) => -severityRank(severity), {
    id: 'severity',
    header: 'Severity',
    sortFn: 'basic',
    cell: ({ row }) => <SeverityBadge severity={row.original.severity} />,
  }),
  column.accessor(({ signature, type }) => signature?.name ?? type, {
    id: 'signature',
    header: 'Signature or type',
    sortFn: 'alphanumeric',
    cell: ({ row: { original } }) => {
      const text = visible(original.signature?.name ?? original.type)
      return <bdi title={`${text}${original.signature ? ` (${original.signature.id})` : ''}`}>{text}</bdi>
    },
  }),
  column.accessor('count', { header: 'Events', sortFn: 'basic', cell: ({ row }) => count(row.original.count) }),
  column.accessor('lastSeen', {
    header: 'Last seen (UTC)',
    sortFn: 'basic',
    cell: ({ row }) => <time>{utc(row.original.lastSeen, 'seconds').slice(0, -1)}</time>,
  }),
  column.accessor('firstSeen', {
    header: 'First seen (UTC)',
    sortFn: 'basic',
    cell: ({ row }) => <time>{utc(row.original.firstSeen, 'seconds').slice(0, -1)}</time>,
  }),
  column.accessor(({ device, sensor }) => `${device} / ${sensor}`, {
    id: 'device',
    header: 'Device / sensor',
    sortFn: 'alphanumeric',
    cell: ({ row: { original } }) => (
      <>
        <DeviceName id={original.device} /> / {original.sensor}
      </>
    ),
  }),
  column.display({
    id: 'observables',
    header: 'Observables',
    cell: ({ row: { original } }) => (
      <span className="observable-list">
        {original.observables.slice(0, 6).map(({ type, value }) => (
          <Observable key={`${type}:${value}`} type={type} value={value} max={28} />
        ))}
        {original.observables.length > 6 && <span className="second-reading">+{original.observables.length - 6}</span>}
      </span>
    ),
  }),
])

/** With a selection only those that hold one of the selected. */
export function SightingTable({
  investigation,
  selection,
}: {
  readonly investigation: Investigation
  readonly selection: Selection
}) {
  const rows = useMemo(() => sightingsOf(investigation, selection), [investigation, selection])
  return (
    <SortedTable
      name="Sightings by signature and device"
      columns={columns}
      rows={rows}
      idOf={({ device, sensor, type, signature }) => JSON.stringify([device, sensor, type, signature?.id])}
      sortedBy="severity"
    />
  )
}

function sightingsOf({ sightings }: Investigation, selection: Selection): readonly SightingGroup[] {
  if (selection.size === 0) return sightings
  const chosen = sightings.filter(
    ({ observables, sensor, signature, device }) =>
      observables.some(({ type, value }) => selection.has(`${type}:${value}`)) ||
      (signature !== null && selection.has(`signature:${sensor}:${signature.id}`)) ||
      selection.has(`device:${device}`),
  )
  return chosen.length > 0 ? chosen : sightings
}
