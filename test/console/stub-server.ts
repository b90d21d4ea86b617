// The contract double of the API: serves dist/console and canned answers typed by src/wire/api, under the policy that
// the real listener sends. Only so much of the query language as the tests of the console ask.
import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { extname, join, resolve } from 'node:path'
import type { Observable } from '../../src/core/observable.ts'
import type { EventCount, EventHistogram, EventPage, EventRecord, EventTop } from '../../src/wire/api/events.ts'
import type { DeviceList, DeviceView, Problem, ServerStatus, SessionRecord } from '../../src/wire/api/fleet.ts'
import type { Investigation } from '../../src/wire/api/investigations.ts'
import { coverage, stubEvents, stubInvestigation, stubNow } from './stub-data.ts'

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
  /** Newest first; a test may put more in front. */
  readonly events: EventRecord[]
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
  signedIn: boolean
}

async function respond(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://stub')
  response.setHeader('content-security-policy', policy)
  response.setHeader('x-content-type-options', 'nosniff')
  state.asked.push(`${request.method} ${url.pathname}${url.search}`)
  if (!url.pathname.startsWith('/api/')) return sendFile(url.pathname, response)
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

type Answer = { readonly status: number; readonly value: unknown }

const ok = <T>(value: T): Answer => ({ status: 200, value })

export function problem(status: number, code: string, detail: string, remedy: string): Problem {
  return { type: `/codes/${code}`, title: detail, status, code, detail, remedy }
}

const refused = (value: Problem): Answer => ({ status: value.status, value })

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
  if (path === 'devices')
    return ok<DeviceList>({ v: 1, devices: [deviceOf('edge-1', 'Berlin edge'), deviceOf('edge-2', '')] })
  if (path === 'status') return ok(statusOf(state))
  if (path === 'inspect') return ok(inspected(textOf(body, 'content')))
  if (path === 'investigations') {
    const made = stubInvestigation(`inv-${state.investigations.size + 1}`, inspected(textOf(body, 'content')))
    state.investigations.set(made.id, made)
    return ok<Investigation>(made)
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

function deviceOf(id: string, name: string): DeviceView {
  return {
    id,
    name,
    organisation: 'default',
    states: { enrolled: true, connected: true, healthy: true, flowing: true },
    enrolledAt: stubNow,
    lastSeenAt: stubNow,
    lastAckAt: stubNow,
    certificate: null,
    status: null,
    account: { given: 0, stored: 0, lost: 0, outstanding: 0, withdrawn: 0, expired: 0, holds: true, losses: {} },
    lagMs: null,
    certificateDays: null,
  }
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

function eventAnswer(state: State, path: string, parameters: URLSearchParams): Answer {
  const q = parameters.get('q') ?? ''
  if (q.includes('(('))
    return refused(problem(400, 'query.malformed', 'A bracket is opened and not closed.', 'See docs/query.md.'))
  const since = Number(parameters.get('since') ?? 0)
  const until = Number(parameters.get('until') ?? Number.MAX_SAFE_INTEGER)
  const found = state.events.filter((event) => event.body.at >= since && event.body.at < until && matches(event, q))
  if (path === 'events') return ok(pageOf(found, parameters))
  if (path === 'events/count') return ok<EventCount>({ v: 1, count: found.length, coverage })
  if (path === 'events/histogram') return ok(histogramOf(found, Number(parameters.get('buckets') ?? 60)))
  if (path === 'events/top') return ok(topOf(found, parameters.get('facet') ?? 'type'))
  const id = decodeURIComponent(path.replace('events/', ''))
  const event = state.events.find((one) => one.id === id)
  return event
    ? ok(event)
    : refused(
        problem(
          404,
          'event.unknown',
          'There is no such event here.',
          'Check the identity; the event may have expired.',
        ),
      )
}

function matches(event: EventRecord, q: string): boolean {
  const words: readonly string[] = q.replaceAll(/[()]/g, ' ').match(/(?:"[^"]*"|[^\s"])+/g) ?? []
  const alternatives = words.includes('OR')
  const held = words.filter((word) => word !== 'OR').map((word) => holds(event, word.replaceAll('"', '')))
  return alternatives ? held.some(Boolean) : held.every(Boolean)
}

function holds(event: EventRecord, word: string): boolean {
  if (word.startsWith('-')) return !holds(event, word.slice(1))
  const [field = '', ...rest] = word.split(':')
  const value = rest.join(':')
  const { body } = event
  return (
    facetOf(event, field) === value ||
    (body.kind === 'event' && body.observables.some((one) => `${one.type}:${one.value}` === word || one.value === word))
  )
}

function facetOf({ body, device, source }: EventRecord, facet: string): string | undefined {
  if (facet === 'device') return device
  if (facet === 'source') return source
  if (body.kind !== 'event') return undefined
  return { type: body.type, severity: body.severity, sensor: body.sensor, sid: body.signature?.id }[facet]
}

function pageOf(found: readonly EventRecord[], parameters: URLSearchParams): EventPage {
  const from = Number(parameters.get('cursor') ?? 0)
  const to = from + Number(parameters.get('limit') ?? 100)
  return {
    v: 1,
    events: found.slice(from, to),
    losses: [],
    next: to < found.length ? String(to) : null,
    live: 'stub',
    coverage,
  }
}

function histogramOf(found: readonly EventRecord[], buckets: number): EventHistogram {
  const times = found.map(({ body }) => body.at)
  if (times.length === 0) return { v: 1, from: 0, widthMs: 1, buckets: [], coverage }
  const from = Math.min(...times)
  const widthMs = Math.max(1_000, Math.ceil((Math.max(...times) + 1 - from) / buckets))
  const counts = Array.from({ length: buckets }, () => ({ high: 0, medium: 0, low: 0, unknown: 0 }))
  for (const { body } of found) {
    const bucket = counts[Math.floor((body.at - from) / widthMs)]
    if (bucket) bucket[body.kind === 'event' ? body.severity : 'unknown'] += 1
  }
  return { v: 1, from, widthMs, buckets: counts, coverage }
}

function topOf(found: readonly EventRecord[], facet: string): EventTop {
  const counts = new Map<string, number>()
  for (const event of found) {
    const value = facetOf(event, facet)
    if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1)
  }
  const values = [...counts].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count)
  return { v: 1, facet, values: values.slice(0, 10), coverage }
}
