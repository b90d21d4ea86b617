// A small sortable table for what an investigation found (TanStack Table 9, sorted here: all of it is here).
import '../parts/row-table.css'
import {
  createSortedRowModel,
  rowSortingFeature,
  type RowData,
  sortFn_alphanumeric,
  sortFn_basic,
  type TableOptions,
  tableFeatures,
  useTable,
} from '@tanstack/react-table'
import { useVirtualizer } from '@tanstack/react-virtual'
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'

export const sortedFeatures = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric, basic: sortFn_basic },
})

type Props<T extends RowData> = {
  readonly name: string
  readonly columns: TableOptions<typeof sortedFeatures, T>['columns']
  readonly rows: readonly T[]
  readonly idOf: (row: T) => string
  readonly isSelected?: (row: T) => boolean
  readonly sortedBy: string
}

const rowHeight = 34

export function SortedTable<T extends RowData>({ name, columns, rows, idOf, isSelected, sortedBy }: Props<T>) {
  const scroller = useRef<HTMLDivElement>(null)
  const table = useTable({
    features: sortedFeatures,
    columns,
    data: rows,
    getRowId: idOf,
    initialState: { sorting: [{ id: sortedBy, desc: true }] },
    enableSortingRemoval: false,
  })
  const sorted = table.getRowModel().rows
  const virtualizer = useVirtualizer({
    count: sorted.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => sorted[index]?.id ?? index,
    overscan: 8,
  })
  // Whoever comes from the graph sees first what was selected there.
  useEffect(() => {
    const selected = sorted.findIndex((row) => isSelected?.(row.original))
    if (selected > 0) virtualizer.scrollToIndex(selected, { align: 'center' })
  }, [])
  const items = virtualizer.getVirtualItems()
  const before = items[0]?.start ?? 0
  const after = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0)
  return (
    // A scrolled region has to be reachable by keyboard.
    <div className="row-scroller" ref={scroller} role="region" aria-label={name} tabIndex={0}>
      <table className="row-table found-table" aria-rowcount={sorted.length + 1}>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => {
                const order = header.column.getIsSorted()
                return (
                  <th
                    key={header.id}
                    scope="col"
                    className={`col-${header.column.id}`}
                    aria-sort={order === 'asc' ? 'ascending' : order === 'desc' ? 'descending' : undefined}
                  >
                    {header.column.getCanSort() ? (
                      <button type="button" onClick={header.column.getToggleSortingHandler()}>
                        <table.FlexRender header={header} />
                        {order === 'asc' && <IconArrowUp size={13} aria-hidden />}
                        {order === 'desc' && <IconArrowDown size={13} aria-hidden />}
                      </button>
                    ) : (
                      <table.FlexRender header={header} />
                    )}
                  </th>
                )
              })}
            </tr>
          ))}
        </thead>
        <tbody>
          {before > 0 && <Spacer height={before} />}
          {items.map(({ index }) => {
            const row = sorted[index]
            return row ? (
              <tr key={row.id} aria-rowindex={index + 2} data-selected={isSelected?.(row.original) || undefined}>
                {row.getAllCells().map((cell) => (
                  <td key={cell.id} className={`col-${cell.column.id}`}>
                    <table.FlexRender cell={cell} />
                  </td>
                ))}
              </tr>
            ) : null
          })}
          {after > 0 && <Spacer height={after} />}
        </tbody>
      </table>
    </div>
  )
}

function Spacer({ height }: { readonly height: number }) {
  return (
    <tr aria-hidden className="spacer">
      <td style={{ height }} />
    </tr>
  )
}
