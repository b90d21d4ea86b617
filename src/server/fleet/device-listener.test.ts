// The devices' listener: who is let in on each route, what the answers look like, and what ends a live socket.
import 'reflect-metadata'
import assert from 'node:assert/strict'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { connect as tcpConnect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect, type TLSSocket } from 'node:tls'
import * as x509 from '@peculiar/x509'
import { sql } from 'kysely'
import { Fault } from '../../core/fault.ts'
import { channelPath } from '../../wire/channel/messages.ts'
import { clientsPath, readClientRecord } from '../../wire/registration/clients.ts'
import { openAuthority } from './authority.ts'
import { makeDeviceCertificate, newKeyPair, pemOf } from './certificate-profile.ts'
import { startDeviceListener } from './device-listener.ts'
import { needs } from '../../../test/needs.ts'
import {
  ask,
  codeIn,
  enrolDevice,
  type FleetSite,
  newRequest,
  openFleetSite,
  run,
  type TestDevice,
  secure,
} from './fleet-fixture.ts'
import { privateKeyPem, signingKey } from './private-key.ts'
import { readSecretFile } from './secret-file.ts'

const day = 86_400_000
const operator = { by: 'test', reason: 'for the test' }
const est = '/.well-known/est'

type Credentials = { readonly key: string; readonly cert: string }

/** security S1: who may come with what, and what each is told. */
const impostors: readonly { why: string; code: string; make: (site: FleetSite) => Promise<Credentials | undefined> }[] =
  [
    { why: 'none', code: 'identity.missing', make: async () => undefined },
    { why: 'self-signed', code: 'identity.unknown', make: () => selfSigned(Date.now()) },
    { why: 'self-signed and expired', code: 'identity.unknown', make: () => selfSigned(Date.now() - 500 * day) },
    { why: 'of another exchange', code: 'identity.unknown', make: (site) => alien(site, Date.now()) },
    {
      why: 'of another exchange, expired',
      code: 'identity.unknown',
      make: (site) => alien(site, Date.now() - 200 * day),
    },
    { why: 'of a CA that took our name', code: 'identity.unknown', make: sameName },
    {
      why: "the server's own",
      code: 'identity.purpose',
      make: async (site) => site.fleet.authority.server.credentials,
    },
    { why: "of a device's listener", code: 'identity.unknown', make: ofListener },
    { why: 'ours, but not listed', code: 'identity.unlisted', make: unlisted },
    {
      why: 'revoked',
      code: 'identity.revoked',
      make: (site) => ended(site, (key) => site.fleet.registry.revoke(key, operator)),
    },
    {
      why: 'of a removed device',
      code: 'identity.removed',
      make: (site) => ended(site, (key) => site.fleet.registry.setStanding(key, 'removed', operator)),
    },
    {
      why: 'of a banned device',
      code: 'identity.banned',
      make: (site) => ended(site, (key) => site.fleet.registry.setStanding(key, 'banned', operator)),
    },
    { why: 'expired by a second', code: 'identity.lapsed', make: (site) => aged(site, 90 * day + 1_000) },
    { why: 'not valid yet', code: 'identity.notyet', make: (site) => aged(site, -3_600_000 - 2_000) },
  ]

for (const { why, code, make } of impostors)
  test(`security S1: a client certificate (${why}) is ${code} on every route`, async () => {
    await using site = await openFleetSite()
    const credentials = await make(site)
    const status = code === 'identity.missing' ? 401 : 403
    for (const path of ['/', clientsPath]) {
      const reply = await ask(site, path, { ...credentials })
      assert.deepEqual([reply.status, codeIn(reply)], [403, code])
      assert.match(reply.body, /^Forbidden\n/)
    }
    const { csr } = await newRequest()
    const renewed = await ask(site, `${est}/simplereenroll`, { ...credentials, method: 'POST', headers: pkcs10 }, csr)
    assert.deepEqual([renewed.status, codeIn(renewed)], [status, code])
    const opened = await upgrade(site, credentials)
    assert.match(opened.head, new RegExp(`^HTTP/1.1 ${status} [^]*\r\n\r\n${code.replace('.', '\\.')}: `))
    const plain = await ask(site, channelPath, { ...credentials })
    assert.deepEqual([plain.status, codeIn(plain)], [status, code])
    assert.equal(site.channels.length, 0)
  })

test('security S1: valid to the last second, and from the first', async () => {
  for (const age of [90 * day - 5_000, -3_600_000 + 5_000]) {
    await using site = await openFleetSite()
    assert.equal((await ask(site, clientsPath, { ...(await aged(site, age)) })).status, 200)
  }
})

