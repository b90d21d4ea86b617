// The listener for people: /api/v1, the console's files and /healthz, on one port of loopback that speaks TLS and
// plain HTTP (DESIGN "Ports", "Security stance").
import { createServer, type RequestListener, type Server } from 'node:http'
import { Readable } from 'node:stream'
import fastifySwagger from '@fastify/swagger'
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { Fault } from '../../core/fault.ts'
import type { OrganisationId } from '../../core/ids.ts'
import type { Clock } from '../../platform/clock.ts'
import { createTwoFacedServer, type HttpLimits, type TlsKeys, type TwoFacedServer } from '../../platform/http.ts'
import type { Log } from '../../platform/log.ts'
import { safetyHeaders, serveConsole } from './console-files.ts'
import type { Access, Context, Incoming, Route } from './define-route.ts'
import { faultToProblem, toFault } from './fault-to-problem.ts'
import { openApiOptions, schemaOf } from './openapi.ts'
import { type Metrics, openMetrics } from './metrics.ts'
import type { ApiPorts } from './ports.ts'
import { type Doorkeeper, doorkeeper, type Principal } from './principal.ts'
import { routes } from './routes.ts'
import { demandOwnSite, isLoopbackName } from './same-site.ts'
import { signInLink } from './session-routes.ts'
import { Sessions } from './sessions.ts'

export type ApiOptions = {
  readonly ports: ApiPorts
  /** The content of DIR/owner.key. */
  readonly ownerKey: string
  /** Whose data the owner sees; until accounts exist there is one. */
  readonly organisation: OrganisationId
  /** Folder of the built console; undefined = none. */
  readonly consoleFolder: string | undefined
  readonly clock: Clock
  readonly log: Log
  /** Counters that others of this process feed too; undefined = its own. */
  readonly metrics?: Metrics
}

export type ListenOptions = {
  readonly listen: { readonly host: string; readonly port: number }
  /** Certificate and key of the console; undefined = plain HTTP only. */
  readonly tls?: TlsKeys
  readonly limits?: HttpLimits
}

/** One line of the table of what the server really answers: from fastify, not from our list. */
export type TableRow = { readonly method: string; readonly path: string; readonly access: Access }

export type Api = AsyncDisposable & {
  /** An answer without a network, for the command line on a data folder at rest. Paths below any base URL. */
  fetch(request: Request): Promise<Response>
  readonly table: readonly TableRow[]
}

export type RunningApi = Api & {
  /** `http://127.0.0.1:PORT` */
  readonly url: string
  /** A new one-time link that signs the owner in. */
  link(): string
  /** The certificate for new connections. */
  renew(keys: TlsKeys): void
}

/** What most requests need; routes that take texts say more. */
const bodyBytesMax = 65_536
/** Answers under way when the server stops. */
const drainWithinMs = 2_000
const apiPrefix = '/api/'

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access
  }
  interface FastifyRequest {
    principal: Principal | undefined
  }
}

/** Opens the API without a port. */
export async function openApi(options: ApiOptions): Promise<Api> {
  const { app, table } = await build(
    options,
    (listener) => createServer(listener),
    () => 'http://127.0.0.1',
  )
  return { ...inProcess(app), table, [Symbol.asyncDispose]: async () => app.close() }
}

/**
 * Opens the API and listens.
 * @throws Fault console.wide for an address beyond loopback, port.inuse
 */
export async function startApi(options: ApiOptions & ListenOptions): Promise<RunningApi> {
  const { host, port } = options.listen
  if (!isLoopbackName(host))
    throw new Fault('console.wide', { what: `The console would listen on ${host}, beyond this machine` })
  let url = baseUrl(host, port)
  let faces: TwoFacedServer | undefined
  const { app, table, context, endStreams } = await build(
    options,
    (listener) => {
      faces = createTwoFacedServer(listener, options.tls, options.limits)
      return faces.server
    },
    () => url,
  )
  try {
    await app.listen({ host, port })
  } catch (error) {
    await app.close()
    throw listenFault(error, host, port)
  }
  url = baseUrl(host, portOf(app) ?? port)
  return {
    ...inProcess(app),
    table,
    url,
    link: () => signInLink(context).link,
    renew: (keys) => faces?.renew(keys),
    async [Symbol.asyncDispose]() {
      endStreams()
      await faces?.drain(drainWithinMs)
      await app.close()
    },
  }
}

