// Modules: whom an investigation asks, how each answered lately and why not; one is added, tested and removed here.
import './modules.css'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import type { ModuleRecord } from '../../wire/api/modules.ts'
import { modulesQuery } from '../api/queries.ts'
import { visible } from '../parts/defang.ts'
import { RecordPage } from '../parts/record-page.tsx'
import { type RecordColumn, RecordTable } from '../parts/record-table.tsx'
import { count, counted, duration } from '../parts/spoken-time.ts'
import { AddDialog } from './add-dialog.tsx'
import { Health } from './module-health.tsx'
import { ModulePane } from './module-pane.tsx'
import type { ModuleSearch } from './module-search.ts'

const route = getRouteApi('/shell/modules')

export function ModulesPage() {
  const { module: chosen, add } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(modulesQuery)
  const set = (search: ModuleSearch) => void navigate({ search, replace: chosen !== undefined })
  const modules = query.data?.modules ?? []
  const open = modules.find(({ id }) => id === chosen)
  return (
    <RecordPage
      name="Modules"
      query={query}
      summary={`${counted(modules.length, 'module')} asked by every investigation`}
      add={{ name: 'Add a module', act: () => set({ add: '1' }) }}
      empty={modules.length === 0}
      first={firstModule}
      list={
        <RecordTable
          name="Modules"
          className="module-table"
          columns={columns}
          rows={modules}
          current={chosen}
          onOpen={(module) => set({ module })}
        />
      }
    >
      {open && <ModulePane module={open} onClose={() => set({})} />}
      <AddDialog opened={add === '1'} onClose={() => set({})} onAdded={(module) => set({ module })} />
    </RecordPage>
  )
}

const firstModule = {
  title: 'No module is there',
  text: 'A module answers for a product or a list: what it thinks of an address, a domain, a hash. Relay modules written for Threat Response work as they are.',
  command: 'sallyport module add relay --help',
}

const columns: readonly RecordColumn<ModuleRecord>[] = [
  {
    title: 'Module',
    cell: ({ name, typeTitle }) => (
      <>
        <b>{visible(name)}</b> <span className="second-reading">{visible(typeTitle)}</span>
      </>
    ),
  },
  {
    title: 'State',
    className: 'col-health',
    cell: ({ enabled, health }) => <Health enabled={enabled} health={health} />,
  },
  {
    title: 'Last error',
    cell: ({ health }) => visible(health.errors.at(-1)?.message ?? ''),
    lost: ({ health }) => health.errors.length > 0,
  },
  {
    title: '95 % below',
    className: 'col-number',
    cell: ({ health }) => (health.p95Ms === null ? '–' : duration(health.p95Ms)),
  },
  { title: 'Calls', className: 'col-number', cell: ({ health }) => count(health.calls) },
]
