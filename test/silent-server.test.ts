// A server that takes connections and says nothing, as a stopped process does: no command waits for it for ever.
import assert from 'node:assert/strict'
import { createServer, Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { startTicksOf } from '../src/platform/process-lock.ts'
import { dataFolder, run, sampleCommands, writeEndpoint } from './command-samples.ts'

/** They ask no server. */
const alone = new Set(['inspect', 'device enrol', 'doctor', 'doctor explain', 'pmtool'])

/** @param asked is told what comes first on each connection, and may answer */
async function silentServer(asked: (request: string, socket: Socket) => void = () => undefined) {
  const taken = new Set<Socket>()
  const server = createServer((socket) => {
    taken.add(socket.on('error', () => undefined))
    socket.once('data', (bytes: Buffer) => asked(bytes.toString(), socket))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return {
    address: `127.0.0.1:${address.port}`,
    [Symbol.dispose]() {
      for (const socket of taken) socket.destroy()
      server.close()
    },
  }
}

/** Connecting keeps its time: a machine may be busy. */
const connectWithinMs = 10_000

/** @returns the limits that sockets are given, ms; each passes so many times as fast */
function limitsOf(t: TestContext, speed = 1): number[] {
  const limits: number[] = []
  const original = Socket.prototype.setTimeout
  t.mock.method(Socket.prototype, 'setTimeout', function (this: Socket, ms: number, done?: () => void) {
    limits.push(ms)
    return original.call(this, ms > connectWithinMs ? ms / speed : ms, done)
  })
  return limits
}

test('style 3 Waiting: on a stopped exchange every command ends with 5 and names the doctor', {
  timeout: 60_000,
}, async (t) => {
  using server = await silentServer()
  const data = dataFolder()
  writeEndpoint(data, `http://${server.address}`, process.pid, startTicksOf(process.pid) ?? 0)
  const typed = {
    ...sampleCommands(data, server.address),
    'events export': ['--format', 'jsonl', '--out', '-', '--data', data],
  }
  const limits = limitsOf(t, 1_000)
  for (const [path, rest] of Object.entries({ ...typed, 'doctor edge-1': ['--data', data] })) {
    if (alone.has(path)) continue
    limits.length = 0
    const { code, out, err } = await run([...path.split(' '), ...rest])
    assert.equal(code, 5, `${path}: ${err}`)
    assert.equal(out, '', path)
    // Of a device it says how to start that one.
    assert.match(err, path === 'device status' ? /\[server\.unreachable\]\nfix: / : /\nfix: .*sallyport doctor/, path)
    const patience = { investigate: 45_000, 'doctor edge-1': 45_000 }[path] ?? 15_000
    assert.equal(limits.at(-1), patience, path)
  }
})

test('style 3 Waiting: what may take long has no limit where the server lives, and ends at Ctrl-C', {
  timeout: 60_000,
}, async (t) => {
  let cancelled = new AbortController()
  using server = await silentServer((request, socket) => {
    if (!request.startsWith('GET /healthz ')) cancelled.abort()
    else socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}')
  })
  const data = dataFolder()
  writeEndpoint(data, `http://${server.address}`, process.pid, startTicksOf(process.pid) ?? 0)
  const limits = limitsOf(t)
  const typed = sampleCommands(data, server.address)
  for (const path of ['events search', 'events count', 'events top', 'events requarantine', 'ledger verify']) {
    cancelled = new AbortController()
    const { code } = await run([...path.split(' '), ...(typed[path] ?? [])], { signal: cancelled.signal })
    assert.equal(code, 130, path)
    assert.equal(limits.at(-1), 0, path)
  }
})
