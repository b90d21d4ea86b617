// Devices: the four states of each, when its last event was acknowledged, what waits on it, what became of its events.
import '../events/events.css'
import './devices.css'
import { Button } from '@mantine/core'
import { IconPlus, IconRefresh } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type KeyboardEvent, useRef, useState } from 'react'
import type { DeviceView } from '../../wire/api/fleet.ts'
import { liveDevicesQuery } from '../api/queries.ts'
import { Busy } from '../parts/busy.tsx'
import { visible } from '../parts/defang.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { ProblemNote } from '../parts/problem-note.tsx'
import { count, counted, duration, relative, utc } from '../parts/spoken-time.ts'
import { size } from '../parts/spoken-size.ts'
import { useTitle } from '../parts/use-title.ts'
import { useKeyAction } from '../shell/key-actions.tsx'
import { DevicePane } from './device-pane.tsx'
import { type DeviceSearch, devicesWith, readDeviceSearch } from './device-search.ts'
import { DeviceStateList } from './device-states.tsx'
import { EnrolDialog } from './enrol-dialog.tsx'

const route = getRouteApi('/shell/devices')

export function DevicesPage() {
  const { q, device: chosen, enrol } = route.useSearch()
  const navigate = route.useNavigate()
  useTitle('Devices')
  const { data, error, isPending, isFetching, refetch } = useQuery(liveDevicesQuery)
  const box = useRef<HTMLInputElement>(null)
  const set = (change: DeviceSearch, replace = chosen !== undefined) =>
    void navigate({ search: readDeviceSearch({ ...(q && { q }), ...change }), replace })
  useKeyAction('search', () => box.current?.focus())
  useKeyAction('refresh', () => void refetch())
  useKeyAction('add', () => set({ enrol: '1' }))
  const devices = data?.devices ?? []
  const shown = devicesWith(devices, q ?? '')
  const open = devices.find(({ id }) => id === chosen)
  return (
    <div className="devices-page">
      <div className="page-bar">
        <h1>Devices</h1>
        {data && <span className="second-reading">{summaryOf(devices)}</span>}
        {devices.length > 0 && (
          <input
            ref={box}
            type="search"
            className="filter"
            aria-label="Filter the devices"
            placeholder="name, id, not flowing …"
            value={q ?? ''}
            onChange={(event) => set({ q: event.currentTarget.value, ...(chosen && { device: chosen }) }, true)}
          />
        )}
        <IconButton
          name="Ask again"
          shortcut="r"
          icon={IconRefresh}
          size={34}
          bordered
          busy={isFetching}
          onClick={() => void refetch()}
        />
        <Button size="sm" leftSection={<IconPlus size={16} />} onClick={() => set({ enrol: '1' })}>
          Connect a device
        </Button>
      </div>
      <div className="devices-list">
        {error ? (
          <div className="panel-pad">
            <ProblemNote error={error} retry={() => void refetch()} />
          </div>
        ) : isPending ? (
          <Busy>Asking the exchange</Busy>
        ) : devices.length === 0 ? (
          <NoDevices onConnect={() => set({ enrol: '1' })} />
        ) : shown.length === 0 ? (
          <div className="empty">
            <h2>No device is called or in a state like that</h2>
            <p>
              {counted(devices.length, 'device')} are there.{' '}
              <button type="button" className="link-button" onClick={() => set({ q: '' })}>
                Show them all
              </button>
            </p>
          </div>
        ) : (
          <DeviceTable devices={shown} current={chosen} onOpen={(device) => set({ device })} />
        )}
      </div>
      {open && <DevicePane device={open} onClose={() => set({})} />}
      <EnrolDialog opened={enrol === '1'} devices={devices} onClose={() => set(chosen ? { device: chosen } : {})} />
    </div>
  )
}

function summaryOf(devices: readonly DeviceView[]): string {
  const flowing = devices.filter(({ states }) => states.flowing).length
  return `${flowing} of ${counted(devices.length, 'device')} flowing`
}

