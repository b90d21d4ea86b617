// The connector against an exchange of real parts: enrolment, channel, revocation, renewal, local API (issue 8, part 4;
// security 1.3, 2, 3).
import assert from 'node:assert/strict'
import { appendFileSync, chmodSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { test } from 'node:test'
import { Fault } from '../../src/core/fault.ts'
import { type Connector, type ConnectorOptions, startConnector } from '../../src/device/connector/connector.ts'
import type { ConnectorLog } from '../../src/device/connector/connector-log.ts'
import { enrol } from '../../src/device/connector/enrol.ts'
import { readIdentities } from '../../src/device/connector/identity.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { chainOf, newStreamId } from '../../src/server/ingest/store.contract.ts'
import { decodeToken, encodeToken } from '../../src/wire/registration/token.ts'
import { quickLimits } from './connector-end.ts'
import { openSite, type Site } from './site.ts'
import { reportOf } from './connector-end.ts'
import { SpooledDevice } from './spooled-device.ts'
import { until } from './until.ts'

const silent: ConnectorLog = { write: () => undefined }

function enrolAt(site: Pick<Site, 'folder'>, token: string, more: Partial<Parameters<typeof enrol>[0]> = {}) {
  const { signal } = new AbortController()
  return enrol({ token, folder: site.folder, clock: systemClock, log: silent, signal, ...more })
}

async function connectorAt(
  site: Pick<Site, 'folder'>,
  spool: SpooledDevice,
  more: Partial<ConnectorOptions> = {},
): Promise<Connector> {
  return startConnector({
    program: 'sallyport test',
    folder: site.folder,
    local: { host: '127.0.0.1', port: 0 },
    hopPath: join(site.folder, 'run/none.sock'),
    openHop: spool.openHop,
    doctor: (status) => Promise.resolve(reportOf(status.device)),
    clock: systemClock,
    limits: quickLimits,
    ...more,
  })
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'none'
  } catch (error) {
    assert(error instanceof Fault, String(error))
    return error.code
  }
}

