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
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import { Spacer, useRowsInSight } from '../parts/rows-in-sight.tsx'

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
  const { items, before, after, scrollToIndex } = useRowsInSight(sorted, scroller)
  // Whoever comes from the graph sees first what was selected there.
  useEffect(() => {
    const selected = sorted.findIndex((row) => isSelected?.(row.original))
    if (selected > 0) scrollToIndex(selected, { align: 'center' })
  }, [])
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
          <Spacer height={before} />
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
          <Spacer height={after} />
        </tbody>
      </table>
    </div>
  )
}
