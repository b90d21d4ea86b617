import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, rename } from 'node:fs/promises'
import { type Socket, connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { promisify } from 'node:util'
import { needs } from '../../../../test/needs.ts'
import type { EventHandler } from '../event-handler.ts'
import { testCertificate } from './certificate-fixture.ts'
import { TestDevice, eves, text } from '../device-fixture.ts'
import { until } from '../exchange-fixture.ts'

const listener = { name: 'log', kind: 'syslog', address: '127.0.0.1', port: 0, format: 'auto' } as const
const udp = { sources: [{ ...listener, transport: 'udp' as const }] }
const tcp = { sources: [{ ...listener, transport: 'tcp' as const }] }

const status = (handler: EventHandler) => handler.status().sources[0]

/** The port it listens on, as its status shows it. */
async function portOf(handler: EventHandler): Promise<number> {
  await until(() => /:[1-9]\d*$/.test(status(handler)?.input ?? ''), 'it listens')
  return Number(/\d+$/.exec(status(handler)?.input ?? '')?.[0])
}

async function sender(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

const ftd = (n: number) =>
  `<166>1 2026-11-24T10:00:00Z fw - - - - %FTD-6-430003: SrcIP: 192.0.2.${n % 250}, DstIP: 198.51.100.7`

test('delivery N6: datagrams are events byte for byte, several lines in one are several, and the format is found', async () => {
  await using device = await TestDevice.make()
  await using handler = await device.start({}, udp)
  await using _exchange = await device.exchange()
  const port = await portOf(handler)
  const socket = createSocket('udp4')
  const lines = Array.from({ length: 100 }, (_, index) => ftd(index))
  for (const line of lines) socket.send(line, port, '127.0.0.1')
  socket.send(`${ftd(100)}\n${ftd(101)}\r\n`, port, '127.0.0.1')
  socket.send(Buffer.from([0xff, 0x00, 0xfe]), port, '127.0.0.1')
  await until(() => device.journal.lines.length === 103, 'all lines')
  assert.deepEqual(device.journal.lines, [...lines, ftd(100), `${ftd(101)}\r`, '\xff\x00\xfe'])
  assert.equal(status(handler)?.format, 'cisco/syslog')
  assert.match(status(handler)?.input ?? '', /^syslog\+udp:\/\/127\.0\.0\.1:\d+$/)
  socket.close()
})

test('delivery D18: a sender cut within a message, others in both framings beside it: no lines are merged', async () => {
  await using device = await TestDevice.make()
  await using handler = await device.start({}, tcp)
  await using _exchange = await device.exchange()
  const port = await portOf(handler)
  const [first, second] = [await sender(port), await sender(port)]
  first.write(`${ftd(0).length} ${ftd(0)}${ftd(1).length} ${ftd(1).slice(0, 60)}`)
  second.write(`${ftd(2)}\n${ftd(3).length} ${ftd(3)}${ftd(4)}\n`)
  await until(() => status(handler)?.events === 4, 'what is whole')
  first.resetAndDestroy()
  await until(() => device.journal.lines.length === 5, 'what was begun')
  second.end(ftd(5))
  await until(() => device.journal.lines.length === 6, 'a last line without its LF')
  assert.deepEqual(
    device.journal.lines.toSorted(),
    [ftd(0), ftd(1).slice(0, 60), ftd(2), ftd(3), ftd(4), ftd(5)].toSorted(),
  )
})

test(
  'delivery N6: over TLS with the certificate of the operator, which may be renewed while it runs',
  needs('openssl'),
  async () => {
    await using device = await TestDevice.make()
    const [old, fresh] = [await testCertificate(device.folder, 'old'), await testCertificate(device.folder, 'fresh')]
    const files = { certificate: join(device.folder, 'cert.pem'), key: join(device.folder, 'key.pem') }
    await cp(old.certificate, files.certificate)
    await cp(old.key, files.key)
    await using handler = await device.start({}, { sources: [{ ...listener, transport: 'tls' as const, ...files }] })
    await using _exchange = await device.exchange()
    const port = await portOf(handler)
    const shown = async () => {
      const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
      await once(socket, 'secureConnect')
      const name = socket.getPeerCertificate().subject.CN
      socket.end(`${ftd(1).length} ${ftd(1)}`)
      await once(socket, 'close')
      return name
    }
    assert.equal(await shown(), 'old')
    await until(() => device.journal.lines.length === 1, 'the line')
    assert.deepEqual(device.journal.lines, [ftd(1)])
    // One file is there before the other: the old pair is shown on, and nobody is cut off.
    const live = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false })
    await once(live, 'secureConnect')
    const problem = () => status(handler)?.certificate?.problem
    await rename(fresh.certificate, files.certificate)
    await until(() => /key\.pem is not the key of \S+cert\.pem/.test(problem() ?? ''), 'it says so')
    assert.equal(await shown(), 'old')
    await rename(fresh.key, files.key)
    await until(async () => (await shown()) === 'fresh', 'the new certificate')
    await until(() => problem() === undefined, 'nothing is wrong any more')
    live.end(`${ftd(1)}\n`)
    await once(live, 'close')
    // What speaks no TLS is turned away, and nothing of it is kept.
    const plain = await sender(port)
    plain.on('error', () => undefined)
    plain.write(`${ftd(2)}\n`)
    await once(plain, 'close')
    assert.ok(device.journal.lines.every((line) => line === ftd(1)))
  },
)

