// Of many rows of one height, those in sight and a few around stand in the page.
import { useVirtualizer } from '@tanstack/react-virtual'
import type { RefObject } from 'react'

/** px */
export const rowHeight = 34

/** @returns which rows, and the height of those before and after them, for a `Spacer`. */
export function useRowsInSight(rows: readonly { readonly id: string }[], scroller: RefObject<HTMLElement | null>) {
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 8,
    // The header stands over the rows and must not hide the one gone to.
    scrollPaddingStart: rowHeight,
  })
  const items = virtualizer.getVirtualItems()
  const before = items[0]?.start ?? 0
  const after = virtualizer.getTotalSize() - (items.at(-1)?.end ?? 0)
  return { items, before, after, scrollToIndex: virtualizer.scrollToIndex }
}

export function Spacer({ height }: { readonly height: number }) {
  if (height <= 0) return null
  return (
    <tr aria-hidden className="spacer">
      <td style={{ height }} />
    </tr>
  )
}
