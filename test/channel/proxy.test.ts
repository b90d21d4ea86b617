// Enrolment and channel through an HTTP proxy that knows nothing but CONNECT (issue 9, part 2).
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from 'node:net'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { test } from 'node:test'
import { Fault } from '../../src/core/fault.ts'
import { startConnector } from '../../src/device/connector/connector.ts'
import { enrol } from '../../src/device/connector/enrol.ts'
import { type Proxy, readProxy } from '../../src/device/connector/proxy.ts'
import { readProperties } from '../../src/device/connector/properties.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { chainOf, newStreamId } from '../../src/server/ingest/store.contract.ts'
import { quickLimits, reportOf } from './connector-end.ts'
import { openSite, type Site } from './site.ts'
import { SpooledDevice } from './spooled-device.ts'
import { until } from './until.ts'

const secret = 'p%40ss:w0rd'
const password = encodeURIComponent(secret)

type TestProxy = AsyncDisposable & {
  readonly port: number
  /** Where it was asked to lead. */
  readonly asked: string[]
  /** What it does with the next ones. */
  answer: (to: string) => { readonly status: number; readonly port: number }
}

/** A proxy with one user; it leads to the port that `answer` names, whatever the name. */
async function openProxy(port: number): Promise<TestProxy> {
  const sockets = new Set<Duplex>()
  const proxy: Omit<TestProxy, 'port' | typeof Symbol.asyncDispose> = {
    asked: [],
    answer: () => ({ status: 200, port }),
  }
  const server = createServer((_, response) => response.writeHead(404).end())
  server.on('connect', (request, socket) => {
    sockets.add(socket.on('error', () => socket.destroy()))
    proxy.asked.push(request.url ?? '')
    const wanted = `Basic ${Buffer.from(`edge:${secret}`).toString('base64')}`
    const { status, port: to } = proxy.answer(request.url ?? '')
    if (request.headers['proxy-authorization'] !== wanted)
      return socket.end('HTTP/1.1 407 No\r\nProxy-Authenticate: Basic\r\n\r\n')
    if (status !== 200) return socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`)
    const beyond = connect(to, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      beyond.pipe(socket)
      socket.pipe(beyond)
    })
    sockets.add(beyond.on('error', () => beyond.destroy()))
    return undefined
  })
  return Object.assign(proxy, {
    port: await listening(server),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}

async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

async function enrolThrough(site: Pick<Site, 'folder'>, token: string, proxy: Proxy): Promise<string> {
  const log = { write: () => undefined }
  const { signal } = new AbortController()
  try {
    return (await enrol({ token, folder: site.folder, proxy, clock: systemClock, log, signal })).device
  } catch (error) {
    assert(error instanceof Fault, String(error))
    assert(!`${error.what} ${String(error.cause)}`.includes('w0rd'), error.what)
    return error.code
  }
}

test('issue 9.2: enrolment, registration and channel go through the proxy, also by a name that only it resolves', async () => {
  await using site = await openSite()
  await using proxy = await openProxy(site.listener.address.port)
  await site.fleet.authority.server.addName('exchange.invalid')
  const { port } = site.listener.address
  const token = await site.token({ names: [`exchange.invalid:${port}`] })
  const through = readProxy(`http://edge:${password}@127.0.0.1:${proxy.port}`)
  const device = await enrolThrough(site, token, through)
  assert.match(device, /^[a-z0-9-]+$/)
  assert.ok(proxy.asked.length > 0 && proxy.asked.every((to) => to === `exchange.invalid:${port}`), proxy.asked.join())
  const file = join(site.folder, 'connector.properties')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  assert.deepEqual(readProperties(file)?.proxy, through)

  const spool = new SpooledDevice()
  proxy.asked.length = 0
  await using connector = await startConnector({
    program: 'test',
    folder: site.folder,
    local: { host: '127.0.0.1', port: 0 },
    hopPath: join(site.folder, 'run/none.sock'),
    openHop: spool.openHop,
    doctor: (status) => Promise.resolve(reportOf(status.device)),
    clock: systemClock,
    limits: quickLimits,
  })
  const stream = newStreamId()
  spool.add(stream, chainOf(stream, 20, device))
  await until(() => spool.drained, 'acknowledged')
  // The role of ingest is at another name than that of enrolment.
  assert.ok(proxy.asked.includes(`127.0.0.1:${port}`), proxy.asked.join())
  const answer = await fetch(`http://127.0.0.1:${connector.local.port}/v1/contexts/default/status`)
  const said = `${await answer.text()}${readFileSync(join(site.folder, 'log/connector.log'), 'utf8')}`
  assert.ok(!said.includes('w0rd') && !said.includes(Buffer.from(`edge:${secret}`).toString('base64')))
  assert.match(said, new RegExp(`connected to 127\\.0\\.0\\.1 \\(through 127\\.0\\.0\\.1:${proxy.port}\\)`))
})

test('issue 9.2: what a proxy does wrong has its own code, and what stands behind it is pinned all the same', async () => {
  await using site = await openSite()
  await using foreign = await openSite()
  await using proxy = await openProxy(site.listener.address.port)
  const at = `127.0.0.1:${proxy.port}`
  const good = readProxy(`edge:${password}@${at}`)
  const token = await site.token()
  assert.equal(await enrolThrough(site, token, readProxy(at)), 'proxy.credentials')
  assert.equal(await enrolThrough(site, token, readProxy(`edge:wrong@${at}`)), 'proxy.credentials')
  proxy.answer = () => ({ status: 403, port: 0 })
  assert.equal(await enrolThrough(site, token, good), 'proxy.refused')
  proxy.answer = () => ({ status: 200, port: foreign.listener.address.port })
  assert.equal(await enrolThrough(site, token, good), 'tls.pin.mismatch')
  assert.equal(await enrolThrough(site, token, readProxy('127.0.0.1:1')), 'proxy.unreachable')
  const babble = createTcpServer((socket) => socket.on('error', () => undefined).end('SSH-2.0-x\r\n'))
  assert.equal(await enrolThrough(site, token, readProxy(`127.0.0.1:${await listening(babble)}`)), 'proxy.unreachable')
  babble.close()
  proxy.answer = () => ({ status: 200, port: site.listener.address.port })
  assert.doesNotMatch(await enrolThrough(site, token, good), /\./)
})

test('issue 9.2: a proxy is read from what people write, and what is none is refused without repeating its password', () => {
  const read = (text: string) => {
    const { host, port } = readProxy(text)
    return `${host} ${port}`
  }
  assert.equal(read('proxy.example'), 'proxy.example 3128')
  assert.equal(read('http://proxy.example:80'), 'proxy.example 80')
  assert.equal(read('http://u:p@[2001:db8::1]:8080/'), '2001:db8::1 8080')
  for (const text of [
    '',
    'https://x:1',
    'socks5://x',
    'http://x/path',
    'http://u:w0rd@',
    'u:w0rd%@x',
    'u:w0rd\\@x',
    'u:w0rd x@y',
  ])
    assert.throws(
      () => readProxy(text),
      (error) => error instanceof RangeError && !error.message.includes('w0rd'),
      text,
    )
})