test('delivery N6: with a CA named, only senders with its certificate are heard', needs('openssl'), async () => {
  await using device = await TestDevice.make()
  const [own, client, stranger] = await Promise.all(
    ['server', 'client', 'stranger'].map((name) => testCertificate(device.folder, name)),
  )
  assert(own !== undefined && client !== undefined && stranger !== undefined)
  const files = { certificate: own.certificate, key: own.key, clientCa: client.certificate }
  await using handler = await device.start({}, { sources: [{ ...listener, transport: 'tls' as const, ...files }] })
  await using _exchange = await device.exchange()
  const port = await portOf(handler)
  for (const { pem, number } of [
    { pem: stranger.pem, number: 1 },
    { pem: client.pem, number: 2 },
  ]) {
    const socket = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ...pem })
    socket.on('error', () => undefined)
    socket.write(`${ftd(number)}\n`)
    socket.end()
    await once(socket, 'close')
  }
  await until(() => device.journal.lines.length > 0, 'the line')
  assert.deepEqual(device.journal.lines, [ftd(2)])
})

test('delivery N6: an address that cannot be bound is said, and bound once it is free', async () => {
  await using device = await TestDevice.make()
  await using first = await device.start({}, tcp)
  const port = await portOf(first)
  await using other = await TestDevice.make()
  await using second = await other.start({}, { sources: [{ ...listener, transport: 'tcp' as const, port }] })
  await until(() => status(second)?.reason?.startsWith('source.unbound') === true, 'it says so')
  await first[Symbol.asyncDispose]()
  await until(() => status(second)?.state === 'reading', 'it is bound')
  ;(await sender(port)).destroy()
})

test('delivery D17: with a full spool TCP and unix senders are never held back, and every line is declared', async () => {
  await using device = await TestDevice.make()
  const path = join(device.folder, 'eve.sock')
  const small = { spool: { bytesMax: 1024 * 1024 } }
  const sources = [...tcp.sources, { name: 'live', kind: 'unix' as const, path, format: 'suricata/eve' as const }]
  const sent = 60_000
  const dns = text(eves(0, sent))
  {
    await using handler = await device.start({}, { sources, ...small })
    const socket = await sender(await portOf(handler))
    await until(() => existsSync(path), 'the socket is bound')
    const live = connect(path)
    // Nothing drains the spool: it is full long before the end, and still all is taken.
    for (const one of [socket, live]) {
      one.end(dns)
      await once(one, 'finish')
    }
    await until(() => handler.status().sources.every(({ connections }) => connections === 0), 'all is read', 60_000)
    for (const source of handler.status().sources) {
      assert.equal(source.events + (source.lost['spool.full']?.count ?? 0), sent)
      assert.ok((source.lost['spool.full']?.count ?? 0) > 0)
    }
    await until(() => handler.status().sources.every(({ state }) => state === 'spool-full'), 'it says so')
    assert.match(status(handler)?.reason ?? '', /^spool\.full/)
  }
  await using handler = await device.start({}, { sources, ...small })
  await using _exchange = await device.exchange()
  const declared = () => device.journal.losses().reduce((sum, { count }) => sum + (count ?? 0), 0)
  await until(() => device.journal.lines.length + declared() === 2 * sent, 'everything is stored or declared')
  assert.ok(device.journal.losses().every(({ cause, bytes }) => cause === 'spool.full' && (bytes ?? 0) > 0))
  assert.ok(device.journal.losses().length <= 4, 'summed: at most one block a minute and source, and one at the stop')
  await until(() => handler.status().sources.every(({ state }) => state !== 'spool-full'), 'there is room again')
})

test('delivery D17: 20,000 datagrams a second against a small buffer: received and declared are what was sent', async (t) => {
  await using device = await TestDevice.make()
  const sources = [{ ...listener, transport: 'udp' as const, receiveBufferBytes: 4_096 }]
  const program = new URL('./datagrams-fixture.ts', import.meta.url).pathname
  let sent = { taken: 0, ms: 0 }
  {
    await using handler = await device.start({}, { sources })
    const port = await portOf(handler)
    const { stdout } = await promisify(execFile)(process.execPath, [
      program,
      '127.0.0.1',
      String(port),
      '60000',
      '20000',
    ])
    sent = JSON.parse(stdout)
    await until(() => handler.status().sources[0]?.lastLoss?.cause === 'datagram.dropped', 'Status says when')
  }
  // The stop took what waited, and looked at the counter a last time.
  await using _handler = await device.start({}, { sources })
  await using _exchange = await device.exchange()
  const declared = () => device.journal.losses().reduce((sum, { count }) => sum + (count ?? 0), 0)
  await until(() => device.journal.lines.length + declared() >= sent.taken, 'everything is stored or declared')
  assert.equal(device.journal.lines.length + declared(), sent.taken)
  assert.ok(device.journal.losses().every(({ cause }) => cause === 'datagram.dropped'))
  assert.ok(declared() > 0, 'the buffer was too small to hold what came')
  t.diagnostic(
    `${sent.taken} sent at ${Math.round((sent.taken / sent.ms) * 1_000)}/s: ${device.journal.lines.length} received, ${declared()} declared`,
  )
})
