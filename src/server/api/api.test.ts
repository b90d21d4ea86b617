// Who may ask the API, and what it does with what it is sent; over its real port, with ports in memory.
import 'reflect-metadata'
import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509'
import { Fault } from '../../core/fault.ts'
import { type Clock, systemClock } from '../../platform/clock.ts'
import { openApi, startApi } from './api.ts'
import { bearer, codeOf, options, ownerKey, raw, scratch } from './api-fixture.ts'
import { memoryPorts } from './ports-memory.ts'
import { routes } from './routes.ts'
import { sessionIdleMs, sessionLifetimeMs } from './sessions.ts'

const open = new Set([
  'GET /healthz',
  'HEAD /healthz',
  'GET /readyz',
  'HEAD /readyz',
  'POST /api/v1/sessions',
  'GET /.well-known/jwks',
  'HEAD /.well-known/jwks',
  ...['/', '/*'].flatMap((path) => [`GET ${path}`, `HEAD ${path}`]),
])

test('security S11: the table of what is really answered has no open row but health, sign-in and the shell', async () => {
  const consoleFolder = scratch()
  writeFileSync(join(consoleFolder, 'index.html'), '<p>console</p>')
  await using api = await openApi(options({ consoleFolder }))
  const rows = api.table.map(({ method, path, access }) => ({ row: `${method} ${path}`, access }))
  assert.deepEqual(new Set(rows.filter(({ access }) => access === 'open').map(({ row }) => row)), open)
  for (const route of routes)
    assert.ok(
      rows.some(({ row }) => row === `${route.method} ${route.path}`),
      route.path,
    )
})

test('security S11: every other row of the table refuses whoever shows no, a wrong or a cut key, and does nothing', async () => {
  const ports = memoryPorts()
  await using api = await startApi(options({ ports }))
  const wrong = ['', 'Bearer', 'Bearer x', `Bearer ${ownerKey.slice(1)}`, `Basic ${ownerKey}`, `Bearer ${ownerKey}x`]
  let proved = 0
  for (const { method, path, access } of api.table) {
    if (access === 'open') continue
    for (const authorization of wrong) {
      const headers = authorization === '' ? {} : { authorization }
      const response = await fetch(api.url + path.replace(':id', 'x'), { method, headers })
      assert.equal(response.status, 401, `${method} ${path} ${authorization}`)
      if (method !== 'HEAD') assert.equal(await codeOf(response), 'session.missing')
    }
    proved++
  }
  assert.ok(proved >= routes.length - open.size)
  assert.deepEqual(ports.asked, [])
  assert.equal(await codeOf(await fetch(`${api.url}/api/v1/nothing`)), 'session.missing')
  assert.equal(await codeOf(await fetch(`${api.url}/api/v1/nothing`, { headers: bearer })), 'route.unknown')
})

test('security S8: a foreign Host or Origin is refused before any effect, with a key as without', async () => {
  const ports = memoryPorts()
  await using api = await startApi(options({ ports }))
  const { host } = new URL(api.url)
  const token = { method: 'POST', body: '{}' }
  const cases: [code: string, headers: Record<string, string>, why: string][] = [
    ['local.host', { host: 'evil.example' }, 'a name that was rebound to loopback'],
    ['local.host', { host: `evil.example:${new URL(api.url).port}` }, 'the same with our port'],
    ['local.host', { host: '192.0.2.1' }, 'an address that is not loopback'],
    ['local.host', { host: 'localhost.evil.example' }, 'begins like ours'],
    ['local.host', { host: 'evil.example@127.0.0.1' }, 'credentials in the host'],
    ['local.origin', { origin: 'null' }, 'a sandboxed frame'],
    ['local.origin', { origin: 'https://evil.example' }, 'another site'],
    ['local.origin', { origin: 'http://127.0.0.1:1' }, 'another program on this machine'],
    ['local.origin', { origin: `http://${host}.evil.example` }, 'begins like ours'],
    ['local.origin', { 'sec-fetch-site': 'cross-site' }, 'a browser that says so'],
    ['local.origin', { 'sec-fetch-site': 'same-site' }, 'another port of this machine'],
    ['local.origin', { cookie: 'sallyport=x' }, 'a session that says no origin'],
  ]
  for (const [code, headers, why] of cases) {
    const answer = await raw(`${api.url}/api/v1/tokens`, {
      ...token,
      headers: { 'content-type': 'application/json', ...bearer, ...headers },
    })
    assert.equal(answer.status, 403, why)
    assert.match(answer.body, new RegExp(`"code":"${code}"`), why)
  }
  assert.deepEqual(ports.asked, [])
  for (const name of ['localhost:9999', '127.0.0.1', '[::1]:8443', 'LOCALHOST']) {
    const answer = await raw(`${api.url}/api/v1/session`, { headers: { ...bearer, host: name } })
    assert.equal(answer.status, 200, name)
  }
  const own = await fetch(`${api.url}/api/v1/session`, { headers: { ...bearer, origin: api.url } })
  assert.equal(own.status, 200)
})

