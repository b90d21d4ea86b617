// The local API on loopback (original-system B9): read only. Reading is open to whoever is on this machine, but not to
// pages of other sites: the Host header and the Origin are checked before anything else (security S8).
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Code, codes } from '../../core/codes.ts'
import type { DeviceStates } from '../../core/device-state.ts'
import { Fault } from '../../core/fault.ts'
import type { Address } from '../../platform/address.ts'
import { listen } from '../../platform/tls.ts'
import type { Problem } from '../../wire/api/fleet.ts'
import type { DoctorReport } from '../../wire/doctor.ts'
import type { RoleUrls } from '../../wire/registration/clients.ts'
import type { Status } from '../../wire/status.ts'

/** `/v1/contexts/default`. */
export type LocalContext = {
  readonly name: 'default'
  readonly clientId: string
  readonly organisation: string
  readonly roles: RoleUrls
  readonly enrolledAt: number
  readonly exchange: { readonly fqdn: string; readonly registration: { readonly refreshInterval: number } }
}

/** `/v1/contexts/default/status`. */
export type LocalStatus = Status & { readonly states: DeviceStates }

export type LocalApiOptions = {
  readonly listen: Address
  readonly context: () => LocalContext | undefined
  readonly status: () => LocalStatus
  readonly doctor: () => Promise<DoctorReport>
}

export type LocalApi = AsyncDisposable & { readonly address: Address }

/** Listens; port 0 = any free one. @throws Fault port.inuse */
export async function startLocalApi(options: LocalApiOptions): Promise<LocalApi> {
  const server = createServer({ requestTimeout: 10_000, headersTimeout: 5_000 }, (request, response) =>
    answer(request, response, address.port, options),
  )
  server.maxConnections = 64
  const address = await listen(server, options.listen).catch((error: unknown) => {
    const { host, port } = options.listen
    throw error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      ? new Fault('port.inuse', { what: `${host}:${port} is taken`, cause: error })
      : error
  })
  return {
    address,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function answer(request: IncomingMessage, response: ServerResponse, port: number, options: LocalApiOptions): void {
  const refused = refusalOf(request, port)
  if (refused !== undefined) return problem(response, 403, refused)
  const path = (request.url ?? '').split('?')[0]?.replace(/(?<=.)\/$/, '')
  const routes: Readonly<Record<string, () => unknown>> = {
    '/healthz': () => ({ v: 1, ok: true }),
    '/v1/contexts': () => ({ v: 1, contexts: [options.context()].filter((context) => context !== undefined) }),
    '/v1/contexts/default': options.context,
    '/v1/doctor': options.doctor,
    '/v1/contexts/default/status': () => (options.context() === undefined ? undefined : options.status()),
  }
  const route = path !== undefined && Object.hasOwn(routes, path) ? routes[path] : undefined
  if (route === undefined) return problem(response, 404, 'route.unknown')
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD')
    return problem(response, 405, 'route.unknown')
  }
  Promise.resolve(route()).then(
    (body) =>
      body === undefined ? problem(response, 404, 'context.missing') : send(response, 200, 'application/json', body),
    () => problem(response, 500, 'internal'),
  )
}

/** A page of another site reaches loopback under a name of its own, or says where it comes from. */
function refusalOf(request: IncomingMessage, port: number): Code | undefined {
  const own = ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port}`)
  const host = request.headers.host?.toLowerCase() ?? ''
  if (!own.includes(host)) return 'local.host'
  const { origin } = request.headers
  return origin === undefined || own.includes(origin.toLowerCase().replace(/^http:\/\//, ''))
    ? undefined
    : 'local.origin'
}

function problem(response: ServerResponse, status: number, code: Code): void {
  const { cause, remedy } = codes[code]
  const body: Problem = { type: `urn:sallyport:code:${code}`, title: cause, status, code, detail: cause, remedy }
  send(response, status, 'application/problem+json', body)
}

function send(response: ServerResponse, status: number, type: string, value: unknown): void {
  const body = `${JSON.stringify(value)}\n`
  response.writeHead(status, {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  })
  response.end(response.req.method === 'HEAD' ? undefined : body)
}
