// The configuration token as a relay sees it: verified with node:crypto alone, by keys fetched over TLS from the real
// listener, with the words of the relays that exist (threat-response-contract 2.2).
import 'reflect-metadata'
import assert from 'node:assert/strict'
import { createHmac, createPublicKey, randomBytes, verify, webcrypto } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509'
import { organisationId } from '../../../core/ids.ts'
import { type Clock, systemClock } from '../../../platform/clock.ts'
import { openState } from '../../../platform/sqlite.ts'
import { startApi } from '../../../server/api/api.ts'
import { options } from '../../../server/api/api-fixture.ts'
import { memoryPorts } from '../../../server/api/ports-memory.ts'
import type { ModuleSettings } from '../../../wire/api/modules.ts'
import { memoryEvents } from '../../enrich/events-port-memory.ts'
import { noCoverage } from '../../enrich/merge-coverage.ts'
import { openModules } from '../modules.ts'
import { claimsOf } from './configuration-token.ts'
import { startRelayStub } from './relay-fixture.ts'

const acme = organisationId('acme')
const never = new AbortController().signal

type Claims = Readonly<Record<string, unknown>> & { readonly aud: readonly string[]; readonly exp: number }
type Jwks = { readonly keys: readonly (webcrypto.JsonWebKey & { readonly kid: string })[] }
type Token = { readonly header: Readonly<Record<string, unknown>>; readonly claims: Claims; readonly signed: string }

function readToken(authorization: string | undefined): Token & { readonly signature: Buffer } {
  const [, header = '', claims = '', signature = ''] =
    /^Bearer ([\w-]+)\.([\w-]+)\.([\w-]+)$/.exec(authorization ?? '') ?? assert.fail(`no token: ${authorization}`)
  const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())
  const signed = `${header}.${claims}`
  return { header: decoded(header), claims: decoded(claims), signed, signature: Buffer.from(signature, 'base64url') }
}

async function fetchJwks(host: string, ca: string): Promise<{ readonly jwks: Jwks; readonly type: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  get(`https://${host}/.well-known/jwks`, { ca, agent: false }, resolve).on('error', reject)
  const response = await promise
  assert.equal(response.statusCode, 200)
  const chunks: Buffer[] = []
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk)
  return { jwks: JSON.parse(Buffer.concat(chunks).toString()), type: String(response.headers['content-type']) }
}

/** What the relays of the family do at every call. @returns their complaint, undefined where they go on */
async function complaintOf(request: IncomingMessage, ca: string, now: number): Promise<string | undefined> {
  const { header, claims, signed, signature } = readToken(request.headers.authorization)
  if (typeof claims['jwks_host'] !== 'string') return 'jwks_host is missing in JWT payload'
  const fetched = await fetchJwks(claims['jwks_host'], ca).catch(() => undefined)
  if (fetched === undefined) return 'Wrong jwks_host in JWT payload'
  // All of them are loaded before one is picked: a foreign one ends the call.
  const keys = new Map(fetched.jwks.keys.map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })]))
  const key = keys.get(String(header['kid']))
  if (key === undefined) return 'kid from JWT header not found in API response'
  assert.equal(header['alg'], 'RS256')
  if (!verify('RSA-SHA256', Buffer.from(signed), key, signature)) return 'Failed to decode JWT with provided key'
  // Flask's url_root without its last slash: the scheme and the Host header as they arrive.
  if (!claims.aud.includes(`http://${request.headers.host}`)) return 'Wrong configuration-token-audience'
  const seconds = Math.floor(now / 1_000)
  assert.ok(Number(claims['iat']) <= seconds && Number(claims['nbf']) <= seconds, 'from the future')
  assert.ok(claims.exp > seconds + 120, 'about to expire')
  return typeof claims['key'] === 'string' ? undefined : 'Wrong JWT payload structure'
}

async function selfSigned() {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' }
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const extensions = [new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])]
  const made = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=test',
    keys,
    signingAlgorithm: algorithm,
    extensions,
  })
  const key = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY')
  return { key, cert: made.toString('pem') }
}