test('security S1: a device is let in on every route, as itself', async () => {
  await using site = await openFleetSite()
  const device = await enrolDevice(site)
  const record = await ask(site, clientsPath, { ...device })
  assert.equal(record.status, 200)
  const { clientId, organisation, roles } = readClientRecord(JSON.parse(record.body)) ?? assert.fail('no client record')
  assert.deepEqual(
    { clientId, organisation, ingest: roles.ingest },
    { clientId: device.device, organisation: 'default', ingest: site.base },
  )
  const root = await ask(site, '/', { ...device })
  assert.deepEqual(JSON.parse(root.body), { v: 1, roles: ['api', 'enrol', 'ingest', 'messages'] })
  assert.equal((await ask(site, channelPath, { ...device })).status, 426)
  const { head, socket } = await upgrade(site, device)
  assert.match(head, /^HTTP\/1.1 101 /)
  const [identity] = site.channels
  assert.deepEqual(
    [identity?.device, identity?.organisation, identity?.revoked.aborted],
    [device.device, 'default', false],
  )
  assert.equal(new X509Certificate(identity?.certificatePem ?? '').raw.compare(new X509Certificate(device.cert).raw), 0)
  assert.equal((await site.fleet.registry.devices('default'))[0]?.states.connected, true)
  socket.destroy()
  await until(async () => (await site.fleet.registry.devices('default'))[0]?.states.connected === false)
})

test('security 1.6: revoking, removing or banning a device closes its live sockets within 2 s', async () => {
  await using site = await openFleetSite()
  const registry = site.fleet.registry
  for (const [code, end] of [
    ['identity.revoked', (key: Key) => registry.revoke(key, operator)],
    ['identity.removed', (key: Key) => registry.setStanding(key, 'removed', operator)],
    ['identity.banned', (key: Key) => registry.setStanding(key, 'banned', operator)],
  ] as const) {
    const device = await enrolDevice(site)
    const other = await upgrade(site, await enrolDevice(site))
    const { socket } = await upgrade(site, device)
    const identity = site.channels.at(-1)
    const began = performance.now()
    const closed = once(socket, 'close')
    await end({ organisation: 'default', device: device.device })
    assert.equal(identity?.revoked.aborted, true)
    assert.equal(identity.revoked.reason.code, code)
    await closed
    assert(performance.now() - began < 2_000)
    assert.equal(other.socket.destroyed, false)
    other.socket.destroy()
  }
})

test('security 1.6: a TLS session cannot be resumed, neither in 1.2 nor in 1.3', async () => {
  await using site = await openFleetSite()
  const device = await enrolDevice(site)
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const options = { ...device, minVersion: version, maxVersion: version }
    const first = await secure(site, options)
    const sessions: Buffer[] = []
    first.on('session', (session) => sessions.push(session))
    first.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(first, 'data')
    const session = sessions.at(-1) ?? first.getSession()
    first.destroy()
    const second = await secure(site, { ...options, ...(session === undefined ? {} : { session }) })
    assert.equal(second.isSessionReused(), false)
    second.destroy()
  }
})

