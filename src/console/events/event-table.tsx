// Thousands of events, a screenful of rows in the page: newest first, fetched by cursor as one reads on, walked by
// keys (j, k, arrows; o or Enter opens).
import '../parts/row-table.css'
import { useTable } from '@tanstack/react-table'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { rowHeight, Spacer, useRowsInSight } from '../parts/rows-in-sight.tsx'
import { count } from '../parts/spoken-time.ts'
import { useKeyAction } from '../shell/key-actions.tsx'
import { eventColumns, features } from './event-columns.tsx'
import { isLoss, type ListRow } from './event-rows.ts'

type Props = {
  readonly events: readonly ListRow[]
  readonly loading: boolean
  /** Of the event that is open. */
  readonly current: string | undefined
  readonly onOpen: (id: string) => void
  /** The end of what is loaded is near. */
  readonly onEnd: () => void
  readonly total: number | undefined
  readonly name: string
  /** Hears whether the top of the list is in sight. */
  readonly onTop?: (top: boolean) => void
}

/** Rows ahead of the end at which the next page is asked for. */
const aheadRows = 30

export function EventTable({ events, loading, current, onOpen, onEnd, total, name, onTop }: Props) {
  const scroller = useRef<HTMLDivElement>(null)
  const table = useTable({ features, columns: eventColumns, data: events, getRowId: ({ id }) => id })
  const { rows } = table.getRowModel()
  const { items, before, after, scrollToIndex } = useRowsInSight(rows, scroller)
  const walk = useRowWalk(events, scrollToIndex, scroller, current, onOpen)
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (events.length > 0 && last >= events.length - aheadRows) onEnd()
  })
  return (
    <div
      className="row-scroller"
      ref={scroller}
      role="region"
      aria-label="List of events"
      tabIndex={-1}
      onScroll={(event) => onTop?.(event.currentTarget.scrollTop < rowHeight)}
    >
      <table
        className="row-table event-grid"
        role="grid"
        aria-label={name}
        aria-rowcount={(total ?? events.length) + 1}
      >
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => (
                <th key={header.id} scope="col" className={`col-${header.column.id}`}>
                  <table.FlexRender header={header} />
                </th>
              ))}
            </tr>
          ))}
        </thead>
        <tbody onKeyDown={walk.onKeyDown}>
          <Spacer height={before} />
          {items.map(({ index }) => {
            const row = rows[index]
            return row ? (
              <tr
                key={row.id}
                data-index={index}
                aria-rowindex={index + 2}
                aria-selected={row.id === current}
                data-kind={isLoss(row.original) ? 'loss' : row.original.body.kind}
                tabIndex={index === walk.at ? 0 : -1}
                onFocus={() => walk.setAt(index)}
                onClick={() => onOpen(row.id)}
              >
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
      {loading && (
        <div className="event-loading" role="status">
          <span className="spinner" aria-hidden />{' '}
          {events.length > 0 ? `${count(events.length)} read, more coming` : 'Asking the journal'}
        </div>
      )}
    </div>
  )
}

/** The row that keys are at: one is in the order of Tab, and going on scrolls to it. */
function useRowWalk(
  events: readonly ListRow[],
  scrollTo: (index: number) => void,
  scroller: { readonly current: HTMLDivElement | null },
  current: string | undefined,
  onOpen: (id: string) => void,
) {
  const [at, setAt] = useState(0)
  const wanted = useRef<number>(undefined)
  // A row far away is in the page only after the list was scrolled to it.
  const focusWanted = () => {
    const row = scroller.current?.querySelector<HTMLElement>(`tr[data-index="${wanted.current}"]`)
    if (!row) return
    wanted.current = undefined
    row.focus({ preventScroll: true })
  }
  useEffect(() => {
    if (wanted.current !== undefined) focusWanted()
  })
  const go = (to: number) => {
    const next = Math.min(Math.max(to, 0), events.length - 1)
    if (next < 0) return
    wanted.current = next
    scrollTo(next)
    setAt(next)
    focusWanted()
    const event = events[next]
    if (current !== undefined && event) onOpen(event.id)
  }
  const open = () => {
    const event = events[at]
    if (event) onOpen(event.id)
  }
  useKeyAction('next', () => go(hasFocusIn(scroller.current) ? at + 1 : at))
  useKeyAction('previous', () => go(at - 1))
  useKeyAction('open', open)
  const onKeyDown = (event: KeyboardEvent) => {
    if (!(event.target instanceof HTMLTableRowElement)) return
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15 }[event.key]
    if (step) go(at + step)
    else if (event.key === 'Home') go(0)
    else if (event.key === 'End') go(events.length - 1)
    else if (event.key === 'Enter') open()
    else return
    event.preventDefault()
  }
  return { at, setAt, onKeyDown }
}

function hasFocusIn(element: HTMLElement | null): boolean {
  return element?.contains(document.activeElement) ?? false
}
