// Events: our own journal as a module among others. It knows who saw what, and judges nobody.
import { isObservableType } from '../../../core/observable.ts'
import type { ModuleTypeRecord } from '../../../wire/api/modules.ts'
import type { EventsPort } from '../../enrich/events-port.ts'
import { askJournal } from '../../enrich/journal-answer.ts'
import type { Module } from '../module.ts'

export const eventsType: ModuleTypeRecord = {
  id: '5e0f3b0c-8d3e-5b7e-9d2a-5a1c4f1e7a01',
  key: 'events',
  title: 'Events',
  description: 'What the sensors of this exchange reported: sightings by signature and device, relations, lines.',
  capabilities: [
    { id: 'health', description: 'Whether the journal answers' },
    { id: 'observe', description: 'Sightings, relations and lines of the journal' },
  ],
  configuration_spec: [],
  furtherSettings: '',
  addable: false,
}

export function openEventsModule(events: EventsPort): Module {
  return {
    verbs: ['health', 'observe'],
    async health({ organisation, signal }) {
      await events.count(organisation, { q: 'ip:192.0.2.0' }, { signal })
      return { kind: 'healthy', errors: [] }
    },
    async observe({ observables, networks }, { organisation, signal }) {
      const known = observables.flatMap(({ type, value }) => (isObservableType(type) ? [{ type, value }] : []))
      return await askJournal(events, organisation, { observables: known, networks }, signal)
    },
    deliberate: async () => ({ kind: 'documents', docs: {}, errors: [] }),
    refer: async () => ({ kind: 'links', links: [], errors: [] }),
  }
}
