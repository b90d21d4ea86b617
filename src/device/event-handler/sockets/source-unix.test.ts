import assert from 'node:assert/strict'
import { once } from 'node:events'
import { lstat, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { type Socket, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import type { EventHandler } from '../event-handler.ts'
import type { UnixSourceConfig } from '../source-config.ts'
import { kill, startProcess } from '../child-fixture.ts'
import { TestDevice, eve, eves, text } from '../device-fixture.ts'
import { until } from '../exchange-fixture.ts'

const input = (device: TestDevice) => join(device.folder, 'eve.sock')

function unix(device: TestDevice, more: Partial<UnixSourceConfig> = {}) {
  return {
    sources: [{ name: 'live', kind: 'unix' as const, path: input(device), format: 'suricata/eve' as const, ...more }],
  }
}

/** Connects as a sensor does, again and again until somebody listens. */
async function sensor(path: string): Promise<Socket> {
  let socket: Socket | undefined
  await until(async () => {
    socket = connect(path)
    socket.on('error', () => undefined)
    return await once(socket, 'connect').then(
      () => true,
      () => false,
    )
  }, `somebody listens at ${path}`)
  assert(socket !== undefined)
  return socket
}

const status = (handler: EventHandler) => handler.status().sources[0]

test('delivery N6: a sensor that connects to the socket gives every line, however its writes are cut', async () => {
  await using device = await TestDevice.make()
  await using handler = await device.start({}, unix(device))
  await using _exchange = await device.exchange()
  const bytes = Buffer.from(text(eves(0, 1_000)))
  const socket = await sensor(input(device))
  for (let at = 0; at < bytes.length; at += 777) socket.write(bytes.subarray(at, at + 777))
  await until(() => device.journal.lines.length === 1_000, 'all lines')
  assert.deepEqual(device.journal.lines, eves(0, 1_000))
  assert.equal(status(handler)?.connections, 1)
  assert.equal(status(handler)?.input, `unix:${input(device)}`)
  assert.ok(device.journal.headers.every(({ position }) => position.kind === 'socket'))
  assert.ok(device.journal.headers.every((header) => header.kind !== 'events' || header.at === undefined))
  socket.destroy()
})

test('delivery N6: lines of several sensors are never merged, and one that is cut is an event marked unterminated', async () => {
  await using device = await TestDevice.make()
  await using _handler = await device.start({}, unix(device))
  await using _exchange = await device.exchange()
  const sockets = await Promise.all([0, 1, 2].map(() => sensor(input(device))))
  for (const line of eves(0, 60))
    for (const [index, socket] of sockets.entries()) {
      socket.write(line.slice(0, 30))
      socket.write(`${line.slice(30)}${index}\n`)
    }
  sockets[0]?.end(eve(99).slice(0, 40))
  await until(() => device.journal.lines.length === 181, 'all lines')
  const sent = [0, 1, 2].flatMap((index) => eves(0, 60).map((line) => `${line}${index}`))
  assert.deepEqual(device.journal.lines.toSorted(), [...sent, eve(99).slice(0, 40)].toSorted())
  const marked = device.journal.headers.filter((header) => header.kind === 'events' && header.unterminated)
  assert.equal(marked.length, 1)
  for (const socket of sockets) socket.destroy()
})

test('delivery N6: the socket is for its user and group, and a stale file is replaced', async (t) => {
  await using device = await TestDevice.make()
  const killed = startProcess(device, device.configuration({}, unix(device)))
  t.after(() => killed.kill('SIGKILL'))
  ;(await sensor(input(device))).destroy()
  await kill(killed)
  for (let round = 0; round < 2; round++) {
    await using _handler = await device.start({}, unix(device, { group: process.getgid?.() ?? 0 }))
    ;(await sensor(input(device))).destroy()
    const { mode, gid } = await lstat(input(device))
    assert.deepEqual([mode & 0o777, gid], [0o660, process.getgid?.()])
  }
})

test('delivery N6: what is no socket, or is another’s, is left alone and said', async () => {
  await using device = await TestDevice.make()
  await writeFile(input(device), 'precious')
  await using handler = await device.start({}, unix(device))
  await until(() => status(handler)?.reason?.startsWith('source.unbound') === true, 'it says so')
  assert.match(status(handler)?.reason ?? '', /no socket/)
  await rm(input(device))
  const other = createServer()
  await once(other.listen(input(device)), 'listening')
  await until(() => /Another process/.test(status(handler)?.reason ?? ''), 'it says that another listens')
  other.close()
  ;(await sensor(input(device))).destroy()
})

test('delivery N6: a socket whose file was removed is bound anew, and who is connected stays', async () => {
  await using device = await TestDevice.make()
  await using handler = await device.start({}, unix(device))
  await using _exchange = await device.exchange()
  const first = await sensor(input(device))
  await rm(input(device))
  const second = await sensor(input(device))
  first.write(text([eve(1)]))
  second.write(text([eve(2)]))
  await until(() => device.journal.lines.length === 2, 'both lines')
  assert.equal(status(handler)?.connections, 2)
  first.destroy()
  second.destroy()
  await until(() => status(handler)?.state === 'waiting', 'nobody is connected')
  assert.match(status(handler)?.reason ?? '', /^source\.unconnected/)
})

test('delivery N6: what came to lie at the path meanwhile is left alone, while it listens and when it stops', async () => {
  await using device = await TestDevice.make()
  {
    await using handler = await device.start({}, unix(device))
    ;(await sensor(input(device))).destroy()
    await rm(input(device))
    await writeFile(input(device), 'precious')
    await until(() => /no socket/.test(status(handler)?.reason ?? ''), 'it says so')
    assert.equal(await readFile(input(device), 'utf8'), 'precious')
    await rm(input(device))
    ;(await sensor(input(device))).destroy()
    await rm(input(device))
    await writeFile(input(device), 'precious')
  }
  assert.equal(await readFile(input(device), 'utf8'), 'precious')
  await rm(input(device))
  {
    await using _handler = await device.start({}, unix(device))
    ;(await sensor(input(device))).destroy()
  }
  await assert.rejects(lstat(input(device)), { code: 'ENOENT' })
})

test('delivery N6: after an unclean stop a socket’s stream begins with an unknown loss, after a clean one it does not', async (t) => {
  await using device = await TestDevice.make()
  const child = startProcess(device, device.configuration({}, unix(device)))
  t.after(() => child.kill('SIGKILL'))
  ;(await sensor(input(device))).destroy()
  await kill(child)
  for (const expected of [1, 1]) {
    await using _handler = await device.start({}, unix(device))
    await using _exchange = await device.exchange()
    const socket = await sensor(input(device))
    socket.write(text([eve(1)]))
    await until(() => device.journal.lines.length > 0, 'a line')
    await until(() => device.journal.losses().length >= expected, 'the loss')
    assert.deepEqual(device.journal.losses(), [{ cause: 'stopped.unclean', count: null }])
    socket.destroy()
  }
  const streams = [...device.journal.streams.values()].map((blocks) => blocks.map(({ header }) => header.kind))
  assert.deepEqual(
    streams.filter((kinds) => kinds.includes('loss')).map((kinds) => kinds.slice(0, 2)),
    [['open', 'loss']],
  )
})

test('delivery N6: a stop takes what has arrived, also a line that has no end yet', async () => {
  await using device = await TestDevice.make()
  {
    await using handler = await device.start({}, unix(device))
    const socket = await sensor(input(device))
    await until(() => status(handler)?.connections === 1, 'it is connected')
    socket.write(`${text(eves(0, 500))}${eve(500).slice(0, 50)}`)
    await new Promise((resolve) => socket.write('', resolve))
  }
  await using _handler = await device.start({}, unix(device))
  await using _exchange = await device.exchange()
  await until(() => device.journal.lines.length === 501, 'all lines')
  assert.deepEqual(device.journal.lines, [...eves(0, 500), eve(500).slice(0, 50)])
  assert.deepEqual(device.journal.losses(), [])
})

test('delivery J2: a refused stream of a socket is declared lost, and what comes goes on', async () => {
  await using device = await TestDevice.make()
  await using _handler = await device.start({}, unix(device))
  await using exchange = await device.exchange({ silent: true })
  const socket = await sensor(input(device))
  socket.write(text(eves(0, 100)))
  await until(() => device.journal.lines.length === 100, 'the first lines')
  const [stream = ''] = device.journal.streams.keys()
  exchange.hop.send({ t: 'refused', stream, block: 1 })
  socket.write(text(eves(100, 10)))
  await until(() => device.journal.lines.length >= 110, 'the other lines')
  await until(() => device.journal.losses().length > 0, 'the loss')
  assert.deepEqual(device.journal.losses(), [{ cause: 'stream.refused', count: 100 }])
  socket.destroy()
})

test('delivery S9: above 80 % only intrusions, malware and what cannot be read find room; the rest is declared', async () => {
  await using device = await TestDevice.make()
  const small = { ...unix(device), spool: { bytesMax: 1024 * 1024 } }
  const alert = (n: number) => eve(n, 'alert').replace('"proto"', '"alert":{"signature_id":1,"severity":1},"proto"')
  const rare = [...Array.from({ length: 50 }, (_, n) => alert(n)), eve(1, 'fileinfo'), 'no JSON at all']
  {
    await using handler = await device.start({}, small)
    const socket = await sensor(input(device))
    const counted = (events: number) => {
      const now = status(handler)
      return (now?.events ?? 0) + (now?.lost['spool.full']?.count ?? 0) === events
    }
    socket.write(text(Array.from({ length: 60_000 }, (_, n) => eve(n).replace('}', `,"x":"${(n * 7919) ** 3}"}`))))
    await until(() => counted(60_000), 'the flood')
    const kept = status(handler)?.events ?? 0
    assert.ok(kept < 60_000, 'there is room for all')
    await until(() => status(handler)?.state === 'spool-full', 'it says so')
    socket.write(text(rare))
    socket.write(text(eves(0, 10)))
    await until(() => counted(60_000 + rare.length + 10), 'the rest')
    assert.equal(status(handler)?.events, kept + rare.length)
    socket.destroy()
  }
  await using _handler = await device.start({}, small)
  await using _exchange = await device.exchange()
  const declared = () => device.journal.losses().reduce((sum, { count }) => sum + (count ?? 0), 0)
  await until(() => device.journal.lines.length + declared() === 60_000 + rare.length + 10, 'all is stored or declared')
  assert.deepEqual(device.journal.lines.slice(-rare.length), rare)
})

test('delivery S7 S9: while the spool cannot be written a sensor is read on, and the sum is declared once it can', async () => {
  await using device = await TestDevice.make()
  await using handler = await device.start({}, { ...unix(device), spool: { bytesMax: 4 * 1024 * 1024 } })
  await using _exchange = await device.exchange()
  const socket = await sensor(input(device))
  const lost = () => status(handler)?.lost['spool.unwritable']?.count ?? 0
  socket.write(text(eves(0, 100)))
  await until(() => device.journal.lines.length === 100, 'the first lines')
  // The open segment can still be written; the next one has no folder to begin in.
  await rm(device.spool, { recursive: true })
  let sent = 100
  await until(() => {
    socket.write(text(eves(sent, 1_000)))
    sent += 1_000
    return lost() > 0
  }, 'the spool cannot be written')
  await until(() => status(handler)?.state === 'spool-full', 'it says so')
  assert.match(status(handler)?.reason ?? '', /^spool\.unwritable/)
  assert.deepEqual(device.journal.losses(), [])
  await mkdir(device.spool, { mode: 0o700 })
  await until(() => status(handler)?.state === 'reading', 'it can be written again')
  await until(() => (status(handler)?.events ?? 0) + lost() === sent, 'everything is kept or counted')
  await until(() => device.journal.losses().length > 0, 'the loss')
  assert.deepEqual(
    device.journal.losses().map(({ cause, count }) => ({ cause, count })),
    [{ cause: 'spool.unwritable', count: lost() }],
  )
  await until(() => device.journal.lines.length === sent - lost(), 'what was kept')
  socket.destroy()
})
