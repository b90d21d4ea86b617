// Modules as an investigation gets them, without a database: for tests of what asks them.
import { systemClock } from '../../platform/clock.ts'
import type { OrganisationId } from '../../core/ids.ts'
import type { EventsPort } from '../enrich/events-port.ts'
import { eventsType, openEventsModule } from './events/events-module.ts'
import { liveModule, type OpenModule } from './live-module.ts'
import type { Module } from './module.ts'

export type NamedModule = {
  readonly name: string
  readonly module: Module
  readonly deadlineMs?: number
  readonly report?: (error: unknown) => void
}

/** @param named asked in this order, each with its name as id */
export function memoryModules(...named: readonly NamedModule[]) {
  const open = async (organisation: OrganisationId): Promise<readonly OpenModule[]> =>
    named.map(({ name, module, deadlineMs = 30_000, report = () => undefined }) => {
      const kept = { id: name, type: name, name, settings: {}, reach: [], enabled: true, createdAt: 0 }
      const type = {
        record: { ...eventsType, id: name },
        deadline: () => deadlineMs / 1_000,
        admit: async () => [],
        open: () => module,
      }
      return liveModule({ organisation, kept, type, module, clock: systemClock, report }).open
    })
  return { open }
}

/** The journal alone. */
export function journalAlone(events: EventsPort, report: (error: unknown) => void = () => undefined) {
  return memoryModules({ name: 'Events', module: openEventsModule(events), report })
}
