// Which events the device gives on (delivery N7): decided by a cheap look; a line it cannot read is always selected.
import type { SelectionClass } from '../../core/event.ts'
import type { Glance } from '../../sensors/format.ts'

export type Selection = 'everything' | readonly SelectionClass[]

/** @returns whether the event of a look is given on; `connection` includes its high-priority part */
export function selector(selection: Selection): (glance: Glance) => boolean {
  if (selection === 'everything') return () => true
  const classes = new Set<SelectionClass>(selection)
  if (classes.has('connection')) classes.add('connection-high')
  return (glance) => glance.kind !== 'event' || classes.has(glance.selection)
}
