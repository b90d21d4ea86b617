// The port of modules in memory: one type, one instance, whatever is added; what is removed is noted. For tests of what speaks HTTP.
import { Fault } from '../../core/fault.ts'
import type { ModuleRecord, ModuleTypeRecord } from '../../wire/api/modules.ts'
import type { Modules } from './ports.ts'

const type: ModuleTypeRecord = {
  id: 'relay-type',
  key: 'relay',
  title: 'Relay',
  description: 'A relay module',
  capabilities: [{ id: 'health', description: 'Whether it answers' }],
  configuration_spec: [
    { key: 'url', type: 'string', label: 'Address', required: true, tooltip: 'Where it answers' },
    { key: 'token', type: 'password', label: 'Token', required: false, tooltip: 'For bearer' },
  ],
  furtherSettings: 'custom_',
  addable: true,
}

export function memoryModules(asked: string[]): Modules {
  const all = new Map<string, ModuleRecord>([['relay-1', recordOf('relay-1', 'One relay', 0)]])
  return {
    types: [type],
    jwks: { keys: [{ kty: 'RSA', kid: 'k', n: 'AQAB', e: 'AQAB', alg: 'RS256', use: 'sig' }] },
    async list() {
      asked.push('modules')
      return [...all.values()]
    },
    async add(_organisation, { name, type: wanted, settings = {} }) {
      asked.push(`module add ${name}`)
      if (wanted !== type.key) throw new Fault('module.settings', { what: `"${wanted}" is no type` })
      const made = { ...recordOf(`relay-${all.size + 1}`, name, all.size), settings }
      all.set(made.id, made)
      return made
    },
    async remove(_organisation, id) {
      asked.push(`module rm ${id}`)
      return all.has(id)
    },
    async test(_organisation, id, observables) {
      asked.push(`module test ${id}`)
      const name = all.get(id)?.name
      const verbs = observables.length === 0 ? (['health'] as const) : (['health', 'observe'] as const)
      const steps = verbs.map((verb) => ({ verb, passed: true, ms: 3, count: 1, errors: [] }))
      return name === undefined ? undefined : { v: 1, module: id, name, passed: true, steps, advice: [] }
    },
  }
}

function recordOf(id: string, name: string, createdAt: number): ModuleRecord {
  const health = { state: 'ok', at: createdAt, ms: 4, p95Ms: 9, calls: 2, errors: [] } as const
  const settings = { url: 'https://relay.example', token: '********' }
  const kind = { type: type.id, typeTitle: type.title, enabled: true, builtIn: false } as const
  return { id, name, ...kind, settings, verbs: ['health', 'observe'], createdAt, health }
}