async function build(options: ApiOptions, serverFactory: (listener: RequestListener) => Server, url: () => string) {
  const app: FastifyInstance = fastify({
    serverFactory,
    bodyLimit: bodyBytesMax,
    // Longer is no address of ours; ids are checked by their routes.
    routerOptions: { maxParamLength: 256 },
  })
  const sessions = new Sessions(options.clock)
  const doors = doorkeeper(options.ownerKey, options.organisation, sessions)
  const metrics = options.metrics ?? openMetrics()
  const context: Context = { ports: options.ports, sessions, doorkeeper: doors, clock: options.clock, metrics, url }
  const table: TableRow[] = []
  const live = new Set<AbortController>()

  app.removeContentTypeParser('text/plain')
  // define-route.ts decodes once, with the same schemas; answers are held against theirs by tests, never cut.
  app.setValidatorCompiler(() => () => true)
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer))
  app.decorateRequest('principal', undefined)
  app.addHook('onRoute', ({ method, url: path, config }) => {
    for (const one of [method].flat()) table.push({ method: one, path, access: accessOf(config?.access, path) })
  })
  app.addHook('onRequest', async (request, reply) => admit(request, reply, doors))
  app.addHook('onResponse', async ({ method, routeOptions }, { statusCode, elapsedTime }) =>
    metrics.answered({ method, route: routeOptions.url ?? 'none', status: statusCode, seconds: elapsedTime / 1_000 }),
  )
  app.setErrorHandler((error, _request, reply) => refuse(error, reply, options.log))
  await app.register(fastifySwagger, openApiOptions)
  await app.register(async (scope) => {
    for (const route of routes) addRoute(scope, route, context, live)
    scope.get('/api/v1/openapi.json', { schema: { hide: true } }, () => app.swagger())
  })
  const shell = await serveConsole(app, options.consoleFolder)
  app.setNotFoundHandler((request, reply) => {
    const page = request.method === 'GET' || request.method === 'HEAD'
    if (page && !request.url.startsWith(apiPrefix)) return shell(request, reply)
    throw new Fault('route.unknown', {
      what: `There is no ${request.method} ${request.url.split('?')[0]?.slice(0, 200)}`,
    })
  })
  await app.ready()
  const endStreams = () => {
    for (const each of live) each.abort()
  }
  return { app, table, context, endStreams }
}

/** Judges where a request comes from and who asks, before its body is read. */
async function admit(request: FastifyRequest, reply: FastifyReply, doors: Doorkeeper): Promise<void> {
  const { headers, method, url } = request
  const api = url.startsWith(apiPrefix)
  reply.headers(safetyHeaders)
  if (api) reply.header('cache-control', 'no-store')
  const { host, origin, authorization, cookie } = headers
  const site = headers['sec-fetch-site']
  const fetchSite = typeof site === 'string' ? site : undefined
  demandOwnSite({ method, host, origin, fetchSite, cookie: cookie !== undefined, api })

  const access = accessOf(request.routeOptions.config.access, url)
  if (access === 'open') return
  const principal = doors.identify({ authorization, cookie })
  if (principal === undefined) throw new Fault('session.missing', { what: 'No valid key or session was shown' })
  if (access === 'key' && principal.via !== 'key')
    throw new Fault('session.missing', {
      what: "This needs the owner's key",
      remedy: 'Use the command line on the machine of the server.',
    })
  request.principal = principal
}

