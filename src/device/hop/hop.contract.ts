// What every hop must hold (delivery H1, H3): run by hop-memory.test.ts and hop-zeromq.test.ts.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventHandlerStatus } from '../../wire/status.ts'
import type { FromConnector, FromEventHandler } from '../../wire/local/messages.ts'
import { encodeBlock, noHash } from '../../wire/block-format.ts'
import { systemClock } from '../../platform/clock.ts'
import type { HopClient, HopClientHandlers, HopServer, HopServerHandlers } from './hop.ts'

/** Opens both ends of one fresh socket, any number of times and in any order. */
export type HopPlace = {
  openServer(handlers: HopServerHandlers): Promise<HopServer>
  openClient(handlers: HopClientHandlers): Promise<HopClient>
}

/** Waits for a condition, at most ten seconds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = systemClock.monotonic() + 10_000
  while (!condition()) {
    assert(systemClock.monotonic() < deadline, `never: ${what}`)
    await systemClock.sleep(10)
  }
}

type Heard<M> = { message: M; blocks: Buffer[] }

/** A server that notes what it hears. */
export async function listen(place: HopPlace) {
  const heard: Heard<FromConnector>[] = []
  const states: string[] = []
  const server = await place.openServer({
    heartbeat: () => ({ t: 'status', status: emptyStatus }),
    onMessage: (message, blocks) => void heard.push({ message, blocks: blocks.map((block) => Buffer.from(block)) }),
    onState: (state) => void states.push(state),
  })
  return { server, heard, states, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

/** A client that notes what it hears. */
export async function dial(place: HopPlace) {
  const heard: Heard<FromEventHandler>[] = []
  const states: string[] = []
  const client = await place.openClient({
    onMessage: (message, blocks) => void heard.push({ message, blocks: blocks.map((block) => Buffer.from(block)) }),
    onState: (state) => void states.push(state),
  })
  return { client, heard, states, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() }
}

const emptyStatus: EventHandlerStatus = {
  v: 1,
  pid: 1,
  startedAt: 0,
  socket: '',
  sources: [],
  drained: false,
  spool: {
    bytes: 0,
    bytesMax: 0,
    segments: 0,
    outstandingEvents: 0,
    outstandingBytes: 0,
    oldestOutstandingAt: 0,
    state: 'open',
    given: {},
  },
}

/** @param open makes a fresh place; it may register its cleaning with the test */
export function hopContract(name: string, open: () => Promise<HopPlace & AsyncDisposable>): void {
  test(`delivery H1: ${name}: either end may start first, and both learn of the other`, async () => {
    await using place = await open()
    await using early = await dial(place)
    assert.equal(early.client.send({ t: 'detach' }), false, 'nothing is queued for nobody')
    await using server = await listen(place)
    await until(() => early.states.at(-1) === 'connected' && server.states.at(-1) === 'connected', 'both connected')
    assert(early.heard.some(({ message }) => message.t === 'status'))
    assert(!server.heard.some(({ message }) => message.t === 'detach'))
  })

  test(`delivery H1: ${name}: messages and blocks arrive in order and byte for byte`, async () => {
    await using place = await open()
    await using server = await listen(place)
    await using connector = await dial(place)
    await until(() => server.server.state === 'connected' && connector.client.state === 'connected', 'both connected')
    const blocks = Array.from({ length: 200 }, (_, block) => testBlock(block))
    for (const block of blocks) assert(server.server.send({ t: 'blocks' }, [block, block]))
    const received = () => connector.heard.filter(({ message }) => message.t === 'blocks')
    await until(() => received().length === 200, 'all blocks')
    received().forEach(({ blocks: got }, index) => {
      assert.equal(got.length, 2)
      assert(got[0]?.equals(blocks[index] ?? Buffer.alloc(0)) && got[1]?.equals(blocks[index] ?? Buffer.alloc(0)))
    })
    assert(connector.client.send({ t: 'ack', acks: { a: 1 } }))
    await until(() => server.heard.some(({ message }) => message.t === 'ack'), 'the ack')
  })

  test(`delivery H1: ${name}: a server that comes back has a new session, and the client is told to ask again`, async () => {
    await using place = await open()
    await using connector = await dial(place)
    const first = await listen(place)
    await until(() => connector.states.length === 1, 'connected')
    const before = connector.heard.at(-1)?.message.session
    await first[Symbol.asyncDispose]()
    await using second = await listen(place)
    await until(() => connector.states.filter((state) => state === 'connected').length === 2, 'connected again')
    await until(() => second.states.at(-1) === 'connected', 'the new server hears the client')
    assert.notEqual(connector.heard.at(-1)?.message.session, before)
  })

  test(`delivery H1: ${name}: a client that comes back is a new one to the server, the one it replaced is not heard`, async () => {
    await using place = await open()
    await using server = await listen(place)
    await using old = await dial(place)
    await until(() => server.states.length === 1, 'connected')
    await using young = await dial(place)
    await until(() => server.states.length === 2 && young.client.state === 'connected', 'connected again')
    old.client.send({ t: 'ack', acks: { old: 1 } })
    young.client.send({ t: 'ack', acks: { young: 1 } })
    await until(() => server.heard.some(({ message }) => message.t === 'ack' && 'young' in message.acks), 'its ack')
    assert(!server.heard.some(({ message }) => message.t === 'ack' && 'old' in message.acks))
  })

  test(`delivery H1: ${name}: 3 s of silence are noticed, and sending to nobody says so`, async () => {
    await using place = await open()
    await using server = await listen(place)
    const connector = await dial(place)
    await until(() => server.server.state === 'connected', 'connected')
    await connector[Symbol.asyncDispose]()
    await until(() => server.server.state === 'silent', 'silent')
    assert.equal(server.server.send({ t: 'blocks' }, []), false)
    assert.deepEqual(server.states, ['connected', 'silent'])
  })
}

function testBlock(block: number): Buffer {
  const raw = Buffer.alloc(100 + ((block * 7919) % 40_000), block)
  return encodeBlock(
    {
      v: 1,
      kind: 'events',
      source: 'a',
      format: 'suricata/eve',
      stream: '0'.repeat(32),
      block,
      prev: noHash,
      first: 1,
      lost: { count: 0, unknown: false },
      count: 1,
      from: 1,
      to: 1,
      raw: raw.length,
      codec: 'none',
      position: { kind: 'socket' },
    },
    raw,
  ).bytes
}
