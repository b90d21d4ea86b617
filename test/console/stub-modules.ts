// The modules that the contract double knows, and how it adds, tests and removes one.
import type {
  ModuleList,
  ModuleRecord,
  ModuleRequest,
  ModuleTest,
  ModuleTypeList,
  ModuleTypeRecord,
} from '../../src/wire/api/modules.ts'
import { type Answer, ok, problem, refused } from './stub-answer.ts'
import { hostile, stubNow } from './stub-data.ts'

const relay: ModuleTypeRecord = {
  id: 'type-relay',
  key: 'relay',
  title: 'Relay',
  description: 'A relay module of any product, asked over HTTP.',
  capabilities: [{ id: 'health', description: 'Whether it answers' }],
  configuration_spec: [
    { key: 'url', type: 'string', label: 'Address', required: true, tooltip: 'Where it answers' },
    {
      key: 'auth-type',
      type: 'options',
      label: 'How it knows us',
      required: false,
      tooltip: '',
      options: ['none', 'bearer'].map((value) => ({ value, label: value })),
      default_value: 'none',
    },
    { key: 'token', type: 'password', label: 'Token', required: false, tooltip: 'For bearer' },
    { key: 'timeout', type: 'integer', label: 'Seconds', required: false, tooltip: '1 to 120', default_value: 30 },
    { key: 'list', type: 'string', subtype: 'textarea', label: 'Lines', required: false, tooltip: 'One a line' },
    { key: 'strict', type: 'boolean', label: 'Strict', required: false, tooltip: '' },
  ],
  furtherSettings: 'custom_',
  addable: true,
}

export const stubModules: readonly ModuleRecord[] = [
  {
    id: 'events',
    name: 'Events',
    type: 'type-events',
    typeTitle: 'Events',
    enabled: true,
    builtIn: true,
    settings: {},
    verbs: ['health', 'observe'],
    createdAt: stubNow,
    health: { state: 'ok', at: stubNow, ms: 12, p95Ms: 40, calls: 1_400, errors: [] },
  },
  {
    id: 'broken',
    name: hostile.markup,
    type: relay.id,
    typeTitle: relay.title,
    enabled: true,
    builtIn: false,
    settings: { url: 'https://relay.example', token: '********' },
    verbs: ['health', 'deliberate'],
    createdAt: stubNow,
    health: {
      state: 'failed',
      at: stubNow,
      ms: 30_000,
      p95Ms: 30_000,
      calls: 3,
      errors: [{ type: 'fatal', code: 'module.timeout', message: 'It did not answer within 30 s' }],
    },
  },
]

/** @returns the answer, or undefined where it is not about modules */
export function moduleAnswer(modules: ModuleRecord[], method: string, path: string, body: unknown): Answer | undefined {
  if (path === 'module-types')
    return ok<ModuleTypeList>({ v: 1, types: [relay, { ...relay, id: 'x', addable: false }] })
  if (path === 'modules' && method === 'GET') return ok<ModuleList>({ v: 1, modules })
  if (path === 'modules') return added(modules, body as ModuleRequest)
  const [, id = '', verb] = path.split('/')
  const module = modules.find((each) => each.id === id)
  if (!path.startsWith('modules/') || !module) return undefined
  if (method === 'DELETE') {
    modules.splice(modules.indexOf(module), 1)
    return { status: 204, value: undefined }
  }
  return verb === 'test' ? ok<ModuleTest>(tested(module)) : undefined
}

function added(modules: ModuleRecord[], { name, settings = {} }: ModuleRequest): Answer {
  if (!String(settings['url']).startsWith('http'))
    return refused(problem(400, 'module.settings', 'It is no http or https address', 'Correct the settings.'))
  const made: ModuleRecord = {
    ...(stubModules[1] as ModuleRecord),
    id: `m${modules.length}`,
    name,
    settings: { ...settings, ...('token' in settings && { token: '********' }) },
    health: { state: 'unknown', at: null, ms: null, p95Ms: null, calls: 0, errors: [] },
  }
  modules.push(made)
  return { status: 201, value: made }
}

function tested({ id, name, health }: ModuleRecord): ModuleTest {
  const passed = health.state !== 'failed'
  return {
    v: 1,
    module: id,
    name,
    passed,
    steps: [{ verb: 'health', passed, ms: 40, count: 0, errors: health.errors }],
    advice: passed ? [] : ['See whether its address is right.'],
  }
}
