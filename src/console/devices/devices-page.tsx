// Devices: the four states of each, when its last event was acknowledged, what waits on it, what became of its events.
import './devices.css'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { useRef } from 'react'
import type { DeviceView } from '../../wire/api/fleet.ts'
import { liveDevicesQuery } from '../api/queries.ts'
import { visible } from '../parts/defang.ts'
import { RecordPage } from '../parts/record-page.tsx'
import { type RecordColumn, RecordTable } from '../parts/record-table.tsx'
import { count, counted, duration, relative, utc } from '../parts/spoken-time.ts'
import { size } from '../parts/spoken-size.ts'
import { useKeyAction } from '../shell/key-actions.tsx'
import { DevicePane } from './device-pane.tsx'
import { type DeviceSearch, devicesWith, readDeviceSearch } from './device-search.ts'
import { DeviceStateList } from './device-states.tsx'
import { EnrolDialog } from './enrol-dialog.tsx'

const route = getRouteApi('/shell/devices')

export function DevicesPage() {
  const { q, device: chosen, enrol } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(liveDevicesQuery)
  const box = useRef<HTMLInputElement>(null)
  const set = (change: DeviceSearch, replace = chosen !== undefined) =>
    void navigate({ search: readDeviceSearch({ ...(q && { q }), ...change }), replace })
  useKeyAction('search', () => box.current?.focus())
  const devices = query.data?.devices ?? []
  const shown = devicesWith(devices, q ?? '')
  const open = devices.find(({ id }) => id === chosen)
  const filter = (
    <input
      ref={box}
      type="search"
      className="filter"
      aria-label="Filter the devices"
      placeholder="name, id, not flowing …"
      value={q ?? ''}
      onChange={(event) => set({ q: event.currentTarget.value, ...(chosen && { device: chosen }) }, true)}
    />
  )
  return (
    <RecordPage
      name="Devices"
      query={query}
      summary={summaryOf(devices)}
      filter={devices.length > 0 && filter}
      add={{ name: 'Connect a device', act: () => set({ enrol: '1' }) }}
      empty={devices.length === 0}
      first={firstDevice}
      list={
        shown.length === 0 ? (
          <NoneLikeThat total={devices.length} onAll={() => set({ q: '' })} />
        ) : (
          <RecordTable
            name="Devices"
            className="device-table"
            columns={columns}
            rows={shown}
            current={chosen}
            onOpen={(device) => set({ device })}
          />
        )
      }
    >
      {open && <DevicePane device={open} onClose={() => set({})} />}
      <EnrolDialog opened={enrol === '1'} devices={devices} onClose={() => set(chosen ? { device: chosen } : {})} />
    </RecordPage>
  )
}

const firstDevice = {
  title: 'No device is connected yet',
  text: 'A device is the machine beside the sensor. One pasted string connects it; it only ever calls out, so the site needs no open port.',
  command: 'sallyport token create',
}

function summaryOf(devices: readonly DeviceView[]): string {
  const flowing = devices.filter(({ states }) => states.flowing).length
  return `${flowing} of ${counted(devices.length, 'device')} flowing`
}

function NoneLikeThat({ total, onAll }: { readonly total: number; readonly onAll: () => void }) {
  return (
    <div className="empty">
      <h2>No device is called or in a state like that</h2>
      <p>
        {counted(total, 'device')} are there.{' '}
        <button type="button" className="link-button" onClick={onAll}>
          Show them all
        </button>
      </p>
    </div>
  )
}

const columns: readonly RecordColumn<DeviceView>[] = [
  {
    title: 'Device',
    cell: ({ id, name }) => (
      <>
        <b>{visible(name || id)}</b>
        {name && name !== id && <span className="second-reading"> {visible(id)}</span>}
      </>
    ),
  },
  { title: 'State', className: 'col-states', cell: ({ states }) => <DeviceStateList states={states} /> },
  {
    title: 'Last event acknowledged',
    className: 'col-ack',
    cell: ({ lastAckAt }) =>
      lastAckAt === 0 ? (
        'never'
      ) : (
        <>
          <time>{utc(lastAckAt, 'seconds')}</time>{' '}
          <span className="second-reading">{relative(lastAckAt, Date.now())}</span>
        </>
      ),
  },
  {
    title: 'Waiting on it',
    className: 'col-number',
    cell: ({ status }) => {
      const spool = status?.eventHandler?.spool
      return spool ? `${counted(spool.outstandingEvents, 'event')} · ${size(spool.outstandingBytes)}` : 'not said'
    },
  },
  {
    title: 'Lag',
    className: 'col-number',
    cell: ({ lagMs }) => (lagMs === null ? 'not said' : lagMs === 0 ? 'none' : duration(lagMs)),
  },
  {
    title: 'Certificate',
    className: 'col-number',
    cell: ({ certificateDays }) => certificateText(certificateDays),
  },
  {
    title: 'Lost',
    className: 'col-number',
    cell: ({ account }) => count(account.lost),
    lost: ({ account }) => account.lost > 0,
  },
]

function certificateText(days: number | null): string {
  if (days === null) return 'none'
  return days < 0 ? `expired ${counted(-days, 'day')} ago` : counted(days, 'day')
}
