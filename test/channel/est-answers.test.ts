// Enrolment and renewal against an EST server that answers in every wrong way (security 1.2, 1.6, 3.1, 3.4).
import 'reflect-metadata'
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { X509Certificate as Certificate, Pkcs10CertificateRequest, X509Certificates } from '@peculiar/x509'
import { Fault } from '../../src/core/fault.ts'
import { enrol } from '../../src/device/connector/enrol.ts'
import { readIdentities } from '../../src/device/connector/identity.ts'
import { spkiPin } from '../../src/device/connector/pinned-anchor.ts'
import { startRenewal } from '../../src/device/connector/renew.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { encodeToken, type TokenParts } from '../../src/wire/registration/token.ts'
import { type Pair, type TestAuthority, testAuthority } from './authority.ts'
import { until } from './until.ts'

type Answer = { readonly status: number; readonly body: string; readonly headers?: Record<string, string> }
type Fake = AsyncDisposable & {
  readonly port: number
  readonly folder: string
  /** What was asked, in order: method, path, body. */
  readonly asked: string[]
  answer: (path: string, body: string) => Answer | Promise<Answer>
  token(more?: Partial<TokenParts>): string
}

const authority = await testAuthority()
const silent = { write: () => undefined }

async function openFake(server?: Pair, ca: TestAuthority = authority): Promise<Fake> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-est-'))
  const { certificate, key } = server ?? (await ca.server(['127.0.0.1']))
  const asked: string[] = []
  const listener = createServer({ cert: `${certificate}${ca.ca}`, key, requestCert: true, rejectUnauthorized: false })
  listener.on('request', (request, response) => {
    void bodyOf(request).then(async (body) => {
      asked.push(`${request.method} ${request.url}`)
      const { status, body: text, headers = {} } = await fake.answer(request.url ?? '', body)
      response.writeHead(status, { 'Content-Length': Buffer.byteLength(text), ...headers })
      response.end(text)
    })
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const { port } = listener.address() as AddressInfo
  const fake: Fake = {
    port,
    folder,
    asked,
    answer: () => ({ status: 500, body: '' }),
    token: (more = {}) =>
      encodeToken({
        addresses: [`127.0.0.1:${port}`],
        pins: [spkiPin(new X509Certificate(ca.ca))],
        user: 'tAbCdEfGhIjKlMnO',
        key: 'k'.repeat(32),
        expires: Math.floor(systemClock.now() / 1000) + 600,
        ...more,
      }),
    async [Symbol.asyncDispose]() {
      listener.closeAllConnections()
      await new Promise((resolve) => listener.close(resolve))
      await rm(folder, { recursive: true })
    },
  }
  return fake
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const part of request.setEncoding('utf8')) body += part
  return body
}

async function codeOf(fake: Fake, token = fake.token()): Promise<string> {
  const { signal } = new AbortController()
  try {
    await enrol({ token, folder: fake.folder, clock: systemClock, log: silent, signal })
    return 'none'
  } catch (error) {
    assert(error instanceof Fault, String(error))
    return error.code
  }
}

function pkcs7(pem: string): Answer {
  return { status: 200, body: `${new X509Certificates([new Certificate(pem)]).export('base64')}\n` }
}

function record(port: number, device: string): Answer {
  const url = `https://127.0.0.1:${port}`
  const roles = { api: url, enrol: url, ingest: url, messages: url }
  return { status: 200, body: JSON.stringify({ v: 1, clientId: device, organisation: 'acme', roles }) }
}

test('security 1.6: to a CA that is not pinned nothing is sent, a pin of the leaf does not count', async () => {
  await using fake = await openFake()
  assert.equal(await codeOf(fake, fake.token({ pins: ['A'.repeat(43)] })), 'tls.pin.mismatch')
  const server = await authority.server(['127.0.0.1'])
  await using leaf = await openFake(server)
  const pins = [spkiPin(new X509Certificate(server.certificate))]
  assert.equal(await codeOf(leaf, leaf.token({ pins })), 'tls.pin.mismatch')
  assert.deepEqual([...fake.asked, ...leaf.asked], [])
})

