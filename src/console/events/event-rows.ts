// What stands in a list of events: events, and declared losses at the place where they arrived (issue 9, 7).
import type { EventPage, EventRecord, LossRow, TailLine } from '../../wire/api/events.ts'

export type ListRow = EventRecord | LossRow

export function isLoss(row: ListRow): row is LossRow {
  return !('body' in row)
}

/** @returns the rows of pages that follow one another, newest first. */
export function rowsOf(pages: readonly EventPage[]): readonly ListRow[] {
  return pages.flatMap(({ events, losses }) => {
    const rows: ListRow[] = []
    for (let place = 0; place <= events.length; place++) {
      for (const { above, loss } of losses) if (above === place) rows.push(loss)
      const event = events[place]
      if (event) rows.push(event)
    }
    return rows
  })
}

/** @returns the rows that lines of a tail bring, newest first. */
export function rowsOfTail(lines: readonly TailLine[]): readonly ListRow[] {
  return lines
    .flatMap((line): ListRow[] => {
      if (line.kind !== 'event' && line.kind !== 'loss') return []
      const { kind: _kind, cursor: _cursor, ...row } = line
      return [row]
    })
    .reverse()
}
