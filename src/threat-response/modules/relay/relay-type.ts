// The type every organisation has from the first start: an HTTP service that answers for one product, configured by its
// address and how it knows us (threat-response-contract 1, 2.2).
import { Fault } from '../../../core/fault.ts'
import type { ConfigurationField, ModuleSettings, ModuleTypeRecord } from '../../../wire/api/modules.ts'

const text = (key: string, label: string, tooltip: string, required = false): ConfigurationField => ({
  key,
  type: 'string',
  label,
  required,
  tooltip,
})
const secret = (key: string, label: string, tooltip: string): ConfigurationField => ({
  key,
  type: 'password',
  label,
  required: false,
  tooltip,
})
const choice = (key: string, label: string, tooltip: string, values: readonly string[]): ConfigurationField => ({
  key,
  type: 'options',
  label,
  required: false,
  tooltip,
  options: values.map((value) => ({ value, label: value })),
  ...(values[0] === undefined ? {} : { default_value: values[0] }),
})

export const relayType: ModuleTypeRecord = {
  id: 'a14ae422-01b6-5013-9876-695ff1b0ebe0',
  key: 'relay',
  title: 'Relay',
  description:
    'A relay module of any product, asked over HTTP. What it needs to know goes into settings `custom_NAME`.',
  capabilities: [
    { id: 'health', description: 'Whether it answers and its credentials are good' },
    { id: 'deliberate', description: 'Verdicts' },
    { id: 'observe', description: 'Judgements, sightings, indicators and how they belong together' },
    { id: 'refer', description: 'Links into its product' },
  ],
  configuration_spec: [
    text('url', 'Address', 'Where it answers, as https://relay.example or http://127.0.0.1:9090', true),
    choice('auth-type', 'How it knows us', 'What its documentation calls auth-type', [
      'none',
      'configuration-token',
      'authorization-header',
      'basic',
      'bearer',
    ]),
    choice('configuration-token-alg', 'Algorithm of the token', 'For configuration-token', ['RS256', 'HS256']),
    secret('configuration-token-key', 'Shared secret', 'For HS256'),
    text('configuration-token-audience', 'Audience', 'Where the module knows itself by another address'),
    text('custom_jwks_host', 'Host of our keys', 'HOST:PORT where the module fetches them; by default this server'),
    secret('authorization-header', 'Authorization header', 'Its value as it is, for authorization-header'),
    text('basic-auth-user', 'User', 'For basic'),
    secret('basic-auth-password', 'Password', 'For basic'),
    secret('token', 'Token', 'For bearer'),
    text('supported-apis', 'Routes it has', 'Between commas, as observe/observables; empty = to be found out'),
    { key: 'timeout', type: 'integer', label: 'Seconds', required: false, tooltip: '1 to 120', default_value: 30 },
  ],
  furtherSettings: 'custom_',
  addable: true,
}

/** Names that a claim of ours has already: a setting must not replace it (2.2). */
const registeredClaims = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'])

export type RelaySettings = {
  readonly url: URL
  /** Seconds a call may take. */
  readonly timeoutSeconds: number
  /** Routes it says it has; undefined = to be found out. */
  readonly supported: readonly string[] | undefined
  readonly all: ModuleSettings
}

/** @throws Fault module.settings */
export function readRelaySettings(all: ModuleSettings): RelaySettings {
  const url = parsedUrl(String(all['url']))
  const timeoutSeconds = typeof all['timeout'] === 'number' ? all['timeout'] : 30
  if (timeoutSeconds < 1 || timeoutSeconds > 120) throw unfit('"timeout" is not from 1 to 120')
  for (const key of Object.keys(all))
    if (key.startsWith('custom_') && registeredClaims.has(key.slice('custom_'.length)))
      throw unfit(`"${key}" would replace a claim that every token has`)
  demand(all, 'authorization-header', 'authorization-header')
  demand(all, 'bearer', 'token')
  demand(all, 'basic', 'basic-auth-user')
  if (all['auth-type'] === 'configuration-token' && all['configuration-token-alg'] === 'HS256')
    demand(all, 'configuration-token', 'configuration-token-key')
  return { url, timeoutSeconds, supported: routesOf(all['supported-apis']), all }
}

function demand(all: ModuleSettings, authType: string, key: string): void {
  if (all['auth-type'] === authType && all[key] === undefined) throw unfit(`auth-type ${authType} needs "${key}"`)
}

function parsedUrl(typed: string): URL {
  const url = URL.canParse(typed) ? new URL(typed) : undefined
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:') || typed.includes('ciscohosted.url'))
    throw unfit(`"${typed.slice(0, 100)}" is no http or https address`)
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
    throw unfit('The address must hold neither user nor query; secrets have settings of their own')
  return url
}

function routesOf(value: ModuleSettings[string] | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined
  const words = typeof value === 'object' ? value : String(value).split(',')
  const routes = words.map((word) => word.trim().replace(/^\//, '')).filter((word) => word !== '')
  return routes.length === 0 ? undefined : routes
}

function unfit(what: string): Fault {
  return new Fault('module.settings', { what })
}