test('security 3.4: a foreign name in the certificate is told with the names offered, nothing is sent', async () => {
  await using fake = await openFake(await authority.server(['exchange.example']))
  const { signal } = new AbortController()
  const options = { token: fake.token(), folder: fake.folder, clock: systemClock, log: silent, signal }
  await assert.rejects(enrol(options), (error) => {
    assert(error instanceof Fault)
    assert.equal(error.code, 'tls.name.mismatch')
    return /exchange\.example/.test(error.what)
  })
  assert.deepEqual(fake.asked, [])
})

test('security 3.4: a clock that is behind is told by how much', async () => {
  await using fake = await openFake()
  const clock = { ...systemClock, now: () => systemClock.now() - 24 * 3_600_000 }
  const { signal } = new AbortController()
  const failed = enrol({ token: fake.token(), folder: fake.folder, clock, log: silent, signal })
  await assert.rejects(
    failed,
    (error) => error instanceof Fault && error.code === 'clock.behind' && /2[34] h/.test(error.what),
  )
})

test('security 4: an answer is taken for what it is', async () => {
  const other = await authority.device('acme', 'other')
  const cases: readonly [answer: Answer, code: string, why: string][] = [
    [{ status: 200, body: '<html>sign in</html>' }, 'enrolment.reply.invalid', 'a portal that says 200'],
    [{ status: 200, body: '' }, 'enrolment.reply.invalid', 'nothing'],
    [pkcs7(other.certificate), 'enrolment.reply.invalid', 'for another key'],
    [pkcs7(authority.ca), 'enrolment.reply.invalid', 'the CA itself'],
    [{ status: 403, body: 'enrolment.token.spent: used. Make one.\n' }, 'enrolment.token.spent', 'ours'],
    [{ status: 503, body: 'enrolment.ca.unavailable: disk. Later.\n' }, 'enrolment.ca.unavailable', 'ours'],
    [{ status: 502, body: 'Bad Gateway' }, 'http.unexpected', 'a proxy'],
    [{ status: 200, body: 'A'.repeat(2_000_000) }, 'http.unexpected', 'without end'],
  ]
  for (const [answer, code, why] of cases) {
    await using fake = await openFake()
    fake.answer = () => answer
    assert.equal(await codeOf(fake), code, why)
    assert.deepEqual(fake.asked, ['POST /.well-known/est/simpleenroll'], why)
    assert.deepEqual(readIdentities(fake.folder), [], why)
  }
})

test('security 1.1: the organisation of the token is the label of the path', async () => {
  await using fake = await openFake()
  fake.answer = () => ({ status: 403, body: 'enrolment.organisation.mismatch: x. y.\n' })
  assert.equal(await codeOf(fake, fake.token({ organisation: 'acme' })), 'enrolment.organisation.mismatch')
  assert.deepEqual(fake.asked, ['POST /.well-known/est/acme/simpleenroll'])
})

test('security 1.3: a request bound to another connection is made once more, not for ever', async () => {
  await using fake = await openFake()
  fake.answer = () => ({ status: 400, body: 'enrolment.pop.mismatch: x. y.\n' })
  assert.equal(await codeOf(fake), 'enrolment.pop.mismatch')
  assert.equal(fake.asked.length, 2)
})

test('security 1.2: an enrolment that waits for approval asks again with the same key, until its token has ended', async () => {
  await using fake = await openFake()
  const keys: string[] = []
  fake.answer = (_, body) => {
    keys.push(spkiOf(body))
    return { status: 202, body: '', headers: keys.length === 1 ? { 'Retry-After': '45' } : { 'Retry-After': '999999' } }
  }
  let aheadMs = 0
  const waits: number[] = []
  const clock = {
    ...systemClock,
    now: () => systemClock.now() + aheadMs,
    async sleep(ms: number) {
      waits.push(ms)
      aheadMs += ms
    },
  }
  const { signal } = new AbortController()
  await assert.rejects(enrol({ token: fake.token(), folder: fake.folder, clock, log: silent, signal }), {
    code: 'enrolment.pending',
  })
  assert.equal(waits[0], 45_000, 'as the exchange says')
  assert((waits[1] ?? 0) < 600_000, 'and not beyond the life of the token')
  assert.equal(waits.length, 2)
  assert.equal(new Set(keys).size, 1)
  assert.deepEqual(readIdentities(fake.folder), [])

  const stop = new AbortController()
  fake.answer = () => ({ status: 202, body: '' })
  const waiting = enrol({
    token: fake.token(),
    folder: fake.folder,
    clock: systemClock,
    log: silent,
    signal: stop.signal,
  })
  waiting.catch(() => undefined)
  await until(() => fake.asked.length === 4, 'it waits')
  stop.abort(new Fault('internal', { what: 'stopped' }))
  await assert.rejects(waiting, { what: 'stopped' })
})