function NoDevices({ onConnect }: { readonly onConnect: () => void }) {
  return (
    <div className="empty">
      <h2>No device is connected yet</h2>
      <p>
        A device is the machine beside the sensor. One pasted string connects it; it only ever calls out, so the site
        needs no open port.
      </p>
      <div className="dialog-buttons centred">
        <Button size="sm" leftSection={<IconPlus size={16} />} onClick={onConnect}>
          Connect a device
        </Button>
      </div>
      <p>The same from a shell:</p>
      <pre className="command">sallyport token create</pre>
    </div>
  )
}

type TableProps = {
  readonly devices: readonly DeviceView[]
  readonly current: string | undefined
  readonly onOpen: (id: string) => void
}

function DeviceTable({ devices, current, onOpen }: TableProps) {
  const [at, setAt] = useState(0)
  const body = useRef<HTMLTableSectionElement>(null)
  const go = (to: number) => {
    const next = Math.min(Math.max(to, 0), devices.length - 1)
    setAt(next)
    body.current?.querySelectorAll('tr')[next]?.focus()
    const device = devices[next]
    if (current !== undefined && device) onOpen(device.id)
  }
  const open = () => {
    const device = devices[at]
    if (device) onOpen(device.id)
  }
  useKeyAction('next', () => go(body.current?.contains(document.activeElement) ? at + 1 : at))
  useKeyAction('previous', () => go(at - 1))
  useKeyAction('open', open)
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) go(at + step)
    else if (event.key === 'Enter') open()
    else return
    event.preventDefault()
  }
  return (
    <div className="event-scroller">
      <table className="event-table device-table" role="grid" aria-label="Devices">
        <thead>
          <tr>
            <th scope="col">Device</th>
            <th scope="col" className="col-states">
              State
            </th>
            <th scope="col" className="col-ack">
              Last event acknowledged
            </th>
            <th scope="col" className="col-number">
              Waiting on it
            </th>
            <th scope="col" className="col-number">
              Lag
            </th>
            <th scope="col" className="col-number">
              Certificate
            </th>
            <th scope="col" className="col-number">
              Lost
            </th>
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onKeyDown}>
          {devices.map((device, index) => (
            <DeviceRow
              key={device.id}
              device={device}
              selected={device.id === current}
              tabIndex={index === Math.min(at, devices.length - 1) ? 0 : -1}
              onFocus={() => setAt(index)}
              onOpen={() => onOpen(device.id)}
            />
          ))}
        </tbody>
      </table>
    </div>
  )
}

type RowProps = {
  readonly device: DeviceView
  readonly selected: boolean
  readonly tabIndex: number
  readonly onFocus: () => void
  readonly onOpen: () => void
}

function DeviceRow({ device, selected, tabIndex, onFocus, onOpen }: RowProps) {
  const { states, lastAckAt, lagMs, certificateDays, account, status } = device
  const spool = status?.eventHandler?.spool
  return (
    <tr aria-selected={selected} tabIndex={tabIndex} onFocus={onFocus} onClick={onOpen}>
      <td>
        <b>{visible(device.name || device.id)}</b>
        {device.name && device.name !== device.id && <span className="second-reading"> {visible(device.id)}</span>}
      </td>
      <td className="col-states">
        <DeviceStateList states={states} />
      </td>
      <td>
        {lastAckAt === 0 ? (
          'never'
        ) : (
          <>
            <time>{utc(lastAckAt, 'seconds')}</time>{' '}
            <span className="second-reading">{relative(lastAckAt, Date.now())}</span>
          </>
        )}
      </td>
      <td className="col-number">
        {spool ? `${counted(spool.outstandingEvents, 'event')} · ${size(spool.outstandingBytes)}` : 'not said'}
      </td>
      <td className="col-number">{lagMs === null ? 'not said' : lagMs === 0 ? 'none' : duration(lagMs)}</td>
      <td className="col-number">{certificateText(certificateDays)}</td>
      <td className={account.lost > 0 ? 'col-number lost' : 'col-number'}>{count(account.lost)}</td>
    </tr>
  )
}

function certificateText(days: number | null): string {
  if (days === null) return 'none'
  return days < 0 ? `expired ${counted(-days, 'day')} ago` : counted(days, 'day')
}
