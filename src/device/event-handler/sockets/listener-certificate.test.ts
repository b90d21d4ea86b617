// The certificate of a TLS listener that the exchange issues, as EventHandler sees it: by files, over real TLS.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { type TLSSocket, connect } from 'node:tls'
import { type Clock, systemClock } from '../../../platform/clock.ts'
import { listenerFolder, listenerProblemFile } from '../../../wire/local/listener-files.ts'
import { needs } from '../../../../test/needs.ts'
import { TestDevice } from '../device-fixture.ts'
import type { EventHandler } from '../event-handler.ts'
import { until } from '../exchange-fixture.ts'
import type { IssuedTlsSourceConfig, SourceConfig } from '../source-config.ts'
import { testIssuer } from './issuer-fixture.ts'
import { listenerHosts } from './listener-hosts.ts'

const day = 86_400_000
const listener: IssuedTlsSourceConfig = {
  name: 'log',
  kind: 'syslog',
  transport: 'tls',
  address: '127.0.0.1',
  port: 0,
  format: 'auto',
  hosts: ['edge-1.lab'],
}
const tls = (more: Partial<IssuedTlsSourceConfig> = {}) => ({ sources: [{ ...listener, ...more }] })
const line = (n: number) => `<166>1 2026-11-24T10:00:00Z fw - - - - %FTD-6-430003: SrcIP: 192.0.2.${n}`
const source = (handler: EventHandler) => handler.status().sources[0]

async function portOf(handler: EventHandler): Promise<number> {
  await until(() => source(handler)?.state === 'reading', 'it listens')
  return Number(/\d+$/.exec(source(handler)?.input ?? '')?.[0])
}

/** As a sender that trusts the CA and wants this name. */
async function sender(port: number, ca: string, servername = 'edge-1.lab'): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ca, servername })
  await once(socket, 'secureConnect')
  return socket
}

const filesOf = (folder: string) => readdirSync(folder).toSorted()

test(
  'issue 9.1: without a certificate the listener waits and says why; it opens when the certificate comes',
  needs('openssl'),
  async () => {
    await using issuer = await testIssuer()
    await using device = await TestDevice.make()
    const folder = join(device.folder, listenerFolder)
    await using handler = await device.start({}, tls())
    await using _exchange = await device.exchange()
    await until(() => source(handler)?.state === 'unreadable', 'it says so')
    assert.match(
      source(handler)?.reason ?? '',
      /^source\.certificate\.missing: syslog\+tls:\S+ the exchange has not answered yet$/,
    )
    const problem = { v: 1, generation: 1, code: 'tcp.refused', what: 'exchange.lab: refused' }
    await writeFile(join(folder, listenerProblemFile), JSON.stringify(problem))
    await until(() => source(handler)?.reason?.endsWith('tcp.refused: exchange.lab: refused') === true, 'the reason')
    assert.equal(statSync(folder).mode & 0o777, 0o700)
    assert.equal(statSync(join(folder, 'key-1.pem')).mode & 0o777, 0o600)
    await issuer.answer(folder, 1)
    const port = await portOf(handler)
    const socket = await sender(port, issuer.ca)
    socket.end(`${line(1)}\n`)
    await until(() => device.journal.lines.length === 1, 'the line')
    assert.deepEqual(device.journal.lines, [line(1)])
    await assert.rejects(sender(port, issuer.ca, 'edge-2.lab'), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
    const { certificate } = source(handler) ?? assert.fail()
    assert(Math.abs((certificate?.notAfter ?? 0) - systemClock.now() - 90 * day) < day)
  },
)

test(
  'issue 9.1: at two thirds of its life it is renewed with a new key, and who is connected stays',
  needs('openssl'),
  async () => {
    await using issuer = await testIssuer()
    await using device = await TestDevice.make()
    const folder = join(device.folder, listenerFolder)
    let offset = 0
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + offset }
    await using handler = await device.start({}, tls(), clock)
    await using _exchange = await device.exchange()
    await until(() => source(handler)?.state === 'unreadable', 'it asks')
    await issuer.answer(folder, 1)
    const port = await portOf(handler)
    const live = await sender(port, issuer.ca)
    const first = live.getPeerCertificate()
    offset = 50 * day
    // Looked at each second: a line that came meanwhile shows that it was.
    live.write(`${line(1)}\n`)
    await until(() => device.journal.lines.length === 1, 'the first line')
    assert.deepEqual(filesOf(folder), ['certificate-1.pem', 'key-1.pem', 'request-1.csr'])
    offset = 70 * day
    await until(() => filesOf(folder).includes('request-2.csr'), 'it asks anew')
    await writeFile(
      join(folder, listenerProblemFile),
      JSON.stringify({ v: 1, generation: 2, code: 'identity.revoked', what: 'revoked' }),
    )
    await until(() => source(handler)?.certificate?.problem === 'identity.revoked: revoked', 'it says why none comes')
    assert.equal(source(handler)?.state, 'reading')
    await issuer.answer(folder, 2, { days: 180 })
    await until(
      () => filesOf(folder).join() === `certificate-2.pem,key-2.pem,${listenerProblemFile},request-2.csr`,
      'taken',
    )
    const shown = async () => {
      const socket = await sender(port, issuer.ca)
      const certificate = socket.getPeerCertificate()
      socket.destroy()
      return certificate
    }
    await until(async () => (await shown()).serialNumber !== first.serialNumber, 'the new one')
    assert.notDeepEqual((await shown()).pubkey, first.pubkey)
    assert.equal(source(handler)?.certificate?.problem, undefined)
    live.end(`${line(2)}\n`)
    await until(() => device.journal.lines.length === 2, 'over the connection of before')
    assert.deepEqual(device.journal.lines, [line(1), line(2)])
  },
)

