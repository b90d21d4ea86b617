// A route is data: method, path, who may ask, the schemas of what comes in and goes out, and one function. Nothing is
// registered on import; routes.ts lists them all.
import type { Static, TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Fault } from '../../core/fault.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Metrics } from './metrics.ts'
import type { ApiPorts } from './ports.ts'
import type { Doorkeeper, Principal } from './principal.ts'
import type { Sessions } from './sessions.ts'

/** open = anyone; owner = by key or session; key = the owner's key alone, which no browser holds. */
export type Access = 'open' | 'owner' | 'key'

export type Context = {
  readonly ports: ApiPorts
  readonly sessions: Sessions
  readonly doorkeeper: Doorkeeper
  readonly clock: Clock
  readonly metrics: Metrics
  /** Base of console and API; before the port is known, of the port that was asked for. */
  readonly url: () => string
}

export type Answer = {
  readonly status: number
  /** Sent as JSON, but for text whose headers say its type; undefined = no body. */
  readonly body?: unknown
  /** Sent as it comes, at the pace of who reads; instead of `body`. It ends when the client goes or the server does. */
  readonly stream?: AsyncIterable<string>
  readonly headers?: Readonly<Record<string, string>>
}

export type Incoming = {
  readonly query: unknown
  readonly params: unknown
  readonly body: unknown
  /** Over TLS. */
  readonly secure: boolean
  /** Aborts when the client has gone. */
  readonly signal: AbortSignal
  /** Where a browser's event stream was when it was cut off. */
  readonly lastEventId: string | undefined
}

export type Route = {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly access: Access
  /** For OpenAPI. */
  readonly summary: string
  readonly query?: TSchema
  readonly params?: TSchema
  readonly body?: TSchema
  readonly answers: Readonly<
    Record<
      number,
      {
        readonly description: string
        readonly schema?: TSchema
        /** What a stream or a text consists of; absent = JSON. */
        readonly type?: 'application/x-ndjson' | 'text/event-stream' | 'text/plain'
      }
    >
  >
  readonly bodyBytesMax?: number
  run(context: Context, principal: Principal | undefined, incoming: Incoming): Promise<Answer>
}

type Definition<Q extends TSchema, P extends TSchema, B extends TSchema, A extends Access> = {
  readonly method: Route['method']
  readonly path: string
  readonly access: A
  readonly summary: string
  readonly query?: Q
  readonly params?: P
  readonly body?: B
  readonly answers: Route['answers']
  readonly bodyBytesMax?: number
  readonly handle: (
    call: Context & {
      readonly principal: A extends 'open' ? undefined : Principal
      readonly query: Static<Q>
      readonly params: Static<P>
      readonly body: Static<B>
      readonly secure: boolean
      readonly signal: AbortSignal
      readonly lastEventId: string | undefined
    },
  ) => Promise<Answer>
}

/** Makes a route that only someone known may ask; what comes in is decoded once, here. */
export function defineRoute<Q extends TSchema, P extends TSchema, B extends TSchema>(
  definition: Definition<Q, P, B, 'owner' | 'key'>,
): Route {
  const decode = decoders(definition)
  return {
    ...definition,
    async run(context, principal, incoming) {
      if (principal === undefined) throw new Fault('session.missing', { what: 'No valid key or session was shown' })
      return definition.handle({ ...context, ...decode(incoming), principal })
    },
  }
}

/** Makes a route that anyone may ask. The test over the route table names the few there are. */
export function defineOpenRoute<Q extends TSchema, P extends TSchema, B extends TSchema>(
  definition: Definition<Q, P, B, 'open'>,
): Route {
  const decode = decoders(definition)
  return {
    ...definition,
    async run(context, _principal, incoming) {
      return definition.handle({ ...context, ...decode(incoming), principal: undefined })
    },
  }
}

export function ok(body: unknown): Answer {
  return { status: 200, body }
}

function decoders<Q extends TSchema, P extends TSchema, B extends TSchema>(parts: {
  readonly query?: Q
  readonly params?: P
  readonly body?: B
}) {
  const query = decoder(parts.query, 'query', true)
  const params = decoder(parts.params, 'path', true)
  const body = decoder(parts.body, 'body', false)
  return (incoming: Incoming) => ({
    query: query(incoming.query),
    params: params(incoming.params),
    body: body(incoming.body ?? {}),
    secure: incoming.secure,
    signal: incoming.signal,
    lastEventId: incoming.lastEventId,
  })
}

/** @param words the values are text and may stand for numbers: of a query and a path, never of JSON */
function decoder<S extends TSchema>(
  schema: S | undefined,
  where: string,
  words: boolean,
): (value: unknown) => Static<S> {
  const validator = schema === undefined ? undefined : Compile(schema)
  return (value) => {
    // A part without a schema is typed unknown, and no handler looks at it.
    if (validator === undefined) return value as Static<S>
    const converted: unknown = words ? validator.Convert(value) : value
    if (validator.Check(converted)) return converted
    const error = validator.Errors(converted).at(-1)
    const place = error?.instancePath.replaceAll('/', '.').replace(/^\./, '') ?? ''
    const seen =
      error?.params !== undefined && 'additionalProperties' in error.params ? unknownMembers(error.params) : ''
    throw new Fault('input.malformed', {
      what: `${where}${place === '' ? '' : ` ${place}`}: ${error?.message ?? 'not as described'}${seen}`.slice(0, 300),
      remedy: 'See /api/v1/openapi.json.',
    })
  }
}

function unknownMembers(params: object): string {
  return 'additionalProperties' in params && Array.isArray(params.additionalProperties)
    ? ` (${params.additionalProperties.slice(0, 3).join(', ')})`
    : ''
}
