// The way up, address by address: what each failure is called and how connector.log words it (original-system A10,
// A11.4–6, B11, B12).
import assert from 'node:assert/strict'
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net'
import { createServer as createTlsServer } from 'node:https'
import { test } from 'node:test'
import { Fault } from '../../src/core/fault.ts'
import { dial } from '../../src/device/connector/dial.ts'
import { networkFault } from '../../src/device/connector/network-fault.ts'
import { reach } from '../../src/device/connector/reach.ts'
import { openMemoryStore } from '../../src/server/ingest/store-memory.ts'
import { testAuthority } from './authority.ts'
import { openExchangeEnd } from './exchange-end.ts'

const authority = await testAuthority()
const pair = await authority.device('acme', 'dev-1')
const signal = new AbortController().signal

async function attempt(port: number, more: { host?: string; ca?: string; lastAddress?: string } = {}) {
  const lines: string[] = []
  const { host = '127.0.0.1', ca = authority.ca, lastAddress } = more
  try {
    const { ws } = await dial({
      target: { host, port },
      ca,
      certificate: pair.certificate,
      key: pair.key,
      lastAddress,
      signal,
      report: (text) => void lines.push(text),
    })
    ws.terminate()
    return { code: 'none', lines }
  } catch (error) {
    assert(error instanceof Fault, String(error))
    return { code: error.code, lines }
  }
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

test('original-system A11.5: a closed port is tcp.refused, in the words of the original', async () => {
  assert.deepEqual(await attempt(1), {
    code: 'tcp.refused',
    lines: ['dial tcp 127.0.0.1:1: connect: connection refused'],
  })
})

test('original-system A11.4: a name that does not resolve is dns.failed', async () => {
  assert.deepEqual(await attempt(8444, { host: 'name.invalid' }), {
    code: 'dns.failed',
    lines: ['dial tcp: lookup name.invalid: no such host'],
  })
})

test('original-system B12: where the name does not resolve now, the last good address is used', async () => {
  const server = await authority.server(['name.invalid'])
  await using exchange = await openExchangeEnd({ store: openMemoryStore(), ca: authority.ca, server })
  const { code, lines } = await attempt(exchange.port, { host: 'name.invalid', lastAddress: '127.0.0.1' })
  assert.equal(code, 'none')
  assert.deepEqual(lines, [
    'dial tcp: lookup name.invalid: no such host',
    `connected to name.invalid (127.0.0.1:${exchange.port})`,
  ])
})

test('original-system A11.6: a foreign CA, a foreign name and no TLS at all are told apart', async () => {
  const foreign = await testAuthority()
  const server = await authority.server(['127.0.0.1'])
  await using exchange = await openExchangeEnd({ store: openMemoryStore(), ca: authority.ca, server })
  assert.equal((await attempt(exchange.port, { ca: foreign.ca })).code, 'tls.untrusted')
  const named = await authority.server(['exchange.example'])
  await using other = await openExchangeEnd({ store: openMemoryStore(), ca: authority.ca, server: named })
  const { code, lines } = await attempt(other.port)
  assert.equal(code, 'tls.name.mismatch')
  assert.deepEqual(lines, [`dial tcp 127.0.0.1:${other.port}: tls: tls.name.mismatch`])
  const plain = createTcpServer((socket) => {
    socket.on('error', () => undefined)
    socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
  })
  try {
    assert.equal((await attempt(await listening(plain))).code, 'tls.protocol')
  } finally {
    plain.close()
  }
})

test('original-system A11.7: an answer that is not ours is http.unexpected, ours is told by its code', async () => {
  const own = await authority.server(['127.0.0.1'])
  const answers: readonly [body: string, code: string][] = [
    ['<html>Please sign in</html>', 'http.unexpected'],
    ['channel.drain: going away. Nothing to do.\n', 'channel.drain'],
    ['Forbidden\nidentity.banned: no. Ask.\n', 'identity.banned'],
    ['made.up: x. y.', 'http.unexpected'],
  ]
  for (const [body, expected] of answers) {
    const portal = createTlsServer({ cert: own.certificate, key: own.key }, (_, response) => {
      response.writeHead(503, { 'Content-Length': Buffer.byteLength(body) })
      response.end(body)
    })
    try {
      const { code, lines } = await attempt(await listening(portal))
      assert.equal(code, expected, body)
      assert.deepEqual(lines, [`websocket: 503 ${expected}`])
    } finally {
      portal.closeAllConnections()
      portal.close()
    }
  }
})

test('original-system A10: an address that does not answer is given up at its deadline', async () => {
  const mute = createTcpServer((socket) => socket.on('error', () => undefined))
  const port = await listening(mute)
  try {
    const from = performance.now()
    const target = { host: '127.0.0.1', port }
    const failed = reach(target, '127.0.0.1', { kind: 'anchors', ca: authority.ca }, signal, 60)
    await assert.rejects(failed, (error) => networkFault(error, 'x').code === 'tcp.timeout')
    assert(performance.now() - from < 2_000)
  } finally {
    mute.close()
  }
})
