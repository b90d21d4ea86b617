// The contract double of the API: serves dist/console and canned answers typed by src/wire/api, under the policy that
// the real listener sends.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { extname, join, resolve } from 'node:path'
import type { Observable } from '../../src/core/observable.ts'
import type { EventRecord } from '../../src/wire/api/events.ts'
import type {
  DeviceList,
  DeviceView,
  Problem,
  ServerStatus,
  SessionRecord,
  TokenRecord,
} from '../../src/wire/api/fleet.ts'
import type { Investigation } from '../../src/wire/api/investigations.ts'
import type { ModuleRecord } from '../../src/wire/api/modules.ts'
import type { DoctorReport } from '../../src/wire/doctor.ts'
import { type Answer, ok, problem, refused } from './stub-answer.ts'
import { slowSeed, stubEvents, stubInvestigation, stubNow, stubRunning } from './stub-data.ts'
import { stubDevices } from './stub-devices.ts'
import { stubReport } from './stub-doctor.ts'
import { eventAnswer, matches } from './stub-events.ts'
import { moduleAnswer, stubModules } from './stub-modules.ts'
import { sendExport, StubTail } from './stub-tail.ts'

export const consoleFolder = resolve(import.meta.dirname, '../../dist/console')

/** That of src/server/api/console-files.ts. */
const policy =
  "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
}

export type StubServer = AsyncDisposable & {
  readonly url: string
  /** Newest first. */
  readonly events: EventRecord[]
  /** Puts an event in front, and into the tails that are open. */
  arrive(event: EventRecord): void
  readonly tail: StubTail
  /** Puts an investigation that goes on, and says so in its stream. */
  advance(id: string, investigation: Investigation): void
  /** A test may put more behind. */
  readonly devices: DeviceView[]
  readonly modules: ModuleRecord[]
  /** Every request line, `GET /api/v1/…`, also those of pages and files. */
  readonly asked: string[]
  /** Answers with this problem instead of what is asked, by the beginning of the path. */
  readonly failing: Map<string, Problem>
}