test('security S8: no answer allows another origin, and a preflight gets nothing', async () => {
  await using api = await startApi(options())
  const answer = await fetch(`${api.url}/api/v1/tokens`, { method: 'OPTIONS', headers: { ...bearer } })
  assert.equal(answer.status, 404)
  const { headers } = await fetch(`${api.url}/api/v1/session`, { headers: bearer })
  assert.equal(headers.get('access-control-allow-origin'), null)
  assert.equal(headers.get('cache-control'), 'no-store')
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
  assert.match(headers.get('content-security-policy') ?? '', /default-src 'self'/)
  assert.doesNotMatch(headers.get('content-security-policy') ?? '', /unsafe/)
})

test('security S8: JSON in another dress (text/plain, a form) is refused', async () => {
  const ports = memoryPorts()
  await using api = await startApi(options({ ports }))
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
    const headers = { ...bearer, 'content-type': type }
    const response = await fetch(`${api.url}/api/v1/tokens`, { method: 'POST', headers, body: '{}' })
    assert.equal(response.status, 415, type)
    assert.equal(await codeOf(response), 'input.type')
  }
  assert.deepEqual(ports.asked, [])
})

test('security S6: a body too large, too deep or broken is refused by code, and the next request is served', async () => {
  await using api = await startApi(options())
  const post = (path: string, body: string) =>
    fetch(api.url + path, { method: 'POST', headers: { ...bearer, 'content-type': 'application/json' }, body })
  const large = await post('/api/v1/tokens', JSON.stringify({ name: 'x'.repeat(70_000) }))
  assert.equal(large.status, 413)
  assert.equal(await codeOf(large), 'input.large')
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  assert.equal(await codeOf(await post('/api/v1/inspect', `{"content":${deep}}`)), 'input.malformed')
  assert.equal(await codeOf(await post('/api/v1/inspect', deep)), 'input.malformed')
  assert.equal(await codeOf(await post('/api/v1/inspect', '{"content":')), 'input.malformed')
  assert.equal(await codeOf(await post('/api/v1/inspect', '{"content":"a","more":1}')), 'input.malformed')
  assert.equal(await codeOf(await post('/api/v1/inspect', '{"__proto__":{"a":1},"content":""}')), 'input.malformed')
  assert.equal('a' in {}, false)
  assert.equal(await codeOf(await post('/api/v1/tokens', '{"minutes":"5"}')), 'input.malformed')
  assert.equal((await post('/api/v1/inspect', '{"content":"192.0.2.1"}')).status, 200)
  const long = await fetch(`${api.url}/api/v1/events?q=${'x'.repeat(20_000)}`, { headers: bearer })
  assert.ok(long.status === 431 || long.status === 400)
})

test('security 6 V7: a link signs in once; the session is a cookie no script and no other site can use', async () => {
  await using api = await startApi(options())
  const signIn = (link: string) =>
    fetch(`${api.url}/api/v1/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: api.url },
      body: JSON.stringify({ link }),
    })
  const link = api.link()
  assert.match(link, /^http:\/\/127\.0\.0\.1:\d+\/signin#link=[\w-]{22}$/)
  const opened = await signIn(link)
  assert.equal(opened.status, 201)
  const cookie = opened.headers.get('set-cookie') ?? ''
  assert.match(cookie, /^sallyport-[0-9a-f]{8}=[\w-]{22}; Path=\/; HttpOnly; SameSite=Strict$/)
  assert.equal(await codeOf(await signIn(link)), 'session.link')
  assert.equal(await codeOf(await signIn('A'.repeat(22))), 'session.link')
  assert.equal((await signIn(new URL(api.link()).hash.replace('#link=', ''))).status, 201)

  const mine = { cookie: cookie.split(';')[0] ?? '', origin: api.url }
  const me = await fetch(`${api.url}/api/v1/session`, { headers: mine })
  const record: unknown = await me.json()
  assert.ok(typeof record === 'object' && record !== null && 'via' in record && record.via === 'session')
  assert.equal((await fetch(`${api.url}/api/v1/sessions/links`, { method: 'POST', headers: mine })).status, 401)
  assert.equal((await fetch(`${api.url}/api/v1/session`, { method: 'DELETE', headers: mine })).status, 204)
  assert.equal((await fetch(`${api.url}/api/v1/session`, { headers: mine })).status, 401)
})

test('security 6 V3: over TLS the cookie is __Host- and Secure, and signs in there', async () => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const made = await X509CertificateGenerator.createSelfSigned({ name: 'CN=test', keys, signingAlgorithm: algorithm })
  const key = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
  await using api = await startApi({ ...options(), tls: { key, cert: made.toString('pem') } })
  const { host } = new URL(api.url)
  const ask = (path: string, headers: Record<string, string>, body?: string) => {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; cookie: string }>()
    const method = body === undefined ? 'GET' : 'POST'
    const sent = httpsRequest(`https://${host}${path}`, { method, headers, rejectUnauthorized: false }, (answer) => {
      answer.resume()
      resolve({ status: answer.statusCode ?? 0, cookie: answer.headers['set-cookie']?.[0] ?? '' })
    })
    sent.on('error', reject)
    sent.end(body)
    return promise
  }
  const headers = { 'content-type': 'application/json', origin: `https://${host}` }
  const opened = await ask('/api/v1/sessions', headers, JSON.stringify({ link: api.link() }))
  assert.equal(opened.status, 201)
  assert.match(opened.cookie, /^__Host-sallyport-[0-9a-f]{8}=[\w-]{22}; Path=\/; HttpOnly; SameSite=Strict; Secure$/)
  const cookie = opened.cookie.split(';')[0] ?? ''
  assert.equal((await ask('/api/v1/session', { cookie })).status, 200)
})

