// The certificate of a device's TLS listener on its way: the connector asks a real exchange; and what it is not good for.
import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { createServer } from 'node:tls'
import type { ConnectorLog } from '../../src/device/connector/connector-log.ts'
import { readAnchors, readContext } from '../../src/device/connector/contexts.ts'
import { enrol } from '../../src/device/connector/enrol.ts'
import { readIdentities } from '../../src/device/connector/identity.ts'
import { startListenerCertificates } from '../../src/device/connector/listener-certificates.ts'
import { findAnchor } from '../../src/device/connector/pinned-anchor.ts'
import { reachAny } from '../../src/device/connector/reach.ts'
import { fetchRegistration } from '../../src/device/connector/registration.ts'
import { makeRequest } from '../../src/platform/certificate-request.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { listenerFolder, listenerProblemFile, readListenerProblem } from '../../src/wire/local/listener-files.ts'
import { decodeToken } from '../../src/wire/registration/token.ts'
import { openSite, type Site } from './site.ts'
import { until } from './until.ts'

const silent: ConnectorLog = { write: () => undefined }
const { signal } = new AbortController()
const newKey = () =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })

/** As EventHandler leaves it. */
async function request(site: Site, generation: number, hosts: readonly string[]): Promise<string> {
  const key = newKey()
  mkdirSync(join(site.folder, listenerFolder), { recursive: true })
  writeFileSync(
    join(site.folder, listenerFolder, `request-${generation}.csr`),
    `${await makeRequest({ key, name: 'x', hosts })}\n`,
  )
  return key
}

/** The connector's part that answers, looking often, with a channel that can be said to open. */
function answering(site: Site, channel: { since: number } = { since: 0 }, now = systemClock.now) {
  const asked = { times: 0 }
  const part = startListenerCertificates({
    folder: site.folder,
    clock: { ...systemClock, now, sleep: (ms, stop) => systemClock.sleep(Math.min(ms, 10), stop) },
    log: silent,
    channel: () => ({ state: 'connected', since: channel.since }),
    registration() {
      asked.times++
      const [identity] = readIdentities(site.folder)
      const context = readContext(site.folder)
      if (identity === undefined || context === undefined) return undefined
      const { organisation, clientId: device } = context
      const { address: target } = site.listener
      return { identity, target, organisation, device, anchors: readAnchors(site.folder) }
    },
  })
  return { asked, [Symbol.asyncDispose]: () => part[Symbol.asyncDispose]() }
}

const certificateOf = (site: Site, generation: number) =>
  join(site.folder, listenerFolder, `certificate-${generation}.pem`)

function problemOf(site: Site): string | undefined {
  const file = join(site.folder, listenerFolder, listenerProblemFile)
  return existsSync(file) ? readListenerProblem(readFileSync(file, 'utf8'))?.code : undefined
}

const enrolAt = async (site: Site) =>
  await enrol({ token: await site.token(), folder: site.folder, clock: systemClock, log: silent, signal })

test('issue 9.1: a request waits for enrolment, is answered then, and a name refused is said until another is asked for', async () => {
  await using site = await openSite()
  const key = await request(site, 1, ['edge-1.lab'])
  await using _answering = answering(site)
  await until(() => problemOf(site) === 'context.missing', 'it is not enrolled')
  await enrolAt(site)
  await until(() => existsSync(certificateOf(site, 1)), 'answered')
  await until(() => problemOf(site) === undefined, 'no problem any more')
  const [leaf = '', ca = ''] = readFileSync(certificateOf(site, 1), 'utf8').split(/(?<=-----END CERTIFICATE-----\n)/)
  assert(new X509Certificate(leaf).checkPrivateKey(createPrivateKey(key)))
  assert.deepEqual([ca], site.fleet.authority.listenerAnchors)
  await request(site, 2, ['*.lab'])
  await until(() => problemOf(site) === 'listener.name.refused', 'refused')
  await request(site, 3, ['edge-3.lab'])
  await until(() => existsSync(certificateOf(site, 3)), 'answered at once')
})

test('issue 9.1: an exchange out of reach is asked again when the channel opens; a revoked device gets nothing', async () => {
  await using site = await openSite()
  const { device } = await enrolAt(site)
  const { port } = site.listener.address
  await site.listener[Symbol.asyncDispose]()
  await request(site, 1, ['edge-1.lab'])
  const channel = { since: 0 }
  // Time stands: no retry is ever due.
  const at = systemClock.now()
  await using connector = answering(site, channel, () => at)
  await until(() => problemOf(site) === 'tcp.refused', 'out of reach')
  const before = connector.asked.times
  await using again = await openSite({ port, root: site.root })
  assert.equal(connector.asked.times, before, 'it waits')
  channel.since = at + 1
  await until(() => existsSync(certificateOf(site, 1)), 'answered')
  await again.fleet.registry.revoke({ organisation: 'default', device }, { by: 'test', reason: 'test' })
  await request(site, 2, ['edge-1.lab'])
  await until(() => problemOf(site) === 'identity.revoked', 'refused')
  assert.equal(existsSync(certificateOf(site, 2)), false)
})

test('security S1: an exchange that shows the certificate of a listener is refused by every look of a device', async () => {
  await using site = await openSite()
  await enrolAt(site)
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  // The very name by which devices come: no check of names may be what refuses it.
  const made = await site.fleet.authority.issueListener(keys.publicKey.export({ type: 'spki', format: 'der' }), {
    organisation: 'default',
    names: ['127.0.0.1', 'localhost'],
  })
  const chain = made.pem + site.fleet.authority.listenerAnchors.join('') + site.fleet.authority.anchors.join('')
  const heard: string[] = []
  const key = keys.privateKey.export({ type: 'pkcs8', format: 'pem' })
  const impostor = createServer({ cert: chain, key, requestCert: true, rejectUnauthorized: false }, (socket) => {
    socket.on('data', (bytes) => heard.push(String(bytes)))
    socket.on('error', () => undefined)
  })
  const sockets = new Set<Socket>()
  impostor.on('connection', (socket: Socket) => sockets.add(socket))
  using _ = closing(() => {
    impostor.close()
    for (const socket of sockets) socket.destroy()
  })
  impostor.listen(0, '127.0.0.1')
  await once(impostor, 'listening')
  const bound = impostor.address()
  assert(typeof bound === 'object' && bound !== null)
  const target = { host: '127.0.0.1', port: bound.port }
  const [identity] = readIdentities(site.folder)
  assert(identity !== undefined)
  const { certificate, key: own } = identity
  const trust = { kind: 'anchors', ca: readAnchors(site.folder), certificate, key: own } as const
  await assert.rejects(reachAny(target, trust, signal), { code: 'tls.untrusted' })
  await assert.rejects(fetchRegistration(target, trust, signal), { code: 'tls.untrusted' })
  const { pins } = decodeToken(await site.token())
  const anchor = await findAnchor(target, pins, systemClock, signal).catch(() => undefined)
  // Shown with the real CA behind it, the pin is found: then the chain is what does not hold.
  if (anchor !== undefined)
    await assert.rejects(reachAny(target, { kind: 'anchors', ca: anchor }, signal), { code: 'tls.untrusted' })
  assert.deepEqual(heard, [])
})

function closing(close: () => void): Disposable {
  return { [Symbol.dispose]: close }
}
