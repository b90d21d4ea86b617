// What the routes answer, over a real port, with ports in memory.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Compile } from 'typebox/compile'
import { type Clock, systemClock } from '../../platform/clock.ts'
import { type ApiOptions, openApi, startApi } from './api.ts'
import { bearer, codeOf, options } from './api-fixture.ts'
import { memoryStream } from './events-memory.ts'
import { memoryPorts } from './ports-memory.ts'
import { routes } from './routes.ts'

test('console-and-cli 11.1: what nobody foresaw is `internal`, and its text stays here', async () => {
  const ports = memoryPorts()
  const status = async () => {
    throw new Error('password is hunter2')
  }
  await using api = await startApi(options({ ports: { ...ports, status } }))
  const response = await fetch(`${api.url}/api/v1/status`, { headers: bearer })
  assert.equal(response.status, 500)
  const text = await response.text()
  assert.match(text, /"code":"internal"/)
  assert.doesNotMatch(text, /hunter2/)
})

test('console-and-cli 11.1: the answers are what OpenAPI 3.1 says they are', async () => {
  const ports = memoryPorts()
  await using api = await startApi(options({ ports }))
  const call = (method: string, path: string, body?: string) =>
    fetch(api.url + path, {
      method,
      headers: body === undefined ? bearer : { ...bearer, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    })
  ports.finish()
  const made = await call('POST', '/api/v1/investigations', '{"content":"192.0.2.1"}')
  const id = String(((await made.json()) as { id?: unknown }).id)
  const samples: Record<string, string> = {
    'GET /healthz': '/healthz',
    'GET /readyz': '/readyz',
    'GET /metrics': '/metrics',
    'GET /api/v1/session': '/api/v1/session',
    'POST /api/v1/sessions/links': '/api/v1/sessions/links',
    'GET /api/v1/events': '/api/v1/events?limit=2&since=1h&q=',
    'GET /api/v1/events/tail': '/api/v1/events/tail?from=start',
    'GET /api/v1/events/export': '/api/v1/events/export?format=jsonl',
    'GET /api/v1/events/count': '/api/v1/events/count',
    'GET /api/v1/events/histogram': '/api/v1/events/histogram?buckets=10',
    'GET /api/v1/events/top': '/api/v1/events/top?facet=type&n=5',
    'GET /api/v1/events/:id': `/api/v1/events/${memoryStream}:2`,
    'GET /api/v1/inputs': '/api/v1/inputs?device=sensor-1&source=eve&fingerprint=f',
    'POST /api/v1/events/requarantine': '/api/v1/events/requarantine',
    'GET /api/v1/ledger': '/api/v1/ledger',
    'POST /api/v1/ledger/verify': '/api/v1/ledger/verify',
    'POST /api/v1/inspect': '/api/v1/inspect {"content":"192.0.2.1 x"}',
    'POST /api/v1/investigations': '/api/v1/investigations {"observables":[{"type":"ip","value":"192.0.2.1"}]}',
    'GET /api/v1/investigations/:id': `/api/v1/investigations/${id}`,
    'GET /api/v1/module-types': '/api/v1/module-types',
    'GET /api/v1/modules': '/api/v1/modules',
    'POST /api/v1/modules': '/api/v1/modules {"type":"relay","name":"r","settings":{"url":"https://relay.example"}}',
    'POST /api/v1/modules/:id/test': '/api/v1/modules/relay-1/test {"observables":[{"type":"ip","value":"192.0.2.1"}]}',
    'GET /.well-known/jwks': '/.well-known/jwks',
    'GET /api/v1/devices': '/api/v1/devices',
    'GET /api/v1/devices/:id': '/api/v1/devices/sensor-1',
    'POST /api/v1/devices/:id/doctor': '/api/v1/devices/sensor-1/doctor',
    'GET /api/v1/devices/:id/doctor': '/api/v1/devices/sensor-1/doctor',
    'POST /api/v1/devices/:id/revoke': '/api/v1/devices/sensor-1/revoke',
    'POST /api/v1/tokens': '/api/v1/tokens {"name":"edge","minutes":5}',
    'POST /api/v1/names': '/api/v1/names {"names":["exchange.example"]}',
    'GET /api/v1/listener-ca': '/api/v1/listener-ca',
    'GET /api/v1/region': '/api/v1/region',
    'GET /api/v1/status': '/api/v1/status',
  }
  for (const route of routes) {
    const sample = samples[`${route.method} ${route.path}`]
    if (sample === undefined) {
      assert.ok(
        ['/api/v1/sessions', '/api/v1/session', '/api/v1/modules/:id', '/api/v1/investigations/:id/stream'].includes(
          route.path,
        ),
        `no sample of ${route.path}`,
      )
      continue
    }
    const [path = '', body] = sample.split(/ (.*)/)
    const response = await call(route.method, path, body)
    const described = route.answers[response.status]
    assert.ok(described?.schema, `${route.path} answers ${response.status}: ${await response.clone().text()}`)
    const text = await response.text()
    const answers = described.type === 'application/x-ndjson' ? text.trimEnd().split('\n') : [text]
    assert.equal(response.headers.get('content-type')?.split(';')[0], described.type ?? 'application/json', route.path)
    for (const answer of answers) {
      const value: unknown = described.type === 'text/plain' ? answer : JSON.parse(answer)
      assert.deepEqual(Compile(described.schema).Errors(value), [], route.path)
    }
  }
  const document: unknown = await (await call('GET', '/api/v1/openapi.json')).json()
  assert.ok(typeof document === 'object' && document !== null && 'openapi' in document && 'paths' in document)
  assert.equal(document.openapi, '3.1.0')
  assert.deepEqual(
    Object.keys(document.paths ?? {}).sort(),
    [...new Set(routes.map(({ path }) => path.replace(/:(\w+)/g, '{$1}')))].sort(),
  )
})

test('issue 8.7: an investigation answers 202 with Location, whole with ?wait, and the same later', async () => {
  const ports = memoryPorts()
  await using api = await startApi(options({ ports }))
  const post = (path: string) =>
    fetch(api.url + path, {
      method: 'POST',
      headers: { ...bearer, 'content-type': 'application/json' },
      body: '{"content":"192.0.2.1"}',
    })
  const begun = await post('/api/v1/investigations')
  assert.equal(begun.status, 202)
  const location = begun.headers.get('location') ?? ''
  assert.equal((await post('/api/v1/investigations?wait=0.05')).status, 202)
  const waiting = post('/api/v1/investigations?wait=30')
  while (ports.asked.filter((what) => what === 'investigate').length < 3) await systemClock.sleep(5)
  ports.finish()
  assert.equal((await waiting).status, 200)
  const later = await fetch(api.url + location, { headers: bearer })
  assert.equal(later.status, 200)
  assert.match(await later.text(), /"state":"done"/)
  const none = await fetch(`${api.url}/api/v1/investigations/nope`, { headers: bearer })
  assert.equal(await codeOf(none), 'investigation.unknown')
})

test('issue 8.6: a relative time means the same on every page of a search', async () => {
  let now = 1_700_000_000_000
  const asked: unknown[] = []
  const ports = memoryPorts(5)
  const search: ApiOptions['ports']['events']['search'] = async (organisation, question) => {
    asked.push(question.since)
    return ports.events.search(organisation, question)
  }
  const clock: Clock = { ...systemClock, now: () => now }
  await using api = await startApi(options({ clock, ports: { ...ports, events: { ...ports.events, search } } }))
  let cursor = ''
  for (let page = 0; page < 3; page++) {
    const answer = await fetch(`${api.url}/api/v1/events?limit=2&since=1h${cursor}`, { headers: bearer })
    const { next, events }: { next: string | null; events: unknown[] } = JSON.parse(await answer.text())
    assert.equal(events.length, page < 2 ? 2 : 1)
    assert.equal(next === null, page === 2)
    cursor = `&cursor=${encodeURIComponent(next ?? '')}`
    now += 60_000
  }
  assert.deepEqual(asked, Array(3).fill(1_700_000_000_000 - 3_600_000))
  for (const broken of ['x', '.', '!.0', 'a.']) {
    const answer = await fetch(`${api.url}/api/v1/events?cursor=${encodeURIComponent(broken)}`, { headers: bearer })
    assert.equal(await codeOf(answer), 'query.cursor')
  }
})

test('console-and-cli 11: errors of a question come back as 400 with their code', async () => {
  await using api = await startApi(options())
  const codes: [path: string, status: number, code: string][] = [
    ['/api/v1/events?q=%22', 400, 'query.malformed'],
    ['/api/v1/events?since=yesterdayish', 400, 'input.malformed'],
    ['/api/v1/events?limit=0', 400, 'input.malformed'],
    ['/api/v1/events?limit=x', 400, 'input.malformed'],
    ['/api/v1/events?limit=1&limit=2', 400, 'input.malformed'],
    ['/api/v1/events?unknown=1', 400, 'input.malformed'],
    ['/api/v1/events/top', 400, 'input.malformed'],
    ['/api/v1/events/nonsense', 400, 'input.malformed'],
    [`/api/v1/events/${memoryStream}:99`, 404, 'event.unknown'],
    ['/api/v1/inputs?device=a', 400, 'input.malformed'],
  ]
  for (const [path, status, code] of codes) {
    const response = await fetch(api.url + path, { headers: bearer })
    assert.equal(response.status, status, path)
    assert.equal(await codeOf(response), code, path)
  }
})

test('issue 8.9: the command line gets the same answers in process, by the same key', async () => {
  await using api = await openApi(options())
  const answer = await api.fetch(new Request('http://offline/api/v1/events?limit=1', { headers: bearer }))
  assert.equal(answer.status, 200)
  assert.equal((await api.fetch(new Request('http://offline/api/v1/events'))).status, 401)
  const headers = { ...bearer, 'content-type': 'application/json' }
  const body = '{"content":"192.0.2.1"}'
  const found = await api.fetch(new Request('http://offline/api/v1/inspect', { method: 'POST', headers, body }))
  assert.deepEqual(await found.json(), [{ type: 'ip', value: '192.0.2.1' }])
})
