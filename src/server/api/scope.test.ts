// Whom and what a route asks for: the organisation of who asks, never another, and an export the question of the page.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { organisationId } from '../../core/ids.ts'
import { systemClock } from '../../platform/clock.ts'
import { startApi } from './api.ts'
import { bearer, options } from './api-fixture.ts'
import { memoryStream } from './events-memory.ts'
import { memoryPorts } from './ports-memory.ts'
import type { ApiPorts } from './ports.ts'
import { routes } from './routes.ts'

const acme = organisationId('acme')
/** Ports whose first argument is no organisation: they know none. */
const unscoped = new Set(['inspect', 'fleet.addNames', 'fleet.listenerCa', 'region', 'ready', 'channels'])
/** Routes that ask no port of an organisation, for they speak of the session or the server. */
const ofServer =
  /^\/(healthz|readyz|\.well-known\/jwks|api\/v1\/(session|sessions|sessions\/links|inspect|module-types|names|listener-ca|region))$/

/** @returns the ports, noting of each call who was asked for */
function noting(ports: ApiPorts, asked: { readonly port: string; readonly of: unknown }[]): ApiPorts {
  const watched = (value: unknown, name: string): unknown => {
    if (typeof value === 'function')
      return (...args: readonly unknown[]) => {
        const [first] = args
        const of = typeof first === 'object' && first !== null && 'organisation' in first ? first.organisation : first
        if (!unscoped.has(name)) asked.push({ port: name, of })
        return Reflect.apply(value, undefined, args)
      }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    return new Proxy(value, {
      get: (target, key) => {
        const member: unknown = Reflect.get(target, key)
        const bound: unknown = typeof member === 'function' ? member.bind(target) : member
        return name === 'modules' && (key === 'types' || key === 'jwks')
          ? bound
          : watched(bound, `${name}.${String(key)}`)
      },
    })
  }
  return Object.fromEntries(Object.entries(ports).map(([name, value]) => [name, watched(value, name)])) as ApiPorts
}

/** What a route needs beside its path. */
const queries: Readonly<Record<string, string>> = {
  '/api/v1/events/export': '?format=jsonl',
  '/api/v1/events/histogram': '?buckets=10',
  '/api/v1/events/top': '?facet=type&n=5',
  '/api/v1/inputs': '?device=sensor-1&source=eve&fingerprint=f',
}
const bodies: Readonly<Record<string, string>> = {
  '/api/v1/inspect': '{"content":"x"}',
  '/api/v1/investigations': '{"content":"192.0.2.1"}',
  '/api/v1/modules': '{"type":"relay","name":"r","settings":{"url":"https://relay.example"}}',
  '/api/v1/names': '{"names":["exchange.example"]}',
}

test('DESIGN Security stance: every route asks for the organisation of who asks, and for no other', async () => {
  const ports = memoryPorts()
  const asked: { readonly port: string; readonly of: unknown }[] = []
  ports.finish()
  await using api = await startApi(options({ ports: noting(ports, asked), organisation: acme }))
  for (const { method, path } of routes) {
    asked.length = 0
    const id = path.includes('/devices/') ? 'sensor-1' : path.includes('/events/') ? `${memoryStream}:2` : 'relay-1'
    const body = method === 'POST' ? (bodies[path] ?? '{}') : undefined
    const response = await fetch(`${api.url}${path.replace(':id', id)}${queries[path] ?? ''}`, {
      method,
      headers: { ...bearer, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(10_000),
    })
    await response.text()
    assert.notEqual(
      asked.length === 0,
      !ofServer.test(path),
      `${method} ${path} [${response.status}] asked ${asked.length}`,
    )
    for (const { port, of } of asked) assert.equal(of, acme, `${method} ${path} asked ${port}`)
  }
})

test('issue 9, 7: an export asks the journal what the page asks it, times and all', async () => {
  const ports = memoryPorts()
  const questions: unknown[] = []
  const events: ApiPorts['events'] = {
    ...ports.events,
    search(organisation, { limit: _, ...question }) {
      questions.push(question)
      return ports.events.search(organisation, { ...question, limit: 500 })
    },
  }
  const clock = { ...systemClock, now: () => 1_700_000_000_000 }
  await using api = await startApi(options({ ports: { ...ports, events }, clock }))
  const asked = 'q=type:dns&since=1h&until=5m&arrivedSince=2h&arrivedUntil=1m'
  for (const path of ['events?', 'events/export?format=csv&', 'events/export?format=jsonl&'])
    await (await fetch(`${api.url}/api/v1/${path}${asked}`, { headers: bearer })).text()
  const [page, ...exports] = questions
  const ago = (minutes: number) => clock.now() - minutes * 60_000
  const times = { since: ago(60), until: ago(5), arrivedSince: ago(120), arrivedUntil: ago(1) }
  assert.deepEqual(page, { q: 'type:dns', ...times })
  assert.deepEqual(exports, [page, page])
})