test('security S23: nothing below TLS 1.2, no renegotiation', needs('openssl'), async () => {
  await using site = await openFleetSite()
  await assert.rejects(secure(site, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' }))
  assert(site.listener.handshakeFailures.size > 0)
  const address = `127.0.0.1:${site.listener.address.port}`
  const asked = await run('openssl', ['s_client', '-tls1_2', '-connect', address], 'R\n')
  assert.match(asked.stdout.toString() + asked.stderr, /RENEGOTIATING[^]*no renegotiation/)
})

test(
  'original A8: without a certificate 403 keeps the connection alive; curl says left intact',
  needs('curl'),
  async () => {
    await using site = await openFleetSite()
    const reply = await ask(site, clientsPath, { headers: { Connection: 'keep-alive' } })
    assert.deepEqual(
      [reply.status, reply.headers.connection, reply.headers['keep-alive']],
      [403, 'keep-alive', 'timeout=5'],
    )
    assert.match(reply.headers['content-type'] ?? '', /^text\/plain/)
    assert.match(reply.body, /^Forbidden\nidentity\.missing: No client certificate was shown\. /)
    const ca = join(site.folder, 'ca', 'ca-1.pem')
    for (const path of [clientsPath, '/']) {
      const { stderr } = await run('curl', ['-sv', '--cacert', ca, `${site.base}${path}`])
      assert.match(stderr, /Connection #0 to host .* left intact\s*$/)
      assert.match(stderr, /< HTTP\/1\.1 403 Forbidden/)
    }
  },
)

/** security S24: what two parsers could read differently is refused, and the connection ends. */
const smuggled: readonly [string, string][] = [
  ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc'],
  [
    'length and chunks',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  ['a bad chunk', `POST ${est}/simplereenroll HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`],
  ['a length with a sign', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +3\r\n\r\nabc'],
  ['HTTP/0.9', 'GET /\r\n\r\n'],
  ['a blank before the colon', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n'],
  ['a line ended by LF alone', 'GET / HTTP/1.1\nHost: x\n\n'],
  ['no host', 'GET / HTTP/1.1\r\n\r\n'],
  ['an unknown transfer encoding', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x, chunked, x\r\n\r\n'],
  ['a head of 20 kB', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`],
]
for (const [why, bytes] of smuggled)
  test(`security S24: ${why} is refused and the connection closed`, async () => {
    await using site = await openFleetSite()
    const socket = await secure(site, {})
    socket.write(bytes)
    const text = await wholeText(socket)
    assert.match(text, /^HTTP\/1\.1 4(00|31) /)
    assert.equal(text.match(/HTTP\/1\.1 /g)?.length, 1)
  })

test('security S20: a handshake cut after ClientHello and an idle connection harm nobody', async () => {
  await using site = await openFleetSite()
  const { port } = site.listener.address
  const idle = Array.from({ length: 100 }, () => tcpConnect(port, '127.0.0.1').on('error', () => undefined))
  const cut = Array.from({ length: 100 }, () => connect({ port, host: '127.0.0.1' }).on('error', () => undefined))
  for (const socket of cut) socket.once('connect', () => setImmediate(() => socket.destroy()))
  assert.equal((await ask(site, `${est}/cacerts`)).status, 200)
  for (const socket of [...idle, ...cut]) socket.destroy()
})

test('security S20: a handshake, a head and a body that drip are cut; others are served meanwhile', async () => {
  await using site = await openFleetSite({ handshakeMs: 300, headMs: 300, requestMs: 600, checkEveryMs: 50 })
  const half = tcpConnect(site.listener.address.port, '127.0.0.1').on('error', () => undefined)
  const head = await secure(site, {})
  head.write('GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ')
  const body = await secure(site, {})
  body.write(`POST ${est}/simpleenroll HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nA`)
  const ends = [once(half, 'close'), wholeText(head), wholeText(body)]
  assert.equal((await ask(site, `${est}/cacerts`)).status, 200)
  const [, slowHead, slowBody] = await Promise.all(ends)
  assert.match(String(slowHead), /^HTTP\/1\.1 408 /)
  assert.match(String(slowBody), /^HTTP\/1\.1 408 |^$/)
  assert(!site.logged.some((line) => line.includes('request failed')), 'who is cut is no failure of ours')
})

test('security S20: connections beyond the limit are refused, and the log names it', async () => {
  await using site = await openFleetSite({ connectionsMax: 3 })
  const held = [await secure(site, {}), await secure(site, {}), await secure(site, {})]
  await assert.rejects(secure(site, {}))
  assert(site.logged.some((line) => line.includes('too many') && line.includes('"connectionsMax":3')))
  held[0]?.destroy()
  await until(() =>
    secure(site, {}).then(
      (socket) => socket.destroy() && true,
      () => false,
    ),
  )
  for (const socket of held) socket.destroy()
})

test('security 1.6: a renewed server certificate serves new connections; old ones go on', async () => {
  await using site = await openFleetSite()
  const before = await secure(site, {})
  await site.fleet.authority.server.addName('later.example')
  const after = await secure(site, { servername: 'later.example' })
  assert.equal(after.getPeerX509Certificate()?.checkHost('later.example'), 'later.example')
  before.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
  assert.match(await wholeText(before), /^HTTP\/1.1 403/)
  after.destroy()
})

test('security S21: while the state database fails every route says 503 and when to come back, never who one is', async () => {
  await using site = await openFleetSite()
  const device = await enrolDevice(site)
  const token = await site.token()
  const { csr } = await newRequest()
  await sql`drop table fleet_certificate`.execute(site.db)
  await sql`alter table fleet_token rename to elsewhere`.execute(site.db)
  const authorization = `Basic ${Buffer.from(`${token.user}:${token.key}`).toString('base64')}`
  for (const [path, options] of [
    [clientsPath, { ...device }],
    [`${est}/simplereenroll`, { ...device, method: 'POST', headers: pkcs10 }],
    [`${est}/simpleenroll`, { method: 'POST', headers: { ...pkcs10, authorization } }],
  ] as const) {
    const reply = await ask(site, path, options, 'method' in options ? csr : '')
    assert.deepEqual(
      [reply.status, codeIn(reply), reply.headers['retry-after']],
      [503, 'enrolment.ca.unavailable', '10'],
    )
  }
  assert.match((await upgrade(site, device)).head, /^HTTP\/1.1 503 /)
  assert.equal((await ask(site, `${est}/cacerts`)).status, 200, 'what needs no database still answers')
})

test('port.inuse: a taken port is named with the remedy, and the second listener leaves nothing behind', async () => {
  await using site = await openFleetSite()
  const second = startDeviceListener({
    ...site.fleet,
    listen: site.listener.address,
    channel: { accept: () => undefined },
    roles: () => assert.fail(),
    clock: { now: Date.now, monotonic: performance.now, sleep: async () => undefined },
    log: site.log,
  })
  await assert.rejects(
    second,
    (error) => error instanceof Fault && error.code === 'port.inuse' && /--devices/.test(error.remedy),
  )
})

type Key = { readonly organisation: string; readonly device: string }
const pkcs10 = { 'Content-Type': 'application/pkcs10' }

/** Asks for the channel; resolves with the head of the answer and what follows it so far. */
async function upgrade(
  site: FleetSite,
  credentials: Credentials | undefined,
): Promise<{ head: string; socket: TLSSocket }> {
  const socket = await secure(site, { ...credentials })
  socket.on('error', () => undefined)
  socket.write(
    `GET ${channelPath} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
  )
  const [data] = await once(socket, 'data')
  socket.resume()
  return { head: String(data), socket }
}

async function wholeText(socket: TLSSocket): Promise<string> {
  let text = ''
  socket.on('data', (part: Buffer) => {
    text += part.toString('latin1')
  })
  socket.on('error', () => undefined)
  socket.setTimeout(15_000, () => socket.destroy(new Error('still open after 15 s')))
  await once(socket, 'close')
  return text
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + 5_000; !(await holds()); await new Promise(setImmediate))
    assert(performance.now() < deadline, 'within 5 s')
}

async function ended(site: FleetSite, end: (key: Key) => Promise<unknown>): Promise<TestDevice> {
  const device = await enrolDevice(site)
  await end({ organisation: 'default', device: device.device })
  return device
}

async function aged(site: FleetSite, ms: number): Promise<TestDevice> {
  const device = await enrolDevice(site)
  site.advance(ms)
  return device
}

async function selfSigned(from: number): Promise<Credentials> {
  const keys = await newKeyPair()
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=d0000000000000000, O=default',
    keys,
    notBefore: new Date(from - day),
    notAfter: new Date(from + 90 * day),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
  })
  return { key: await privateKeyPem(keys.privateKey), cert: pemOf(certificate) }
}

async function alien(site: FleetSite, now: number): Promise<Credentials> {
  const clock = { now: () => now, monotonic: () => 0, sleep: async () => undefined }
  const folder = join(site.folder, 'alien')
  await using other = await openAuthority({
    folder,
    names: [],
    clock: { ...clock, sleep: (_, signal) => aborted(signal) },
    log: site.log,
  })
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issued = await other.issueDevice(publicKey.export({ format: 'der', type: 'spki' }), {
    organisation: 'default',
    device: 'd1',
  })
  return { key: privateKey.export({ format: 'pem', type: 'pkcs8' }), cert: issued.pem }
}

function aborted(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve()))
}

async function sameName(site: FleetSite): Promise<Credentials> {
  const ca = new x509.X509Certificate(site.fleet.authority.anchors[0] ?? '')
  const keys = await newKeyPair()
  return signedBy({ certificate: ca, key: keys.privateKey })
}

async function ofListener(site: FleetSite): Promise<Credentials> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const who = { organisation: 'default', names: ['d0000000000000000'] }
  const made = await site.fleet.authority.issueListener(publicKey.export({ format: 'der', type: 'spki' }), who)
  return { key: privateKey.export({ format: 'pem', type: 'pkcs8' }), cert: made.pem }
}

async function unlisted(site: FleetSite): Promise<Credentials> {
  const folder = join(site.folder, 'ca')
  const key = await signingKey((await readSecretFile(join(folder, 'ca-1.key'))) ?? '')
  return signedBy({ certificate: new x509.X509Certificate(site.fleet.authority.anchors[0] ?? ''), key })
}

async function signedBy(signer: Parameters<typeof makeDeviceCertificate>[0]): Promise<Credentials> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const who = { organisation: 'default', device: 'd1' }
  const made = await makeDeviceCertificate(
    signer,
    publicKey.export({ format: 'der', type: 'spki' }),
    who,
    Date.now(),
    day,
  )
  return { key: privateKey.export({ format: 'pem', type: 'pkcs8' }), cert: pemOf(made) }
}