/** The registry with its keys behind the real listener, and a relay that verifies what it is sent. */
async function startSite(up: AsyncDisposableStack) {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-token-'))
  up.defer(() => rm(folder, { recursive: true, force: true }))
  const { db } = up.use(await openState(join(folder, 'state.sqlite')))
  let passedMs = 0
  const clock: Clock = {
    ...systemClock,
    now: () => systemClock.now() + passedMs,
    monotonic: () => systemClock.monotonic() + passedMs,
  }
  let jwksHost = ''
  const report = (error: unknown) => assert.fail(String(error))
  const needs = { db, events: memoryEvents(acme, [], noCoverage), clock, sealingKey: randomBytes(32), report }
  const modules = await openModules({ ...needs, listsFolder: join(folder, 'lists'), jwksHost: () => jwksHost })
  const tls = await selfSigned()
  const serve = async (jwks: typeof modules.jwks) => {
    const ports = memoryPorts()
    const api = up.use(
      await startApi({ ...options({ ports: { ...ports, modules: { ...ports.modules, jwks } } }), tls }),
    )
    return new URL(api.url).host
  }
  jwksHost = await serve(modules.jwks)
  const relay = up.use(
    await startRelayStub({
      '/health': (request, response) => {
        complaintOf(request, tls.cert, clock.now()).then(
          (message) => {
            const errors = [{ code: 'authorization error', type: 'fatal', message: `Authorization failed: ${message}` }]
            response.end(JSON.stringify(message === undefined ? { data: { status: 'ok' } } : { errors }))
          },
          (error: unknown) => response.writeHead(500).end(JSON.stringify({ message: String(error) })),
        )
      },
    }),
  )
  let added = 0
  const add = async (settings: ModuleSettings) => {
    const all = { url: relay.url, 'auth-type': 'configuration-token', custom_key: 'k-1234567', ...settings }
    const { id } = await modules.add(acme, { type: 'relay', name: `R${++added}`, settings: all })
    return async () => {
      const tested = (await modules.test(acme, id, [], never)) ?? assert.fail()
      return { tested, ...readToken(relay.requests.at(-1)?.authorization) }
    }
  }
  const pass = (ms: number) => {
    passedMs += ms
  }
  return { modules, tls, jwksHost, serve, relay, add, pass, clock }
}

