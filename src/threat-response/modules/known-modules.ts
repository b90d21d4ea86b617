// Every type of module there is, with what opens an instance of it. To add one: its folder, one line here, and a call
// of module.contract.ts.
import type { Clock } from '../../platform/clock.ts'
import type { ModuleSettings, ModuleTypeRecord } from '../../wire/api/modules.ts'
import type { EventsPort } from '../enrich/events-port.ts'
import { eventsType, openEventsModule } from './events/events-module.ts'
import { listFolder } from './lists/list-folder.ts'
import { listOfSettings, listsType, openListsModule } from './lists/lists-module.ts'
import type { Module } from './module.ts'
import { type Resolve, reachOf } from './relay/address-guard.ts'
import type { SigningKey } from './relay/configuration-token.ts'
import { Lanes } from './lanes.ts'
import { openRelay } from './relay/relay-module.ts'
import { readRelaySettings, relayType } from './relay/relay-type.ts'

export type ModuleNeeds = {
  readonly events: EventsPort
  readonly clock: Clock
  readonly resolve: Resolve
  readonly signingKey: SigningKey
  readonly jwksHost: () => string
  /** Folder of the lists that are files. */
  readonly listsFolder: string
  readonly report: (error: unknown) => void
}

export type InstanceSettings = {
  readonly name: string
  readonly createdAt: number
  readonly settings: ModuleSettings
  /** Values of its settings that are secrets. */
  readonly secrets: readonly string[]
  readonly reach: readonly string[]
}

export type ModuleType = {
  readonly record: ModuleTypeRecord
  /** Seconds a call may take. */
  deadline(settings: ModuleSettings): number
  /** Judges settings when they are given. @returns the inner ranges it may reach. @throws Fault module.settings */
  admit(settings: ModuleSettings): Promise<readonly string[]>
  open(instance: InstanceSettings): Module
}

/** A report of 2,000 observables over a large store takes its time, and it is our own (threat-response-contract 2.5). */
const journalDeadlineSeconds = 120
const deadlineSeconds = 30

export function moduleTypes({ events, listsFolder, report, ...relayNeeds }: ModuleNeeds): readonly ModuleType[] {
  const lanes = new Lanes()
  return [
    {
      record: eventsType,
      deadline: () => journalDeadlineSeconds,
      admit: async () => [],
      open: () => openEventsModule(events),
    },
    {
      record: listsType,
      deadline: () => deadlineSeconds,
      async admit(settings) {
        listOfSettings('', settings, 0)
        return []
      },
      open({ name, settings, createdAt }) {
        // The one that is there from the first start has no settings: it reads the folder.
        if (settings['entries'] === undefined) return openListsModule(listFolder(listsFolder, report))
        const list = listOfSettings(name, settings, createdAt)
        return openListsModule(async () => [list])
      },
    },
    {
      record: relayType,
      deadline: (settings) => readRelaySettings(settings).timeoutSeconds,
      admit: async (settings) => await reachOf(readRelaySettings(settings).url.hostname, relayNeeds.resolve),
      open: ({ settings, secrets, reach }) =>
        openRelay({ settings: readRelaySettings(settings), reach, secrets }, { ...relayNeeds, lanes }),
    },
  ]
}