test(
  'issue 9.1: a restart keeps the certificate; another name asks anew and meanwhile shows the old one',
  needs('openssl'),
  async () => {
    await using issuer = await testIssuer()
    await using device = await TestDevice.make()
    const folder = join(device.folder, listenerFolder)
    {
      await using handler = await device.start({}, tls())
      await until(() => source(handler)?.state === 'unreadable', 'it asks')
      await issuer.answer(folder, 1)
      await portOf(handler)
    }
    {
      await using handler = await device.start({}, tls())
      await portOf(handler)
      assert.deepEqual(filesOf(folder), ['certificate-1.pem', 'key-1.pem', 'request-1.csr'])
    }
    await using handler = await device.start({}, tls({ hosts: ['edge-2.lab'] }))
    const port = await portOf(handler)
    assert.ok(filesOf(folder).includes('request-2.csr'))
    ;(await sender(port, issuer.ca)).destroy()
    // A certificate for another key is none.
    await issuer.answer(folder, 1, { as: 3 }).catch(() => undefined)
    await issuer.answer(folder, 2)
    await until(() => !filesOf(folder).includes('key-1.pem'), 'taken')
    await until(async () => {
      const socket = await sender(port, issuer.ca, 'edge-2.lab').catch(() => undefined)
      socket?.destroy()
      return socket !== undefined
    }, 'the new name')
  },
)

test('issue 9.1: without names given a listener is called as this machine and its addresses are', () => {
  const hosts = (...sources: readonly SourceConfig[]) => listenerHosts(sources)
  const { hosts: _, ...unnamed } = listener
  assert.deepEqual(hosts(listener, { ...listener, hosts: ['Edge-2.lab', 'FD00:0::7'] }), [
    'edge-1.lab',
    'edge-2.lab',
    'fd00::7',
  ])
  assert.ok(hosts(unnamed).includes('127.0.0.1') && hosts(unnamed).includes('localhost'))
  assert.deepEqual(hosts({ ...unnamed, address: '192.0.2.7' }).slice(-1), ['192.0.2.7'])
  const everywhere = hosts({ ...unnamed, address: '0.0.0.0' })
  assert.ok(everywhere.includes('127.0.0.1') && !everywhere.includes('0.0.0.0') && !everywhere.includes('::1'))
  assert.deepEqual(
    hosts({ ...listener, certificate: '/c', key: '/k' }, { name: 'eve', path: '/e', format: 'auto' }),
    [],
  )
})