/** What says nothing of its access is closed; outside /api that leaves only the console's files. */
function accessOf(declared: Access | undefined, path: string): Access {
  return declared ?? (path.startsWith(apiPrefix) ? 'owner' : 'open')
}

/** @param live requests under way: their answers end when the server does */
function addRoute(app: FastifyInstance, route: Route, context: Context, live: Set<AbortController>): void {
  app.route({
    method: route.method,
    url: route.path,
    config: { access: route.access },
    schema: schemaOf(route),
    ...(route.bodyBytesMax === undefined ? {} : { bodyLimit: route.bodyBytesMax }),
    async handler(request, reply) {
      const gone = new AbortController()
      live.add(gone)
      reply.raw.once('close', () => {
        live.delete(gone)
        if (!reply.raw.writableFinished) gone.abort()
      })
      const answer = await route.run(context, request.principal, incomingOf(request, gone.signal))
      reply.status(answer.status).headers(answer.headers ?? {})
      if (answer.stream !== undefined) return reply.send(streamOf(answer.stream))
      return answer.body === undefined ? reply.send() : answer.body
    },
  })
}

/** Nothing is read ahead of who reads: what waits for a slow one is one piece and the socket's own buffer. */
function streamOf(pieces: AsyncIterable<string>): Readable {
  return Readable.from(pieces, { objectMode: true, highWaterMark: 1 })
}

function incomingOf(request: FastifyRequest, signal: AbortSignal): Incoming {
  const secure = request.protocol === 'https'
  const last = request.headers['last-event-id']
  const lastEventId = typeof last === 'string' ? last : undefined
  return { query: request.query, params: request.params, body: request.body, secure, signal, lastEventId }
}

function refuse(error: unknown, reply: FastifyReply, log: Log): FastifyReply {
  const { fault, unforeseen } = toFault(error)
  if (unforeseen) log.error({ err: error }, 'a request failed')
  const problem = faultToProblem(fault)
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer realm="sallyport"')
  return reply
    .status(problem.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json')
    .send(JSON.stringify(problem))
}

function inProcess(app: FastifyInstance): Pick<Api, 'fetch'> {
  return {
    async fetch(request) {
      const url = new URL(request.url)
      const method = request.method
      if (method !== 'GET' && method !== 'POST' && method !== 'DELETE') return new Response(null, { status: 405 })
      const payload = request.body === null ? {} : { payload: await request.text() }
      const headers = { ...Object.fromEntries(request.headers), host: '127.0.0.1' }
      const path = url.pathname + url.search
      const answer = await app.inject({ method, url: path, headers, ...payload, payloadAsStream: true })
      const told = Object.entries(answer.headers).filter(([name]) => /^(content-type|sallyport-)/.test(name))
      return new Response(answer.statusCode === 204 ? null : ReadableStream.from<Uint8Array>(answer.stream()), {
        status: answer.statusCode,
        headers: Object.fromEntries(told.map(([name, value]) => [name, String(value)])),
      })
    },
  }
}

function portOf(app: FastifyInstance): number | undefined {
  const address = app.server.address()
  return typeof address === 'object' ? address?.port : undefined
}

function baseUrl(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host.replace(/^\[|\]$/g, '')}]` : host}:${port}`
}

function listenFault(error: unknown, host: string, port: number): unknown {
  if (!(error instanceof Error && 'code' in error)) return error
  if (error.code === 'EADDRINUSE')
    return new Fault('port.inuse', {
      what: `Another process listens on ${host}:${port}`,
      remedy: 'Give another one with --console ADDR:PORT (port 0 = any free one), or stop that process.',
      cause: error,
    })
  if (error.code === 'EACCES')
    return new Fault('port.inuse', {
      what: `This user may not listen on ${host}:${port}`,
      remedy: 'Give a port from 1024 with --console ADDR:PORT.',
      cause: error,
    })
  return error
}
