// Lists: what is known to be clean (an organisation's own) or common (warninglists: resolvers, clouds, large sites), so
// that a verdict is not alone with those who warn.
import { createHash } from 'node:crypto'
import { Fault } from '../../../core/fault.ts'
import type { ModuleSettings, ModuleTypeRecord } from '../../../wire/api/modules.ts'
import { type CtimDocument, docsMax, type Module, type Question, tooMany } from '../module.ts'
import type { Hit, ValueList } from './read-list.ts'
import { readList } from './read-list.ts'

export const listsType: ModuleTypeRecord = {
  id: '7c1d2f6e-4b0a-5c3d-8e9f-2a6b8d0c4e11',
  key: 'lists',
  title: 'Lists',
  description:
    'Values that are known to be clean or common: allow lists of your own, MISP warninglists. The first instance reads the folders exchange/lists/clean and exchange/lists/common of the data folder.',
  capabilities: [
    { id: 'health', description: 'Whether the lists can be read' },
    { id: 'deliberate', description: 'Clean or Common' },
    { id: 'observe', description: 'Clean or Common, and which entry of which list says so' },
  ],
  configuration_spec: [
    {
      key: 'entries',
      type: 'string',
      subtype: 'textarea',
      label: 'Entries',
      required: true,
      tooltip: 'One value a line (address, network, name, hash), or the JSON of a MISP warninglist',
    },
    {
      key: 'disposition',
      type: 'options',
      label: 'What they are',
      required: false,
      tooltip: 'clean: trusted, stands above every module; common: seen everywhere',
      options: [
        { value: 'clean', label: 'Clean' },
        { value: 'common', label: 'Common' },
      ],
      default_value: 'clean',
    },
  ],
  furtherSettings: '',
  addable: true,
}

export type ListDisposition = 'clean' | 'common'
export type DisposedList = { readonly list: ValueList; readonly disposition: ListDisposition; readonly since: number }

/** Reads them anew where they have changed. */
export type ListSource = () => Promise<readonly DisposedList[]>

/**
 * A person's own list 100; a curated list 95 where it names the value itself, but 80 where only a network, a part of the
 * text or a name above it is listed: a cloud's range is no answer to a module that names one address in it (4.5).
 */
const priorities = { clean: 100, exact: 95, wide: 80 } as const

export function listOfSettings(name: string, settings: ModuleSettings, since: number): DisposedList {
  const entries = settings['entries']
  const text = typeof entries === 'object' ? entries.join('\n') : String(entries ?? '')
  try {
    const disposition = settings['disposition'] === 'common' ? 'common' : 'clean'
    return { list: readList(name, text), disposition, since }
  } catch (cause) {
    throw new Fault('module.settings', { what: '"entries" begins like JSON and is none', cause })
  }
}

export function openListsModule(source: ListSource): Module {
  const answer = async ({ observables }: Question, kinds: 'verdicts' | 'judgements') => {
    const lists = await source()
    const all = observables.flatMap((observable) =>
      lists.flatMap((one) => {
        const hit = one.list.match(observable)
        return hit === undefined ? [] : [judgement(observable, one, hit)]
      }),
    )
    const cut = all.length > docsMax
    const judgements = cut ? all.toSorted((a, b) => b.priority - a.priority).slice(0, docsMax) : all
    const verdicts = judgements.map(({ id, type: _type, ...rest }) => ({ ...rest, type: 'verdict', judgement_id: id }))
    const docs = kinds === 'verdicts' ? { verdicts } : { judgements }
    return {
      kind: 'documents' as const,
      docs: judgements.length === 0 ? {} : docs,
      errors: cut ? [tooMany(kinds)] : [],
    }
  }
  return {
    verbs: ['health', 'deliberate', 'observe'],
    async health() {
      const unread = (await source()).filter(({ list }) => list.unread > 0)
      const errors = unread.slice(0, 50).map(({ list }) => ({
        type: 'warning' as const,
        code: 'not-supported',
        message: `${list.name}: ${list.unread} of ${list.entries} entries are of a kind that is not read`,
      }))
      return { kind: 'healthy', errors }
    },
    deliberate: (question) => answer(question, 'verdicts'),
    observe: (question) => answer(question, 'judgements'),
    refer: async () => ({ kind: 'links', links: [], errors: [] }),
  }
}

function judgement(observable: Question['observables'][number], { list, disposition, since }: DisposedList, hit: Hit) {
  const priority = disposition === 'clean' ? priorities.clean : hit.exact ? priorities.exact : priorities.wide
  const place = JSON.stringify([list.name, hit.entry, observable.type, observable.value])
  return {
    id: `judgement-${createHash('sha256').update(place).digest('hex').slice(0, 32)}`,
    type: 'judgement',
    observable: { type: observable.type, value: observable.value },
    disposition: disposition === 'clean' ? 1 : 4,
    disposition_name: disposition === 'clean' ? 'Clean' : 'Common',
    priority,
    severity: 'None',
    confidence: hit.exact ? 'High' : 'Medium',
    source: list.name,
    reason: hit.entry === observable.value ? `Listed in ${list.name}` : `Listed in ${list.name} as ${hit.entry}`,
    valid_time: { start_time: new Date(since).toISOString() },
  } satisfies CtimDocument
}
