// Events: our own journal as a module among others. It knows who saw what, and judges nobody.
import { isObservableType } from '../../../core/observable.ts'
import type { ModuleTypeRecord } from '../../../wire/api/modules.ts'
import type { EventsPort } from '../../enrich/events-port.ts'
import { askJournal } from '../../enrich/journal-answer.ts'
import { failed, type Module } from '../module.ts'
import { Lanes } from '../lanes.ts'

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

/** The search worker is one thread: more investigations at once would only make all of them slow. */
const address = 'journal'
const atOnce = 2

export function openEventsModule(events: EventsPort): Module {
  const module = { module: eventsType.id, name: eventsType.title }
  const lanes = new Lanes(atOnce)
  return {
    verbs: ['health', 'observe'],
    async health({ organisation, signal }) {
      await events.count(organisation, { q: 'ip:192.0.2.0' }, { signal })
      return { kind: 'healthy', errors: [] }
    },
    async observe({ observables, networks }, { organisation, signal }) {
      const known = observables.flatMap(({ type, value }) => (isObservableType(type) ? [{ type, value }] : []))
      const seeds = { observables: known, networks }
      const work = () => askJournal(events, organisation, seeds, { module, signal })
      return (await lanes.run(address, '', { signal, work })) ?? failed('module-timeout', 'Others asked the journal')
    },
    deliberate: async () => ({ kind: 'documents', docs: {}, errors: [] }),
    refer: async () => ({ kind: 'links', links: [], errors: [] }),
  }
}
