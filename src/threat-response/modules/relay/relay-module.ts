// A relay: an HTTP service that answers for one product, asked with the routes, bodies and credentials that existing
// relay modules expect (threat-response-contract 2).
import type { Clock } from '../../../platform/clock.ts'
import type { ModuleError, ModuleVerb } from '../../../wire/api/modules.ts'
import {
  type AnyObservable,
  type CtimDocument,
  type Documents,
  type Failed,
  failed,
  type Links,
  type Module,
  type Question,
} from '../module.ts'
import type { Resolve } from './address-guard.ts'
import { configurationToken, type SigningKey } from './configuration-token.ts'
import type { Lanes } from '../lanes.ts'
import { hideSecrets } from './hide-secrets.ts'
import { isRecord, readDocuments, readEnvelope, readLinks, repairVerdict, saidOutside } from './read-answer.ts'
import { postToRelay } from './relay-http.ts'
import type { RelaySettings } from './relay-type.ts'

export type RelayNeeds = {
  readonly lanes: Lanes
  readonly clock: Clock
  readonly resolve: Resolve
  readonly signingKey: SigningKey
  /** `HOST[:PORT]` of our JWKS. */
  readonly jwksHost: () => string
}

export type RelayInstance = {
  readonly settings: RelaySettings
  /** Inner ranges its host was in when it was added. */
  readonly reach: readonly string[]
  /** Values that must not come back in a text. */
  readonly secrets: readonly string[]
}

/** threat-response-contract 2.5. */
const observablesPerCall = 50
/** A token lives 600 s; reused, it still has 300 left (2.2). */
const tokenReusedMs = 300_000

const routes: Readonly<Record<ModuleVerb, string>> = {
  health: 'health',
  deliberate: 'deliberate/observables',
  observe: 'observe/observables',
  refer: 'refer/observables',
}

export function openRelay(instance: RelayInstance, needs: RelayNeeds): Module {
  const { supported } = instance.settings
  const offers = (verb: ModuleVerb) => verb === 'health' || supported === undefined || supported.includes(routes[verb])
  const verbs = (['health', 'deliberate', 'observe', 'refer'] as const).filter(offers)
  const call = caller(instance, needs)
  return {
    verbs,
    async health({ signal }) {
      const answer = await call('health', {}, signal)
      return answer.kind === 'failed' ? answer : { kind: 'healthy', errors: answer.errors }
    },
    deliberate: (question, { signal }) => documents(call, 'deliberate', question, signal),
    observe: (question, { signal }) => documents(call, 'observe', question, signal),
    refer: (question, { signal }) => links(call, question, signal),
  }
}

type Data = { readonly kind: 'data'; readonly data: unknown; readonly errors: readonly ModuleError[] }
type Call = (verb: ModuleVerb, body: unknown, signal: AbortSignal) => Promise<Data | Failed>

