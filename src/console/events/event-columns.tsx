// The columns of events, the same on the Events page and in an investigation (TanStack Table 9).
import { createColumnHelper, tableFeatures } from '@tanstack/react-table'
import type { EventRecord } from '../../wire/api/events.ts'
import { visible } from '../parts/defang.ts'
import { DeviceName } from '../parts/device-name.tsx'
import { Observable } from '../parts/observable.tsx'
import { SeverityBadge } from '../parts/severity-badge.tsx'
import { utc } from '../parts/spoken-time.ts'

export const features = tableFeatures({})
const column = createColumnHelper<typeof features, EventRecord>()

export const eventColumns = column.columns([
  column.accessor('id', {
    id: 'time',
    header: 'Event time (UTC)',
    cell: ({ row }) => <time>{utc(row.original.body.at).slice(0, -1)}</time>,
  }),
  column.display({
    id: 'severity',
    header: 'Severity',
    cell: ({
      row: {
        original: { body },
      },
    }) =>
      body.kind === 'event' ? (
        <SeverityBadge severity={body.severity} />
      ) : (
        <span className="quarantined">quarantined</span>
      ),
  }),
  column.display({
    id: 'type',
    header: 'Type',
    cell: ({
      row: {
        original: { body, format },
      },
    }) => visible(body.kind === 'event' ? body.type : format),
  }),
  column.display({
    id: 'summary',
    header: 'What happened',
    cell: ({
      row: {
        original: { body },
      },
    }) => {
      const text = visible(body.kind === 'event' ? body.summary : body.reason)
      return <bdi title={text}>{text}</bdi>
    },
  }),
  column.display({ id: 'flow', header: 'From → to', cell: ({ row }) => <FlowCell event={row.original} /> }),
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

function FlowCell({ event: { body } }: { readonly event: EventRecord }) {
  if (body.kind !== 'event') return null
  const { source, sourcePort, target, targetPort } = body.flow
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
