// Modules: whom an investigation asks, how each answered lately and why not; one is added, tested and removed here.
import '../events/events.css'
import '../devices/devices.css'
import './modules.css'
import { Button } from '@mantine/core'
import { IconPlus, IconRefresh } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { type KeyboardEvent, useRef, useState } from 'react'
import type { ModuleRecord } from '../../wire/api/modules.ts'
import { modulesQuery } from '../api/queries.ts'
import { Busy } from '../parts/busy.tsx'
import { visible } from '../parts/defang.ts'
import { IconButton } from '../parts/icon-button.tsx'
import { ProblemNote } from '../parts/problem-note.tsx'
import { count, counted, duration } from '../parts/spoken-time.ts'
import { useTitle } from '../parts/use-title.ts'
import { useKeyAction } from '../shell/key-actions.tsx'
import { AddDialog } from './add-dialog.tsx'
import { Health } from './module-health.tsx'
import { ModulePane } from './module-pane.tsx'
import type { ModuleSearch } from './module-search.ts'

const route = getRouteApi('/shell/modules')

export function ModulesPage() {
  const { module: chosen, add } = route.useSearch()
  const navigate = route.useNavigate()
  useTitle('Modules')
  const { data, error, isPending, isFetching, refetch } = useQuery(modulesQuery)
  const set = (search: ModuleSearch) => void navigate({ search, replace: chosen !== undefined })
  useKeyAction('refresh', () => void refetch())
  useKeyAction('add', () => set({ add: '1' }))
  const modules = data?.modules ?? []
  const open = modules.find(({ id }) => id === chosen)
  return (
    <div className="devices-page">
      <div className="page-bar">
        <h1>Modules</h1>
        {data && (
          <span className="second-reading">{counted(modules.length, 'module')} asked by every investigation</span>
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
        <Button size="sm" leftSection={<IconPlus size={16} />} onClick={() => set({ add: '1' })}>
          Add a module
        </Button>
      </div>
      <div className="devices-list">
        {error ? (
          <div className="panel-pad">
            <ProblemNote error={error} retry={() => void refetch()} />
          </div>
        ) : isPending ? (
          <Busy>Asking the exchange</Busy>
        ) : modules.length === 0 ? (
          <NoModules onAdd={() => set({ add: '1' })} />
        ) : (
          <ModuleTable modules={modules} current={chosen} onOpen={(module) => set({ module })} />
        )}
      </div>
      {open && <ModulePane module={open} onClose={() => set({})} />}
      <AddDialog opened={add === '1'} onClose={() => set({})} onAdded={(module) => set({ module })} />
    </div>
  )
}

function NoModules({ onAdd }: { readonly onAdd: () => void }) {
  return (
    <div className="empty">
      <h2>No module is there</h2>
      <p>
        A module answers for a product or a list: what it thinks of an address, a domain, a hash. Relay modules written
        for Threat Response work as they are.
      </p>
      <div className="dialog-buttons centred">
        <Button size="sm" leftSection={<IconPlus size={16} />} onClick={onAdd}>
          Add a module
        </Button>
      </div>
      <p>The same from a shell:</p>
      <pre className="command">sallyport module add relay --help</pre>
    </div>
  )
}

type TableProps = {
  readonly modules: readonly ModuleRecord[]
  readonly current: string | undefined
  readonly onOpen: (id: string) => void
}

function ModuleTable({ modules, current, onOpen }: TableProps) {
  const [at, setAt] = useState(0)
  const body = useRef<HTMLTableSectionElement>(null)
  const go = (to: number) => {
    const next = Math.min(Math.max(to, 0), modules.length - 1)
    setAt(next)
    body.current?.querySelectorAll('tr')[next]?.focus()
    const module = modules[next]
    if (current !== undefined && module) onOpen(module.id)
  }
  const open = () => {
    const module = modules[at]
    if (module) onOpen(module.id)
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
      <table className="event-table module-table" role="grid" aria-label="Modules">
        <thead>
          <tr>
            <th scope="col">Module</th>
            <th scope="col" className="col-health">
              State
            </th>
            <th scope="col">Last error</th>
            <th scope="col" className="col-number">
              95 % below
            </th>
            <th scope="col" className="col-number">
              Calls
            </th>
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onKeyDown}>
          {modules.map((module, index) => (
            <tr
              key={module.id}
              aria-selected={module.id === current}
              tabIndex={index === Math.min(at, modules.length - 1) ? 0 : -1}
              onFocus={() => setAt(index)}
              onClick={() => onOpen(module.id)}
            >
              <td>
                <b>{visible(module.name)}</b> <span className="second-reading">{visible(module.typeTitle)}</span>
              </td>
              <td>
                <Health enabled={module.enabled} health={module.health} />
              </td>
              <td className={module.health.errors.length > 0 ? 'lost' : undefined}>
                {visible(module.health.errors.at(-1)?.message ?? '')}
              </td>
              <td className="col-number">{module.health.p95Ms === null ? '–' : duration(module.health.p95Ms)}</td>
              <td className="col-number">{count(module.health.calls)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
