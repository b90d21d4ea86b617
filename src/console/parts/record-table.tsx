// Records of one kind as rows, all of them in the page, walked by keys (j, k, arrows; o or Enter opens). While one is
// open, the row gone to is opened.
import './row-table.css'
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react'
import { useKeyAction } from '../shell/key-actions.tsx'

export type RecordColumn<T> = {
  readonly title: string
  readonly className?: string
  readonly cell: (row: T) => ReactNode
  /** Whether the cell tells of something that was lost. */
  readonly lost?: (row: T) => boolean
}

type Props<T> = {
  readonly name: string
  readonly className: string
  readonly columns: readonly RecordColumn<T>[]
  readonly rows: readonly T[]
  /** The one that is open. */
  readonly current: string | undefined
  readonly onOpen: (id: string) => void
}

export function RecordTable<T extends { readonly id: string }>(props: Props<T>) {
  const { name, className, columns, rows, current, onOpen } = props
  const [at, setAt] = useState(0)
  const body = useRef<HTMLTableSectionElement>(null)
  const go = (to: number) => {
    const next = Math.min(Math.max(to, 0), rows.length - 1)
    setAt(next)
    body.current?.querySelectorAll('tr')[next]?.focus()
    const row = rows[next]
    if (current !== undefined && row) onOpen(row.id)
  }
  const open = () => {
    const row = rows[at]
    if (row) onOpen(row.id)
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
    <div className="row-scroller">
      <table className={`row-table ${className}`} role="grid" aria-label={name}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" className={column.className}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onKeyDown}>
          {rows.map((row, index) => (
            <tr
              key={row.id}
              aria-selected={row.id === current}
              tabIndex={index === Math.min(at, rows.length - 1) ? 0 : -1}
              onFocus={() => setAt(index)}
              onClick={() => onOpen(row.id)}
            >
              {columns.map(({ title, className, cell, lost }) => (
                <td key={title} className={lost?.(row) ? `${className ?? ''} lost` : className}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