test('security 2: one pasted token enrols, events flow, and the folder holds what was promised', async () => {
  await using site = await openSite()
  const token = await site.token()
  const enrolment = await enrolAt(site, ` "${token}"\n`, { deviceName: 'edge firewall' })
  assert.equal(enrolment.organisation, 'default')
  assert.equal(enrolment.exchange.port, site.listener.address.port)
  assert.equal(statSync(join(site.folder, 'identity')).mode & 0o777, 0o700)
  for (const name of readdirSync(join(site.folder, 'identity')).filter((name) => name.startsWith('key')))
    assert.equal(statSync(join(site.folder, 'identity', name)).mode & 0o777, 0o600)
  assert.equal(
    readFileSync(join(site.folder, 'connector.properties'), 'utf8'),
    `registration_interval=180\nconnector_port=8989\nconnector_fqdn=127.0.0.1:${site.listener.address.port}\n`,
  )
  const spool = new SpooledDevice()
  await using connector = await connectorAt(site, spool)
  const stream = newStreamId()
  spool.add(stream, chainOf(stream, 50, enrolment.device))
  await until(() => spool.drained, 'acknowledged')
  assert.equal(site.store.blocksOf(stream).length, 51)
  const status = connector.status()
  assert.equal(status.channel.state, 'connected')
  assert.equal(status.device, enrolment.device)
  assert.equal(status.certificate?.notAfter, enrolment.notAfter)
  assert(Math.abs(status.clockOffsetMs ?? 1e9) < 2_000)
  const log = readFileSync(join(site.folder, 'log/connector.log'), 'utf8')
  assert.match(
    log,
    /level=info msg="\[[^\]]+\]\[channel\.ts:\d+ events:connectWebSocket\] connected to 127\.0\.0\.1 \(/,
  )
  const files = readdirSync(site.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  for (const file of files) {
    const text = readFileSync(join(file.parentPath, file.name), 'utf8')
    assert(!text.includes(decodeToken(token).key), `the token's key stands in ${file.name}`)
  }
})

test('security 2: a token that is spent, wrong, unknown or expired is refused by its code, and the key is kept', async () => {
  await using site = await openSite()
  const token = await site.token()
  const parts = decodeToken(token)
  assert.equal(await codeOf(enrolAt(site, encodeToken({ ...parts, key: 'x'.repeat(32) }))), 'enrolment.token.wrong')
  assert.equal(await codeOf(enrolAt(site, encodeToken({ ...parts, user: 'u'.repeat(16) }))), 'enrolment.token.unknown')
  const key = readFileSync(join(site.folder, 'identity/key-1.pem'), 'utf8')
  await enrolAt(site, token)
  assert.equal(readFileSync(join(site.folder, 'identity/key-1.pem'), 'utf8'), key)
  const other = { folder: join(site.root, 'other') }
  assert.equal(await codeOf(enrolAt(other, token)), 'enrolment.token.spent')
  const late = await site.token({ ttlMs: 60_000 })
  site.advance(120_000)
  assert.equal(await codeOf(enrolAt(other, late)), 'enrolment.token.expired')
  assert.equal(await codeOf(enrolAt(other, token.slice(0, -9))), 'enrolment.token.damaged')
})

test('security 2: a reply that was lost is asked again with the same key and gets the same certificate', async () => {
  await using site = await openSite()
  const token = await site.token()
  const first = await enrolAt(site, token)
  // The certificate never reached the disk: what a crash between answer and write leaves.
  rmSync(join(site.folder, 'identity/certificate-1.pem'))
  const second = await enrolAt(site, token)
  assert.equal(second.serial, first.serial)
})

test('security 3.4: a CA that the token does not pin, a closed port and a name that does not resolve are told apart', async () => {
  await using site = await openSite()
  const parts = decodeToken(await site.token())
  const pins = ['A'.repeat(43)]
  assert.equal(await codeOf(enrolAt(site, encodeToken({ ...parts, pins }))), 'tls.pin.mismatch')
  const closed = { ...parts, addresses: ['127.0.0.1:1'] }
  assert.equal(await codeOf(enrolAt(site, encodeToken(closed))), 'tcp.refused')
  assert.equal(await codeOf(enrolAt(site, encodeToken({ ...parts, addresses: ['name.invalid:8444'] }))), 'dns.failed')
  const named = { ...parts, addresses: [`localhost.localdomain:${site.listener.address.port}`] }
  const code = await codeOf(enrolAt(site, encodeToken(named)))
  assert(['tls.name.mismatch', 'dns.failed', 'tcp.refused'].includes(code), code)
  // The first address leads nowhere, the second one is right: tried in order.
  await enrolAt(site, encodeToken({ ...parts, addresses: ['127.0.0.1:1', ...parts.addresses] }))
})

test('security S19: a key that others can read is refused', async () => {
  await using site = await openSite()
  await enrolAt(site, await site.token())
  chmodSync(join(site.folder, 'identity/key-1.pem'), 0o640)
  assert.throws(() => readIdentities(site.folder), { code: 'identity.key.loose' })
  const spool = new SpooledDevice()
  await using connector = await connectorAt(site, spool)
  await until(() => connector.status().channel.lastCode === 'identity.key.loose', 'refused')
})

test('security 3.4: a revoked device is closed within 2 s, stops, and comes back by a new token', async () => {
  await using site = await openSite()
  const { device } = await enrolAt(site, await site.token())
  const spool = new SpooledDevice()
  await using connector = await connectorAt(site, spool)
  await until(() => connector.status().channel.state === 'connected', 'connected')
  await site.fleet.registry.revoke({ organisation: 'default', device }, { by: 'test', reason: 'test' })
  await until(() => connector.status().channel.state === 'waiting', 'closed', 2_000)
  const { lastCode, nextAttemptAt = 0 } = connector.status().channel
  assert.equal(lastCode, 'identity.revoked')
  assert(nextAttemptAt - systemClock.now() > 1_000_000, 'it stops')
  assert.deepEqual(site.disconnects, ['identity.revoked'])
  await enrolAt(site, await site.token({ device }))
  await until(() => connector.status().channel.state === 'connected', 'connected by the new certificate')
})

test('security 3.1: renewal needs no restart: new key and certificate, shown from the next channel on', async () => {
  await using site = await openSite()
  const before = await enrolAt(site, await site.token())
  const spool = new SpooledDevice()
  let due = Number.POSITIVE_INFINITY
  await using connector = await connectorAt(site, spool, {
    clock: { ...systemClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 50), signal) },
    renewAt: ({ serial }) => (serial === before.serial ? due : Number.POSITIVE_INFINITY),
  })
  await until(() => connector.status().channel.state === 'connected', 'connected')
  due = 0
  await until(() => connector.status().certificate?.serial !== before.serial, 'renewed')
  assert.equal(readIdentities(site.folder).length, 2)
  assert.equal(new Set(readIdentities(site.folder).map(({ key }) => key)).size, 2)
  assert.deepEqual([connector.status().channel.state, site.serials.length], ['connected', 1])
  const { serial } = connector.status().certificate ?? assert.fail()
  site.cut()
  await until(() => site.serials.length === 2, 'the next channel')
  assert.equal(site.serials[1]?.toLowerCase(), serial)
  await until(() => readIdentities(site.folder).length === 1, 'the old one is forgotten')
})

