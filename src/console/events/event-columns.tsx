// The columns of events, the same on the Events page and in an investigation (TanStack Table 9).
import { createColumnHelper, tableFeatures } from '@tanstack/react-table'
import type { LossRow } from '../../wire/api/events.ts'
import { visible } from '../parts/defang.ts'
import { DeviceName } from '../parts/device-name.tsx'
import { Observable } from '../parts/observable.tsx'
import { SeverityBadge } from '../parts/severity-badge.tsx'
import { counted, utc } from '../parts/spoken-time.ts'
import { isLoss, type ListRow } from './event-rows.ts'

export const features = tableFeatures({})
const column = createColumnHelper<typeof features, ListRow>()

export const eventColumns = column.columns([
  column.accessor('id', {
    id: 'time',
    header: 'Event time (UTC)',
    cell: ({ row: { original } }) => <time>{utc(isLoss(original) ? original.to : original.body.at).slice(0, -1)}</time>,
  }),
  column.display({ id: 'severity', header: 'Severity', cell: ({ row }) => <SeverityCell row={row.original} /> }),
  column.display({
    id: 'type',
    header: 'Type',
    cell: ({ row: { original } }) =>
      isLoss(original) ? 'loss' : visible(original.body.kind === 'event' ? original.body.type : original.format),
  }),
  column.display({
    id: 'summary',
    header: 'What happened',
    cell: ({ row }) => {
      const text = visible(summaryOf(row.original))
      return <bdi title={text}>{text}</bdi>
    },
  }),
  column.display({ id: 'flow', header: 'From → to', cell: ({ row }) => <FlowCell row={row.original} /> }),
  column.display({
    id: 'device',
    header: 'Device / source',
    cell: ({
      row: {
        original: { device, source },
      },
    }) => (
      <>
        <DeviceName id={device} /> / {visible(source)}
      </>
    ),
  }),
])

/** @returns `1,234 events lost: spool.full` */
export function lossText({ count, cause }: LossRow): string {
  return `${count === null ? 'Events, nobody knows how many,' : counted(count, 'event')} lost: ${cause}`
}

function summaryOf(row: ListRow): string {
  if (isLoss(row)) return lossText(row)
  return row.body.kind === 'event' ? row.body.summary : row.body.reason
}

function SeverityCell({ row }: { readonly row: ListRow }) {
  if (isLoss(row)) return <span className="lost">lost</span>
  if (row.body.kind === 'event') return <SeverityBadge severity={row.body.severity} />
  return <span className="quarantined">quarantined</span>
}

function FlowCell({ row }: { readonly row: ListRow }) {
  if (isLoss(row) || row.body.kind !== 'event') return null
  const { source, sourcePort, target, targetPort } = row.body.flow
  return (
    <>
      {source && <End value={source} port={sourcePort} />}
      {target && (
        <>
          <span className="arrow"> → </span>
          <End value={target} port={targetPort} />
        </>
      )}
    </>
  )
}

function End({ value, port }: { readonly value: string; readonly port: number | undefined }) {
  return (
    <>
      <Observable type={value.includes(':') ? 'ipv6' : 'ip'} value={value} max={26} tabIndex={-1} />
      {port !== undefined && <span className="port">:{port}</span>}
    </>
  )
}