test('contract 2.2: a relay that knows only our JWKS over TLS accepts the token, its header, its claims and its times', async () => {
  await using up = new AsyncDisposableStack()
  const { add, clock, tls, jwksHost, relay } = await startSite(up)
  const ask = await add({ custom_CTR_ENTITIES_LIMIT: '50', 'supported-apis': 'observe/observables', timeout: 20 })
  const before = Math.floor(clock.now() / 1_000)
  const { tested, header, claims } = await ask()
  assert.equal(tested.passed, true, JSON.stringify(tested))

  const { jwks, type } = await fetchJwks(jwksHost, tls.cert)
  assert.match(type, /^application\/json/)
  assert.deepEqual(
    jwks.keys.map((key) => [Object.keys(key).toSorted(), key.kty, key['alg'], key['use']]),
    [[['alg', 'e', 'kid', 'kty', 'n', 'use'], 'RSA', 'RS256', 'sig']],
    'RSA keys with their kid, no part of them private',
  )
  assert.deepEqual(header, { alg: 'RS256', typ: 'JWT', kid: jwks.keys[0]?.kid })
  const { iat, nbf, exp, jti, aud, ...others } = claims
  const made = Number(iat) + 300
  assert.ok(made >= before && made <= before + 60)
  assert.deepEqual([nbf, exp], [iat, made + 600])
  assert.match(String(jti), /^j[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  assert.ok(Array.isArray(aud) && aud.includes(relay.url))
  assert.ok(aud.every((one) => new URL(one.replace(/:None$/, '')).hostname === '127.0.0.1'))
  // Every custom_ setting without its prefix, no other setting.
  assert.deepEqual(others, { iss: 'sallyport', jwks_host: jwksHost, key: 'k-1234567', CTR_ENTITIES_LIMIT: '50' })
})

test('contract 2.2: a token is used again for five minutes by its own instance alone, then another is made', async () => {
  await using up = new AsyncDisposableStack()
  const { add, pass } = await startSite(up)
  const ask = await add({})
  const other = await add({})
  const first = await ask()
  assert.notEqual((await other()).claims['jti'], first.claims['jti'])
  pass(240_000)
  assert.equal((await ask()).signed, first.signed)
  pass(61_000)
  const later = await ask()
  assert.notEqual(later.claims['jti'], first.claims['jti'])
  assert.ok(later.claims.exp >= first.claims.exp + 301)
  assert.ok([first, later].every(({ tested }) => tested.passed))
})

test('contract 2.2: keys of another server, of a changed modulus or out of reach are refused, and the test says why', async () => {
  await using up = new AsyncDisposableStack()
  const { add, serve, modules } = await startSite(up)
  const changed = modules.jwks.keys.map((key) => ({
    ...key,
    n: `${key.n?.startsWith('v') ? 'w' : 'v'}${key.n?.slice(1)}`,
  }))
  const cases: readonly (readonly [settings: ModuleSettings, says: RegExp, advice: RegExp])[] = [
    [{ custom_jwks_host: await serve({ keys: changed }) }, /Failed to decode/, /names another server/],
    [
      { custom_jwks_host: await serve({ keys: changed.map((key) => ({ ...key, kid: 'another' })) }) },
      /kid from JWT header not found/,
      /names another server/,
    ],
    [{ custom_jwks_host: '127.0.0.1:1' }, /Wrong jwks_host/, /does not reach our keys/],
    [{ custom_key: '', custom_other: 'x' }, /Wrong JWT payload structure/, /custom_/],
  ]
  for (const [settings, says, advice] of cases) {
    const { tested } = await (await add(settings))()
    assert.equal(tested.passed, false)
    assert.match(tested.steps[0]?.errors[0]?.message ?? '', says)
    assert.match(tested.advice.join(), advice)
  }
})

test('contract 2.2: with a shared secret the same claims are signed by it, without a kid', async () => {
  await using up = new AsyncDisposableStack()
  const { add } = await startSite(up)
  const key = 'shared-secret-of-a-relay-0123456789'
  const ask = await add({ 'configuration-token-alg': 'HS256', 'configuration-token-key': key })
  const { header, claims, signed, signature } = await ask()
  assert.deepEqual(header, { alg: 'HS256', typ: 'JWT' })
  assert.deepEqual(createHmac('sha256', key).update(signed).digest(), signature)
  assert.equal(claims['key'], 'k-1234567')
  assert.ok(!JSON.stringify(claims).includes(key))
})

test('contract 2.2: the audience holds every form in which a relay may see its own address, of one host, each once', () => {
  const cases: readonly (readonly [url: string, sees: string, why: string])[] = [
    ['https://relay.example', 'https://relay.example', 'as typed'],
    ['https://relay.example', 'http://relay.example', 'behind a TLS terminator'],
    ['https://relay.example', 'https://relay.example:443', 'explicit port'],
    ['https://relay.example', 'https://relay.example:None', 'a framework that writes the missing port'],
    ['https://relay.example/dev/', 'https://relay.example/dev', 'mount prefix without its last slash'],
    ['https://relay.example/dev', 'http://relay.example', 'prefix taken away by a gateway'],
    ['http://relay.example:9090', 'https://relay.example:9090', 'the other scheme'],
    ['http://relay.example:9090', 'http://relay.example', 'port taken away by a gateway'],
    ['http://[::1]:9090/dev', 'http://[::1]:9090/dev', 'IPv6'],
    ['https://relay.example', 'https://inner.example/own', 'configured'],
  ]
  for (const [url, sees, why] of cases) {
    const settings = { 'configuration-token-audience': 'https://inner.example/own', custom_empty: '' }
    const { aud, ...claims } = claimsOf({ url: new URL(url), settings, jwksHost: 'x', now: 0 })
    assert(Array.isArray(aud))
    assert.ok(aud.includes(sees), `${why}: ${aud.join(' ')}`)
    assert.equal(new Set(aud).size, aud.length, why)
    assert.ok(!('empty' in claims), 'an empty field is no claim')
  }
})