test('original-system A9: an exchange that moved is found by connector_fqdn, an override wins over the file', async () => {
  await using site = await openSite()
  await enrolAt(site, await site.token())
  await using moved = await openSite({ root: site.root })
  const spool = new SpooledDevice()
  const connectorFqdn = { host: '127.0.0.1', port: moved.listener.address.port }
  await site.listener[Symbol.asyncDispose]()
  await using connector = await connectorAt(site, spool, { overrides: { connectorFqdn } })
  await until(() => connector.status().channel.state === 'connected', 'connected')
  assert.equal(moved.serials.length, 1)
})

test('security 2: enrolled elsewhere while it runs, the connector goes to the other exchange', async () => {
  await using site = await openSite()
  await using other = await openSite()
  await enrolAt(site, await site.token())
  const spool = new SpooledDevice()
  await using connector = await connectorAt(site, spool)
  await until(() => connector.status().channel.state === 'connected', 'connected')
  const { device } = await enrolAt(site, await other.token())
  await site.listener[Symbol.asyncDispose]()
  await until(() => other.serials.length === 1, 'connected elsewhere')
  const stream = newStreamId()
  spool.add(stream, chainOf(stream, 5, device))
  await until(() => spool.drained, 'acknowledged')
  assert.equal(other.store.blocksOf(stream).length, 6)
  assert.deepEqual(spool.attaches.at(-1), { ended: true })
})

test('original-system A11.8: a file that cannot be read is told at the start', async () => {
  await using site = await openSite()
  await enrolAt(site, await site.token())
  appendFileSync(join(site.folder, 'connector.properties'), 'connector_fqdn=other.example\n')
  assert.equal(await codeOf(connectorAt(site, new SpooledDevice())), 'properties.invalid')
})

test('original-system B9: the local API answers on loopback, and only to its own name', async () => {
  await using site = await openSite()
  const spool = new SpooledDevice()
  await using connector = await connectorAt(site, spool)
  const { port } = connector.local
  assert.equal((await get(port, '/v1/contexts/default')).status, 404)
  assert.equal((await get(port, '/healthz')).status, 200)
  const { device } = await enrolAt(site, await site.token())
  await until(() => connector.status().channel.state === 'connected', 'connected after enrolment', 10_000)
  const context = await get(port, '/v1/contexts/default')
  assert.equal(context.status, 200)
  assert.equal(JSON.parse(context.body).clientId, device)
  const status = JSON.parse((await get(port, '/v1/contexts/default/status')).body)
  assert.deepEqual(Object.keys(status.states), ['enrolled', 'connected', 'healthy', 'flowing'])
  assert.equal(JSON.parse((await get(port, '/v1/contexts')).body).contexts.length, 1)
  assert.equal((await get(port, '/v1/contexts', { method: 'POST' })).status, 405)
  const foreign = await get(port, '/v1/contexts', { headers: { Host: 'evil.example' } })
  assert.deepEqual([foreign.status, JSON.parse(foreign.body).code], [403, 'local.host'])
  const page = await get(port, '/v1/contexts', { headers: { Origin: 'https://evil.example' } })
  assert.deepEqual([page.status, JSON.parse(page.body).code], [403, 'local.origin'])
  const opaque = await get(port, '/v1/contexts', { headers: { Origin: 'null' } })
  assert.equal(opaque.status, 403)
})

async function get(port: number, path: string, options: { method?: string; headers?: Record<string, string> } = {}) {
  return new Promise<{ status: number; body: string }>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, agent: false, ...options }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        body += part
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
    })
    sent.once('error', reject)
    sent.end()
  })
}