/** @param options.signedIn without it the link `stub-link` has to be spent first */
export async function openStubServer(options: {
  readonly signedIn: boolean
  readonly events?: number
}): Promise<StubServer> {
  const state: State = {
    events: stubEvents(options.events ?? 1_000),
    asked: [],
    failing: new Map(),
    investigations: new Map(),
    tail: new StubTail(),
    streams: new Set(),
    devices: [...stubDevices],
    modules: [...stubModules],
    signedIn: options.signedIn,
  }
  const server = createServer((request, response) => {
    respond(state, request, response).catch((cause: unknown) =>
      response.destroy(cause instanceof Error ? cause : undefined),
    )
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    events: state.events,
    tail: state.tail,
    advance(id, investigation) {
      state.investigations.set(id, investigation)
      for (const stream of state.streams) stream.write('event: module.partial\ndata: {}\n\n')
    },
    devices: state.devices,
    modules: state.modules,
    arrive(event) {
      state.events.unshift(event)
      state.tail.arrive(event)
    },
    asked: state.asked,
    failing: state.failing,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

type State = {
  readonly events: EventRecord[]
  readonly asked: string[]
  readonly failing: Map<string, Problem>
  readonly investigations: Map<string, Investigation>
  readonly tail: StubTail
  /** Open streams of investigations. */
  readonly streams: Set<ServerResponse>
  readonly devices: DeviceView[]
  readonly modules: ModuleRecord[]
  signedIn: boolean
}

async function respond(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://stub')
  response.setHeader('content-security-policy', policy)
  response.setHeader('x-content-type-options', 'nosniff')
  state.asked.push(`${request.method} ${url.pathname}${url.search}`)
  if (!url.pathname.startsWith('/api/')) return sendFile(url.pathname, response)
  if (state.signedIn && url.pathname.endsWith('/stream')) {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(': here\n\n')
    state.streams.add(response)
    return
  }
  if (state.signedIn && url.pathname === '/api/v1/events/tail')
    return state.tail.follow(url.searchParams.get('from') ?? '0', request, response)
  if (state.signedIn && url.pathname === '/api/v1/events/export') {
    const found = state.events.filter((event) => matches(event, url.searchParams.get('q') ?? ''))
    return await sendExport(found, url.searchParams.get('format') ?? 'csv', response)
  }
  let body = ''
  for await (const chunk of request) body += String(chunk)
  const { status, value } = answer(state, request.method ?? 'GET', url, body === '' ? undefined : JSON.parse(body))
  response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' })
  response.end(value === undefined ? undefined : JSON.stringify(value))
}

function sendFile(path: string, response: ServerResponse): void {
  const wanted = join(consoleFolder, path)
  const file = existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(consoleFolder, 'index.html')
  response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' })
  response.end(readFileSync(file))
}

function answer(state: State, method: string, url: URL, body: unknown): Answer {
  const path = url.pathname.slice('/api/v1/'.length)
  const failure = [...state.failing].find(([beginning]) => path.startsWith(beginning))?.[1]
  if (failure) return refused(failure)
  if (method === 'POST' && path === 'sessions') {
    if (textOf(body, 'link') !== 'stub-link')
      return refused(
        problem(
          401,
          'session.link',
          'The sign-in link was used or has expired.',
          'Run `sallyport link` for a new one.',
        ),
      )
    state.signedIn = true
    return ok({ v: 1 })
  }
  if (!state.signedIn)
    return refused(
      problem(401, 'session.missing', 'You are not signed in.', 'Open the link that `sallyport up` prints.'),
    )
  if (method === 'DELETE' && path === 'session') {
    state.signedIn = false
    return { status: 204, value: undefined }
  }
  if (path === 'session')
    return ok<SessionRecord>({ v: 1, user: 'owner', organisation: 'default', via: 'session', expiresAt: null })
  if (path === 'devices') return ok<DeviceList>({ v: 1, devices: state.devices })
  if (method === 'POST' && path === 'tokens')
    return ok<TokenRecord>({
      v: 1,
      token: `spt1_${'x'.repeat(400)}`,
      url: 'https://exchange.example:8444/.well-known/est',
      ca: '',
      pins: [],
      user: 'u',
      key: 'k',
      expires: stubNow + 3_600_000,
    })
  const examined = /^devices\/([^/]+)\/doctor$/.exec(path)?.[1]
  if (method === 'POST' && examined !== undefined) return ok<DoctorReport>(stubReport(decodeURIComponent(examined)))
  const ofModules = moduleAnswer(state.modules, method, path, body)
  if (ofModules) return ofModules
  if (path === 'status') return ok(statusOf(state))
  if (path === 'inspect') return ok(inspected(textOf(body, 'content')))
  if (path === 'investigations') {
    const made = stubInvestigation(`inv-${state.investigations.size + 1}`, inspected(textOf(body, 'content')))
    const begun = made.observables.some(({ value }) => value === slowSeed) ? stubRunning(made) : made
    state.investigations.set(made.id, begun)
    return ok<Investigation>(begun)
  }
  const known = state.investigations.get(decodeURIComponent(path.replace('investigations/', '')))
  if (path.startsWith('investigations/'))
    return known
      ? ok(known)
      : refused(problem(404, 'investigation.unknown', 'There is no such investigation here.', 'Ask again.'))
  return eventAnswer(state, path, url.searchParams)
}

function textOf(body: unknown, member: string): string {
  return typeof body === 'object' && body !== null && member in body ? String(Reflect.get(body, member)) : ''
}

function statusOf({ events }: State): ServerStatus {
  return {
    v: 1,
    program: 'sallyport 0.1.0',
    startedAt: stubNow - 3_600_000,
    organisation: 'default',
    journal: {
      id: 'j',
      blocks: Math.ceil(events.length / 64),
      events: events.length,
      unindexedBlocks: 2,
      bytes: events.length * 245,
      firstDay: '2026-11-01',
      expired: 0,
      retention: { days: 30, bytesMax: null },
    },
    devices: { known: 2, connected: 2 },
  }
}

/** Addresses, domains, URLs, mails and hashes, defanged or not: enough to see chips. */
function inspected(content: string): Observable[] {
  const text = content.replaceAll('[.]', '.').replaceAll('hxxp', 'http').replaceAll('[@]', '@')
  const found = new Map<string, Observable>()
  for (const [value] of text.matchAll(
    /https?:\/\/\S+|[\w.]+@[\w.-]+\.example|\b\d{1,3}(?:\.\d{1,3}){3}\b|\b[0-9a-f]{64}\b|\b[\w-]+(?:\.[\w-]+)*\.example(?:\.\w+)?\b/g,
  )) {
    const type = value.includes('://')
      ? 'url'
      : value.includes('@')
        ? 'email'
        : /^[\d.]+$/.test(value)
          ? 'ip'
          : value.length === 64
            ? 'sha256'
            : 'domain'
    found.set(`${type}:${value}`, { type, value })
  }
  return [...found.values()]
}