/** @returns the public key that a request is for */
function spkiOf(body: string): string {
  return Buffer.from(new Pkcs10CertificateRequest(Buffer.from(body, 'base64')).publicKey.rawData).toString('base64')
}

test('security 1.4: a key that belongs to another device is replaced once, the token is not spent by it', async () => {
  await using fake = await openFake()
  const bodies: string[] = []
  fake.answer = (_, body) => {
    bodies.push(body)
    return { status: 409, body: 'enrolment.key.reused: x. y.\n' }
  }
  assert.equal(await codeOf(fake), 'enrolment.key.reused')
  assert.equal(bodies.length, 2)
})

test('security 3.1: a renewal that fails is tried after 1 min, doubling to 1 h, and the old identity stays', async () => {
  await using fake = await openFake()
  fake.answer = () => ({ status: 503, body: 'enrolment.ca.unavailable: disk. Later.\n' })
  const old = await authority.device('acme', 'dev-1')
  const identity = { generation: 1, ...old, serial: '01', notBefore: 0, notAfter: systemClock.now() + 86_400_000 }
  const waits: number[] = []
  const lines: string[] = []
  await using _renewal = startRenewal({
    folder: fake.folder,
    clock: {
      ...systemClock,
      async sleep(ms, signal) {
        waits.push(ms)
        await systemClock.sleep(waits.length > 8 ? 1_000 : 0, signal)
      },
    },
    log: { write: (level, place, text) => void lines.push(`${level} ${place}] ${text}`) },
    registration: () => ({
      identity,
      target: { host: '127.0.0.1', port: fake.port },
      organisation: 'acme',
      device: 'dev-1',
      anchors: authority.ca,
    }),
    dueAt: () => 0,
    renewed: () => assert.fail(),
  })
  await until(() => waits.length >= 8, 'eight attempts')
  assert.deepEqual(
    waits.slice(0, 8).map((ms) => ms / 60_000),
    [1, 2, 4, 8, 16, 32, 60, 60],
  )
  assert(fake.asked.every((path) => path === 'POST /.well-known/est/simplereenroll'))
  assert.match(lines[0] ?? '', /^error est:renew\] enrolment\.ca\.unavailable; 0 days left, next attempt in 60 s$/)
})

test('issue 8.4: a way that breaks after the token was spent is mended by the same token again', async () => {
  await using fake = await openFake()
  const issuedFor = new Map<string, string>()
  let broken = true
  fake.answer = async (path, body) => {
    if (path.endsWith('simpleenroll')) {
      const { publicKey } = new Pkcs10CertificateRequest(Buffer.from(body, 'base64'))
      const key = Buffer.from(publicKey.rawData).toString('hex')
      const pem = issuedFor.get(key) ?? (await authority.certify('acme', 'dev-1', publicKey))
      issuedFor.set(key, pem)
      return pkcs7(pem)
    }
    if (path.endsWith('cacerts')) return pkcs7(authority.ca)
    return broken ? { status: 502, body: 'Bad Gateway' } : record(fake.port, 'dev-1')
  }
  const token = fake.token()
  assert.equal(await codeOf(fake, token), 'http.unexpected')
  assert.deepEqual(readIdentities(fake.folder), [])
  broken = false
  assert.equal(await codeOf(fake, token), 'none')
  assert.equal(issuedFor.size, 1, 'the same key asked')
  assert.equal(readIdentities(fake.folder).length, 1)
})