function caller(instance: RelayInstance, needs: RelayNeeds): Call {
  const { settings, reach } = instance
  const configuration = JSON.stringify(settings.all)
  const authorization = authorizer(settings, needs)
  return async (verb, body, signal) => {
    const url = new URL(settings.url)
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/${routes[verb]}`
    const sent = new Set<string>()
    const work = async () => {
      const headers = await authorization()
      for (const credential of credentialsIn(headers)) sent.add(credential)
      return await postToRelay({ url, headers, body, reach, resolve: needs.resolve, signal })
    }
    const answer =
      (await needs.lanes.run(settings.url.href, configuration, { signal, work })) ??
      failed('module-timeout', 'Other calls to the same address took all the time', 'warning')
    const hide = hideSecrets([...sent, ...instance.secrets])
    if (answer.kind === 'failed') return hidden(answer, hide)
    const { status } = answer
    if (status >= 400) return hidden(refusal(verb, status, answer.body), hide)
    const said: Data | Failed =
      verb === 'health' ? healthOf(answer.body) : { kind: 'data', ...readEnvelope(answer.body) }
    return hidden(said, hide)
  }
}

/** A module may repeat a credential in its error; it must not reach a log or an answer (2.4). */
function hidden<T extends { readonly errors: readonly ModuleError[] }>(answer: T, hide: (text: string) => string): T {
  return {
    ...answer,
    errors: answer.errors.map(({ type, code, message }) => ({ type, code: hide(code), message: hide(message) })),
  }
}

/** What it says of itself, as a failure where it is not well. */
function healthOf(body: unknown): Data | Failed {
  const { data, errors } = readEnvelope(body)
  if (data === undefined) return { kind: 'failed', errors }
  const status = isRecord(data) ? (data['status'] ?? 'ok') : 'ok'
  if (status === 'ok') return { kind: 'data', data, errors }
  return failed('health check failed', `Its status is ${JSON.stringify(status).slice(0, 100)}`)
}

function refusal(verb: ModuleVerb, status: number, body: unknown): Data | Failed {
  // A route that a module lacks and does not deny having: it knows nothing (8.2, shodan).
  if (verb !== 'health' && (status === 404 || status === 405 || status === 501))
    return { kind: 'data', data: {}, errors: [] }
  const { errors } = readEnvelope(body)
  if (errors.length > 0) return { kind: 'failed', errors }
  return failed(
    status >= 500 ? 'server-error' : 'client-error',
    `${saidOutside(body) || `/${routes[verb]} failed`} [${status}]`,
  )
}

async function documents(
  call: Call,
  verb: ModuleVerb,
  question: Question,
  signal: AbortSignal,
): Promise<Documents | Failed> {
  const answers = await inParts(question.observables, async (part) => {
    const answer = await call(verb, part, signal)
    if (answer.kind === 'failed') return answer
    const read = readDocuments(answer.data)
    const asked = part.length === 1 ? part[0] : undefined
    const verdicts = read.docs['verdicts']?.map((doc) => repairVerdict(doc, asked))
    return {
      ...answer,
      docs: {
        ...(verb === 'deliberate' ? {} : read.docs),
        ...(verdicts === undefined ? {} : { verdicts }),
      },
      errors: [...answer.errors, ...read.errors],
    }
  })
  const errors = answers.flatMap((answer) => answer.errors)
  const docs: Record<string, CtimDocument[]> = {}
  let given = answers.length === 0
  for (const answer of answers) {
    if (answer.kind === 'failed') continue
    given ||= answer.data !== undefined
    for (const [kind, list] of Object.entries(answer.docs)) (docs[kind] ??= []).push(...list)
  }
  return given ? { kind: 'documents', docs, errors } : { kind: 'failed', errors }
}

async function links(call: Call, question: Question, signal: AbortSignal): Promise<Links | Failed> {
  const answers = await inParts(question.observables, (part) => call('refer', part, signal))
  const errors = answers.flatMap((answer) => answer.errors)
  const given = answers.flatMap((answer) => (answer.kind === 'failed' ? [] : [answer]))
  if (answers.length > 0 && given.every(({ data }) => data === undefined)) return { kind: 'failed', errors }
  return { kind: 'links', links: given.flatMap(({ data }) => readLinks(data)), errors }
}

/** Exactly type and value, each once: modules refuse a third member and an empty text (traps 1). */
async function inParts<T>(
  observables: readonly AnyObservable[],
  ask: (part: readonly AnyObservable[]) => Promise<T>,
): Promise<readonly T[]> {
  const distinct = new Map(
    observables.filter(({ value }) => value !== '').map(({ type, value }) => [`${type}:${value}`, { type, value }]),
  )
  const all = [...distinct.values()]
  const parts = Array.from({ length: Math.ceil(all.length / observablesPerCall) }, (_, index) =>
    all.slice(index * observablesPerCall, (index + 1) * observablesPerCall),
  )
  return await Promise.all(parts.map(ask))
}

type Headers = Readonly<Record<string, string>>

function authorizer({ url, all }: RelaySettings, needs: RelayNeeds): () => Promise<Headers> {
  const said = (key: string) => String(all[key] ?? '')
  const fixed = (authorization: string) => async () => ({ authorization })
  switch (all['auth-type']) {
    case 'authorization-header':
      return fixed(said('authorization-header'))
    case 'bearer':
      return fixed(`Bearer ${said('token')}`)
    case 'basic':
      return fixed(
        `Basic ${Buffer.from(`${said('basic-auth-user')}:${said('basic-auth-password')}`).toString('base64')}`,
      )
    case 'configuration-token': {
      const shared = all['configuration-token-alg'] === 'HS256'
      const key = shared ? Buffer.from(said('configuration-token-key')) : needs.signingKey
      let token: { readonly text: Promise<string>; readonly madeAt: number } | undefined
      return async () => {
        const { clock } = needs
        if (token === undefined || clock.monotonic() - token.madeAt > tokenReusedMs) {
          const jwksHost = said('custom_jwks_host') || needs.jwksHost()
          const text = configurationToken({ url, settings: all, jwksHost, now: clock.now() }, key)
          token = { text, madeAt: clock.monotonic() }
        }
        return { authorization: `Bearer ${await token.text}` }
      }
    }
    default:
      return async () => ({})
  }
}

/** What a module was sent holds the secrets in another form: base64 of a password, claims of a token. */
function credentialsIn(headers: Headers): readonly string[] {
  return Object.values(headers).map((value) => value.replace(/^\S+ /, ''))
}
