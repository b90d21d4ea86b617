// The channel end to end over real TLS: device channel, channel end, admission, store in memory (delivery 1.4).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { verifyCheckpoint } from '../../src/wire/channel/checkpoint.ts'
import { closeCodes } from '../../src/wire/channel/messages.ts'
import { chainOf, newStreamId } from '../../src/server/ingest/store.contract.ts'
import { type MemoryStore, openMemoryStore } from '../../src/server/ingest/store-memory.ts'
import { testAuthority } from './authority.ts'
import { type ConnectorEnd, quickLimits, startConnectorEnd } from './connector-end.ts'
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
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 8))
    road.exchange.cut()
    cuts++
  }
  assert.equal(cuts, 8)
  await until(() => road.spool.drained, 'everything acknowledged')
  assertHeld(road)
})