test('security 6 V7: a session ends when idle, and in any case after its life; a link ends unused', async () => {
  let now = 1_700_000_000_000
  const clock: Clock = { ...systemClock, now: () => now }
  await using api = await startApi(options({ clock }))
  const signIn = async (link: string) => {
    const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ link }) }
    const answer = await fetch(`${api.url}/api/v1/sessions`, request)
    return { status: answer.status, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' }
  }
  const ask = async (cookie: string) => (await fetch(`${api.url}/api/v1/session`, { headers: { cookie } })).status

  const idle = await signIn(api.link())
  now += sessionIdleMs - 1
  assert.equal(await ask(idle.cookie), 200)
  now += sessionIdleMs
  assert.equal(await ask(idle.cookie), 401)

  const busy = await signIn(api.link())
  // Never idle for long: what ends it is its age.
  for (let age = 0; age < sessionLifetimeMs; age += sessionIdleMs / 2) {
    assert.equal(await ask(busy.cookie), 200)
    now += sessionIdleMs / 2
  }
  assert.equal(await ask(busy.cookie), 401)

  const old = api.link()
  now += 3_600_000
  assert.equal((await signIn(old)).status, 401)
})

test('DESIGN Ports: beyond loopback the console is refused, and a port in use is named with the remedy', async () => {
  for (const host of ['0.0.0.0', '::', '192.0.2.1', 'console.example'])
    await assert.rejects(startApi({ ...options(), listen: { host, port: 0 } }), { code: 'console.wide' })
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const address = other.address()
  assert.ok(typeof address === 'object' && address !== null)
  await assert.rejects(startApi({ ...options(), listen: { host: '127.0.0.1', port: address.port } }), (error) => {
    assert.ok(error instanceof Fault)
    assert.equal(error.code, 'port.inuse')
    assert.match(error.what, new RegExp(`127\\.0\\.0\\.1:${address.port}`))
    return true
  })
  await new Promise((resolve) => other.close(resolve))
})

test('console-and-cli 1.7: the shell is served for every page address, files keep theirs, nothing else is given', async () => {
  const consoleFolder = scratch()
  mkdirSync(join(consoleFolder, 'assets'))
  writeFileSync(join(consoleFolder, 'index.html'), '<p>console</p>')
  writeFileSync(join(consoleFolder, 'assets', 'main-AbCd1234.js'), 'export {}')
  writeFileSync(join(consoleFolder, '.secret'), 'no')
  await using api = await startApi(options({ consoleFolder }))
  for (const path of ['/', '/investigate?q=192.0.2.1', '/events/a:1', '/index.html', '/signin']) {
    const page = await fetch(api.url + path)
    assert.equal(page.status, 200, path)
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/)
    assert.match(page.headers.get('content-security-policy') ?? '', /^default-src 'self';/)
    assert.equal(page.headers.get('cache-control'), 'no-cache')
    assert.equal(await page.text(), '<p>console</p>')
  }
  const file = await fetch(`${api.url}/assets/main-AbCd1234.js`)
  assert.match(file.headers.get('cache-control') ?? '', /immutable/)
  assert.match(file.headers.get('content-type') ?? '', /javascript/)
  assert.equal((await fetch(`${api.url}/assets/gone-AbCd1234.js`)).status, 404)
  for (const path of ['/.secret', '/../api.log', '/%2e%2e/%2e%2e/etc/passwd', '/assets/..%2f..%2fetc%2fpasswd']) {
    const { body } = await raw(api.url + path)
    assert.doesNotMatch(body, /^no$|root:/, path)
  }
})

test('security S12: without a build the console says what to do, and the API works', async () => {
  await using api = await startApi(options())
  assert.equal(await codeOf(await fetch(`${api.url}/`)), 'console.missing')
  assert.equal((await fetch(`${api.url}/healthz`)).status, 200)
})
