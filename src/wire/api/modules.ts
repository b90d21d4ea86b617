// Modules as /api/v1 shows them: their types with the form to configure one, the instances, what a test of one said
// (threat-response-contract 2.4, 2.6). Names in the contract's words stay as it writes them.

export type ModuleVerb = 'health' | 'deliberate' | 'observe' | 'refer'

export type SettingValue = string | number | boolean | readonly string[]
export type ModuleSettings = Readonly<Record<string, SettingValue>>

/** What stands in every answer where a secret is kept (threat-response-contract 2.4). */
export const secretPlaceholder = '********'

/** One field of the form that configures an instance. */
export type ConfigurationField = {
  readonly key: string
  readonly type: 'string' | 'password' | 'integer' | 'boolean' | 'options'
  readonly label: string
  readonly required: boolean
  readonly tooltip: string
  /** `textarea`: many lines. */
  readonly subtype?: 'textarea'
  readonly options?: readonly { readonly value: string; readonly label: string }[]
  readonly default_value?: SettingValue
}

export type ModuleTypeRecord = {
  readonly id: string
  /** Short word for the command line, `relay`. */
  readonly key: string
  readonly title: string
  readonly description: string
  readonly capabilities: readonly { readonly id: ModuleVerb; readonly description: string }[]
  readonly configuration_spec: readonly ConfigurationField[]
  /** Beginning of further settings that an instance may carry; '' = none beside those of the form. */
  readonly furtherSettings: string
  /** Whether more instances can be added; the others are there from the first start. */
  readonly addable: boolean
}

export type ModuleTypeList = { readonly v: 1; readonly types: readonly ModuleTypeRecord[] }

/** threat-response-contract 2.3; `type` and `code` are always there, whatever a module left out. */
export type ModuleError = {
  readonly type: 'fatal' | 'error' | 'warning'
  readonly code: string
  readonly message: string
}

export type ModuleRecord = {
  readonly id: string
  readonly name: string
  /** Id of its type. */
  readonly type: string
  readonly typeTitle: string
  readonly enabled: boolean
  /** There from the first start; it cannot be removed. */
  readonly builtIn: boolean
  /** Secrets as `secretPlaceholder`. */
  readonly settings: ModuleSettings
  readonly verbs: readonly ModuleVerb[]
  readonly createdAt: number
  /** How it answered lately, since the server started. */
  readonly health: ModuleHealth
}

export type ModuleHealth = {
  /** `unknown`: not asked yet. */
  readonly state: 'unknown' | 'ok' | 'failed'
  /** Unix ms of the last answer; null = not asked yet. */
  readonly at: number | null
  /** Time of the last answer, and what 95 of 100 of the latest stayed below. */
  readonly ms: number | null
  readonly p95Ms: number | null
  readonly calls: number
  readonly errors: readonly ModuleError[]
}

export type ModuleList = { readonly v: 1; readonly modules: readonly ModuleRecord[] }

export type ModuleRequest = {
  /** Id or key of its type. */
  readonly type: string
  readonly name: string
  readonly settings?: ModuleSettings
}

/** One verb that was asked of a module, and what came of it. */
export type ModuleTestStep = {
  readonly verb: ModuleVerb
  readonly passed: boolean
  readonly ms: number
  /** Documents or links that came back. */
  readonly count: number
  readonly errors: readonly ModuleError[]
}

export type ModuleTest = {
  readonly v: 1
  readonly module: string
  readonly name: string
  readonly passed: boolean
  readonly steps: readonly ModuleTestStep[]
  /** What the answers mean and what to do, for people. */
  readonly advice: readonly string[]
}
