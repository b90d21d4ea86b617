// The channel end to end over real TLS: device channel, channel end, admission, store in memory (delivery 1.4).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemClock } from '../../src/platform/clock.ts'
import { verifyCheckpoint } from '../../src/wire/channel/checkpoint.ts'
import { closeCodes } from '../../src/wire/channel/messages.ts'
import { chainOf, newStreamId } from '../../src/server/ingest/store.contract.ts'
import { type MemoryStore, openMemoryStore } from '../../src/server/ingest/store-memory.ts'
import { testAuthority } from './authority.ts'
import { type ConnectorEnd, startConnectorEnd } from './connector-end.ts'
import { type ExchangeEnd, openExchangeEnd } from './exchange-end.ts'
import { SpooledDevice } from './spooled-device.ts'
import { until } from './until.ts'

const authority = await testAuthority()
const server = await authority.server(['127.0.0.1'])
const pair = await authority.device('acme', 'dev-1')

type Road = AsyncDisposable & {
  store: MemoryStore
  exchange: ExchangeEnd
  spool: SpooledDevice
  connector: ConnectorEnd
}

async function openRoad(
  more: Partial<Parameters<typeof openExchangeEnd>[0]> & { readonly random?: () => number; store?: MemoryStore } = {},
): Promise<Road> {
  const store = more.store ?? openMemoryStore()
  await using up = new AsyncDisposableStack()
  const exchange = up.use(await openExchangeEnd({ ca: authority.ca, server, ...more, store }))
  const spool = new SpooledDevice()
  const connector = up.use(
    await startConnectorEnd({
      port: exchange.port,
      ca: authority.ca,
      device: 'dev-1',
      pair,
      spool,
      ...(more.random === undefined ? {} : { random: more.random }),
    }),
  )
  const parts = up.move()
  return { store, exchange, spool, connector, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}

function assertHeld(road: Pick<Road, 'store' | 'spool'>): void {
  for (const [stream, { blocks }] of road.spool.streams)
    assert.deepEqual(
      road.store.blocksOf(stream).map((block) => block.hash),
      blocks.map((block) => block.hash),
    )
}

test('delivery C1: blocks arrive byte for byte, in order, each once, and are acknowledged', async () => {
  await using road = await openRoad()
  const streams = [newStreamId(), newStreamId(), newStreamId()]
  for (const stream of streams) road.spool.add(stream, chainOf(stream, 200))
  await until(() => road.spool.drained, 'everything acknowledged')
  assertHeld(road)
  assert.equal(road.connector.channel.status.state, 'connected')
  assert(road.connector.channel.status.lastAckAt > 0)
  assert(road.connector.lines.some((line) => /events:connectWebSocket\] connected to 127\.0\.0\.1 \(/.test(line)))
})

test('delivery C3: connections cut at random lose, double and reorder nothing', async () => {
  await using road = await openRoad()
  const streams = [newStreamId(), newStreamId()]
  const chains = streams.map((stream) => chainOf(stream, 400))
  let cuts = 0
  for (let part = 0; part < 8; part++) {
    for (const [index, stream] of streams.entries()) {
      const chain = chains[index] ?? []
      const from = part === 0 ? 0 : Math.floor((chain.length * part) / 8)
      road.spool.add(stream, chain.slice(from, Math.floor((chain.length * (part + 1)) / 8)))
    }
    await until(() => road.connector.channel.status.state === 'connected', 'connected')
    await systemClock.sleep((cuts * 5) % 8)
    road.exchange.cut()
    cuts++
  }
  assert.equal(cuts, 8)
  await until(() => road.spool.drained, 'everything acknowledged')
  assertHeld(road)
})

test('delivery D2: acks lost between commit and arrival cost resends, and the duplicates are suppressed', async () => {
  await using road = await openRoad()
  const { store } = road
  // Longer than a reconnection: the head is asked for before what was under way is committed.
  store.commitMs = 60
  let duplicates = 0
  const { append } = store
  Object.assign(store, {
    async append(...given: Parameters<typeof append>) {
      const outcomes = await append(...given)
      duplicates += outcomes.filter((outcome) => outcome.kind === 'duplicate').length
      return outcomes
    },
  })
  const stream = newStreamId()
  const chain = chainOf(stream, 300)
  for (let part = 0; part < 6; part++) {
    road.spool.add(stream, chain.slice(part * 50, part === 5 ? undefined : part * 50 + 50))
    await until(() => road.exchange.admission.queuedBytes > 0, 'under way')
    road.exchange.cut()
    await until(() => road.connector.channel.status.state === 'connected', 'connected again')
  }
  await until(() => road.spool.drained, 'everything acknowledged')
  assertHeld(road)
  assert(duplicates > 0, 'no ack was lost: the test tests nothing')
})

test('delivery H1: EventHandler stops and comes back again and again, everything arrives once', async () => {
  await using road = await openRoad()
  const stream = newStreamId()
  const chain = chainOf(stream, 500)
  for (let part = 0; part < 10; part++) {
    road.spool.add(stream, chain.slice(part * 50, part === 9 ? undefined : part * 50 + 50))
    await new Promise((resolve) => setImmediate(resolve))
    if (part % 3 === 0) road.spool.leave()
    road.spool.meet()
  }
  await until(() => road.spool.drained, 'everything acknowledged')
  assertHeld(road)
  assert(road.spool.attaches.length >= 5)
})

test('delivery D3: the exchange goes and comes back with its store; nothing is lost, nothing stored twice', async () => {
  const store = openMemoryStore()
  await using road = await openRoad({ store })
  const stream = newStreamId()
  const chain = chainOf(stream, 300)
  road.spool.add(stream, chain.slice(0, 150))
  const { port } = road.exchange
  for (let restart = 0; restart < 3; restart++) {
    await road.exchange[Symbol.asyncDispose]()
    road.spool.add(stream, chain.slice(150 + restart * 50, restart === 2 ? undefined : 200 + restart * 50))
    road.exchange = await openExchangeEnd({ ca: authority.ca, server, store, port })
    await until(() => road.spool.drained, 'everything acknowledged')
  }
  assertHeld(road)
  await road.exchange[Symbol.asyncDispose]()
})

test('delivery D26: an exchange that lost its journal gets everything again, the ended streams are listed to it', async () => {
  await using road = await openRoad()
  const stream = newStreamId()
  road.spool.add(stream, chainOf(stream, 40))
  await until(() => road.spool.drained, 'acknowledged')
  assert.deepEqual(road.spool.attaches, [{ ended: true }])
  road.exchange.cut()
  await until(() => road.spool.attaches.length === 2, 'attached again')
  assert.deepEqual(road.spool.attaches[1], { ended: false })
  const { port } = road.exchange
  await road.exchange[Symbol.asyncDispose]()
  road.store = openMemoryStore()
  road.exchange = await openExchangeEnd({ ca: authority.ca, server, store: road.store, port })
  await until(() => road.store.blocksOf(stream).length === 41, 'sent again')
  assert.deepEqual(road.spool.attaches.at(-1), { ended: true })
  await until(() => road.spool.drained, 'acknowledged again')
  await road.exchange[Symbol.asyncDispose]()
})

test('delivery C11: what was sent is signed by the key of the certificate, by time and at the end of a stream', async () => {
  await using road = await openRoad()
  const stream = newStreamId()
  const chain = chainOf(stream, 10)
  road.spool.add(stream, chain)
  await until(() => road.store.checkpoints.length > 0, 'a checkpoint')
  road.spool.endStream(stream)
  await until(() => road.store.checkpoints.length > 1, 'another')
  for (const { signature, certificate, ...facts } of road.store.checkpoints) {
    assert.equal(facts.hash, chain[facts.block]?.hash)
    assert.equal(facts.sequence, facts.block * 2)
    assert(verifyCheckpoint(facts, signature, certificate))
    assert(!verifyCheckpoint({ ...facts, sequence: facts.sequence + 1 }, signature, certificate))
  }
})

test('delivery C10: the status goes up, with what the device has synced for the ledger', async () => {
  await using road = await openRoad()
  const stream = newStreamId()
  road.spool.add(stream, chainOf(stream, 5))
  await until(() => road.spool.drained, 'acknowledged')
  road.spool.meet()
  await until(() => road.exchange.statuses.some((status) => status.eventHandler?.drained === true), 'the status')
  await until(() => road.store.givenBy.get('acme/dev-1')?.[stream]?.sequence === 10, 'given')
})

test('delivery C12: a device that is drained comes back after the time named and goes on', async () => {
  const store = openMemoryStore()
  await using road = await openRoad({ store })
  await until(() => road.connector.channel.status.state === 'connected', 'connected')
  const { port } = road.exchange
  await road.exchange.channel.drain(150)
  const drainedAt = performance.now()
  await until(() => road.connector.channel.status.state === 'waiting', 'waiting')
  assert.equal(road.connector.channel.status.lastCode, 'channel.drain')
  await road.exchange[Symbol.asyncDispose]()
  road.exchange = await openExchangeEnd({ ca: authority.ca, server, store, port })
  const stream = newStreamId()
  road.spool.add(stream, chainOf(stream, 5))
  await until(() => road.spool.drained, 'acknowledged')
  assert(performance.now() - drainedAt >= 140, 'it came back too early')
  await road.exchange[Symbol.asyncDispose]()
})

test('delivery J2: a stream in conflict is refused, and EventHandler is told', async () => {
  await using road = await openRoad()
  const stream = newStreamId()
  await road.store.append({ organisation: 'acme', device: 'dev-2' }, [chainOf(stream, 0)[0]?.bytes ?? Buffer.alloc(0)])
  road.spool.add(stream, chainOf(stream, 3))
  await until(() => road.spool.refused.length > 0, 'refused')
  assert.deepEqual(road.spool.refused, [stream])
})

test('security 3.4: a refusal that only people can mend is told by its code and not tried again', async () => {
  await using road = await openRoad()
  await until(() => road.connector.channel.status.state === 'connected', 'connected')
  road.exchange.revoke('dev-1', 'identity.removed')
  await until(() => road.connector.channel.status.state === 'waiting', 'closed', 2_000)
  assert.equal(road.connector.channel.status.lastCode, 'identity.removed')
  assert(road.connector.lines.includes(`error events:connectWebSocket] closed ${closeCodes.identity} identity.removed`))
  road.connector.channel.wake()
  await until(() => road.connector.lines.some((line) => line.includes('websocket: 403 identity.removed')), 'refused')
  assert((road.connector.channel.status.nextAttemptAt ?? 0) > systemClock.now() + 3_000_000)
})
