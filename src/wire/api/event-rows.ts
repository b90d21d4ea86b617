// A page of events as rows: losses stand among the events, at their place.
import type { EventPage, EventRecord, LossRow } from './events.ts'

export type PageRow = EventRecord | ({ readonly kind: 'loss' } & LossRow)

/** @returns what a page holds, in the order in which it is shown */
export function rowsOfPage({ events, losses }: Pick<EventPage, 'events' | 'losses'>): PageRow[] {
  const byPlace = Map.groupBy(losses, ({ above }) => above)
  const above = (place: number) => (byPlace.get(place) ?? []).map(({ loss }) => ({ kind: 'loss', ...loss }) as const)
  return [...events.flatMap((event, place) => [...above(place), event]), ...above(events.length)]
}

export function isLoss(row: PageRow): row is Extract<PageRow, { kind: 'loss' }> {
  return 'kind' in row
}
