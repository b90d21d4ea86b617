// The schemas of wire/api/modules.ts.
import { Type } from 'typebox'
import type { ModuleList, ModuleRecord, ModuleRequest, ModuleTest, ModuleTypeList } from '../../wire/api/modules.ts'
import { counter, described, instant, oneOf, orNull, version } from './described.ts'
import { observable } from './event-schemas.ts'

export const verb = oneOf(['health', 'deliberate', 'observe', 'refer'])
const settingValue = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Array(Type.String())])
const settings = Type.Record(Type.String(), settingValue, { description: 'By the key of the field' })

export const moduleError = Type.Object({
  type: oneOf(['fatal', 'error', 'warning']),
  code: Type.String(),
  message: Type.String(),
})

const configurationField = Type.Object({
  key: Type.String(),
  type: oneOf(['string', 'password', 'integer', 'boolean', 'options']),
  label: Type.String(),
  required: Type.Boolean(),
  tooltip: Type.String(),
  subtype: Type.Optional(oneOf(['textarea'])),
  options: Type.Optional(Type.Array(Type.Object({ value: Type.String(), label: Type.String() }))),
  default_value: Type.Optional(settingValue),
})

export const moduleTypeList = described<ModuleTypeList>()(
  Type.Object({
    v: version,
    types: Type.Array(
      Type.Object({
        id: Type.String(),
        key: Type.String(),
        title: Type.String(),
        description: Type.String(),
        capabilities: Type.Array(Type.Object({ id: verb, description: Type.String() })),
        configuration_spec: Type.Array(configurationField),
        furtherSettings: Type.String({ description: 'Beginning of further settings; empty = none' }),
        addable: Type.Boolean(),
      }),
    ),
  }),
)

export const moduleRecord = described<ModuleRecord>()(
  Type.Object({
    id: Type.String(),
    name: Type.String(),
    type: Type.String(),
    typeTitle: Type.String(),
    enabled: Type.Boolean(),
    builtIn: Type.Boolean(),
    settings,
    verbs: Type.Array(verb),
    createdAt: instant,
    health: Type.Object({
      state: oneOf(['unknown', 'ok', 'failed']),
      at: orNull(instant),
      ms: orNull(counter),
      p95Ms: orNull(counter),
      calls: counter,
      errors: Type.Array(moduleError),
    }),
  }),
)

export const moduleList = described<ModuleList>()(Type.Object({ v: version, modules: Type.Array(moduleRecord) }))

export const moduleRequest = described<ModuleRequest>()(
  Type.Object(
    {
      type: Type.String({ maxLength: 64, description: 'Id or key of its type' }),
      name: Type.String({ minLength: 1, maxLength: 128 }),
      settings: Type.Optional(settings),
    },
    { additionalProperties: false },
  ),
)

export const moduleTestRequest = Type.Object(
  { observables: Type.Optional(Type.Array(observable, { maxItems: 50 })) },
  { additionalProperties: false },
)

export const moduleTest = described<ModuleTest>()(
  Type.Object({
    v: version,
    module: Type.String(),
    name: Type.String(),
    passed: Type.Boolean(),
    steps: Type.Array(
      Type.Object({
        verb,
        passed: Type.Boolean(),
        ms: counter,
        count: counter,
        errors: Type.Array(moduleError),
      }),
    ),
    advice: Type.Array(Type.String()),
  }),
)

export const jwks = Type.Object({ keys: Type.Array(Type.Object({ kty: Type.Literal('RSA'), kid: Type.String() })) })
