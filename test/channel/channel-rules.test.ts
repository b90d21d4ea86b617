// The rules of the channel one by one, seen from a device that breaks them (delivery 1.4, 1.5; faults D21–D27).
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { systemClock } from '../../src/platform/clock.ts'
import { Fault } from '../../src/core/fault.ts'
import type { AdmissionLimits } from '../../src/server/ingest/limits.ts'
import { chainOf, newStreamId } from '../../src/server/ingest/store.contract.ts'
import { type MemoryStore, openMemoryStore } from '../../src/server/ingest/store-memory.ts'
import { type Block, encodeBlock, noHash } from '../../src/wire/block-format.ts'
import type { ChannelLimits } from '../../src/server/fleet/channel-end.ts'
import { testAuthority } from './authority.ts'
import { openExchangeEnd } from './exchange-end.ts'
import { hello, type RawDevice, rawDevice } from './raw-device.ts'
import { until } from './until.ts'

const authority = await testAuthority()
const { ca } = authority
const server = await authority.server(['127.0.0.1'])
const pair = await authority.device('acme', 'dev-1')
const otherPair = await authority.device('acme', 'dev-2')

async function open(
  more: { limits?: Partial<AdmissionLimits>; channelLimits?: Partial<ChannelLimits>; store?: MemoryStore } = {},
) {
  const store = more.store ?? openMemoryStore()
  const exchange = await openExchangeEnd({ ca, server, ...more, store })
  const device = (of = pair) => rawDevice({ port: exchange.port, ca, pair: of })
  return { store, exchange, device, [Symbol.asyncDispose]: () => exchange[Symbol.asyncDispose]() }
}

async function welcomed(device: RawDevice, id = 'dev-1') {
  device.say(hello(id))
  return await device.next('welcome')
}

function bytes(blocks: readonly Block[]): Buffer[] {
  return blocks.map((block) => block.bytes)
}

function damaged(block: Buffer | undefined): Buffer {
  const copy = Buffer.from(block ?? '')
  copy.writeUInt8(copy.readUInt8(copy.length - 1) ^ 1, copy.length - 1)
  return copy
}

function sum(blocks: readonly Buffer[]): number {
  return blocks.reduce((total, block) => total + block.length, 0)
}

test('delivery C1: without the subprotocol the upgrade is refused in HTTP, and no compression is agreed', async () => {
  await using site = await open()
  const foreign = rawDevice({ port: site.exchange.port, ca, pair, protocols: ['other.v1'] })
  await assert.rejects(foreign, /426 channel\.version/)
  await using device = await site.device()
  assert.equal(device.ws.protocol, 'sallyport.v1')
  assert.equal(device.ws.extensions, '')
})

test('delivery C2: an unknown version is refused by code 4426 and the versions spoken', async () => {
  await using site = await open()
  await using device = await site.device()
  device.say(hello('dev-1', { v: 9, versions: [9] }))
  assert.deepEqual(await device.closed, { code: 4426, reason: 'channel.version: spoken here: 1' })
})

test('delivery C2: who names another device than its certificate, or says nothing, is closed', async () => {
  await using site = await open({ channelLimits: { helloWithinMs: 100, sweepEveryMs: 20 } })
  await using liar = await site.device()
  liar.say(hello('dev-2'))
  assert.equal((await liar.closed).code, 4400)
  await using mute = await site.device()
  assert.deepEqual(await mute.closed, { code: 4400, reason: 'channel.silent' })
})

test('delivery C4: what exceeds the credit is cut off with 4400; what was within it is stored', async () => {
  await using site = await open({ limits: { creditBytesMin: 4_096, creditBytesMax: 4_096 } })
  await using device = await site.device()
  const { credit } = await welcomed(device)
  assert.equal(credit, 4_096)
  const stream = newStreamId()
  const chain = bytes(chainOf(stream, 40))
  site.store.commitMs = 50
  device.say({ t: 'blocks' }, chain.slice(0, 3))
  device.say({ t: 'blocks' }, chain.slice(3))
  assert.deepEqual(await device.closed, { code: 4400, reason: 'channel.protocol' })
  await until(() => site.store.blocksOf(stream).length === 3, 'the first message')
})

test('delivery C4: credit comes back for every block: stored, duplicate, refused, beyond the next', async () => {
  await using site = await open()
  await using device = await site.device()
  await welcomed(device)
  const stream = newStreamId()
  const chain = bytes(chainOf(stream, 6))
  const messages = [
    chain.slice(0, 3),
    chain.slice(0, 3),
    bytes(chainOf(stream, 2, 'dev-1', 'x')).slice(1),
    chain.slice(5),
  ]
  for (const blocks of messages) {
    device.say({ t: 'blocks' }, blocks)
    assert.equal((await device.next('credit')).bytes, sum(blocks))
  }
  assert.deepEqual(
    device.heard.filter((head) => head.t !== 'welcome' && head.t !== 'credit').map((head) => head.t),
    ['ack', 'ack', 'refused', 'wanted'],
  )
})

test('delivery C4: one block larger than the credit travels alone when nothing else is under way', async () => {
  await using site = await open({ limits: { creditBytesMin: 65_536, creditBytesMax: 65_536 } })
  await using device = await site.device()
  await welcomed(device)
  const stream = newStreamId()
  const [first] = chainOf(stream, 0)
  assert(first !== undefined)
  const large = largeBlock(stream, first.hash, 2 * 1024 * 1024)
  device.say({ t: 'blocks' }, [first.bytes])
  await device.next('credit')
  device.say({ t: 'blocks' }, [large.bytes])
  assert.equal((await device.next('credit')).bytes, large.bytes.length)
  assert.equal(site.store.blocksOf(stream).length, 2)
})

test('delivery J1: a damaged block is asked again each time it comes, its neighbours in other streams are stored', async () => {
  await using site = await open()
  await using device = await site.device()
  await welcomed(device)
  const [stream, neighbour] = [newStreamId(), newStreamId()]
  const chain = bytes(chainOf(stream, 4))
  const other = bytes(chainOf(neighbour, 2))
  device.say({ t: 'blocks' }, [...chain.slice(0, 1), damaged(chain[1]), ...chain.slice(2), ...other])
  assert.deepEqual(await device.next('wanted'), { t: 'wanted', stream, block: 1, damaged: true })
  for (let again = 0; again < 2; again++) {
    device.say({ t: 'blocks' }, [damaged(chain[1])])
    assert.deepEqual(await device.next('wanted'), { t: 'wanted', stream, block: 1, damaged: true })
  }
  assert.equal(site.store.blocksOf(neighbour).length, 3)
  device.say({ t: 'missing', stream, from: 1, through: 1, cause: 'spool.damaged' })
  device.say({ t: 'blocks' }, chain.slice(2))
  await until(() => site.store.blocksOf(stream).length === 4, 'what is behind the hole')
  assert.equal(site.store.missed.length, 1)
})

test('delivery J2: a conflict is refused by its code, once, and nothing is stored', async () => {
  await using site = await open()
  await using device = await site.device()
  await welcomed(device)
  const stream = newStreamId()
  device.say({ t: 'blocks' }, bytes(chainOf(stream, 3)))
  await device.next('ack')
  const forged = bytes(chainOf(stream, 3, 'dev-1', 'forged')).slice(1)
  device.say({ t: 'blocks' }, forged)
  await device.next('credit')
  await device.next('credit')
  const refused = device.heard.filter((head) => head.t === 'refused')
  assert.deepEqual(refused, [{ t: 'refused', stream, block: 1, code: 'stream.conflict' }])
  await using thief = await site.device(otherPair)
  await welcomed(thief, 'dev-2')
  thief.say({ t: 'blocks' }, bytes(chainOf(stream, 4)).slice(4))
  assert.equal((await thief.next('refused')).stream, stream)
  assert.equal(site.store.blocksOf(stream).length, 4)
})

test('delivery J3: behind a gap the missing block is asked for once, not for every block', async () => {
  await using site = await open()
  await using device = await site.device()
  await welcomed(device)
  const stream = newStreamId()
  const chain = bytes(chainOf(stream, 30))
  device.say({ t: 'blocks' }, chain.slice(0, 2))
  for (let block = 3; block <= 30; block++) device.say({ t: 'blocks' }, chain.slice(block, block + 1))
  await until(() => device.heard.filter((head) => head.t === 'credit').length >= 29, 'all answered')
  assert.deepEqual(
    device.heard.filter((head) => head.t === 'wanted'),
    [{ t: 'wanted', stream, block: 2 }],
  )
  device.say({ t: 'blocks' }, chain.slice(2))
  await until(() => site.store.blocksOf(stream).length === 31, 'everything')
})

test('delivery C8: a new session closes the older one with 4410 before its own welcome', async () => {
  await using site = await open()
  await using older = await site.device()
  await welcomed(older)
  await using newer = await site.device()
  newer.say(hello('dev-1'))
  assert.deepEqual(await older.closed, { code: 4410, reason: 'channel.replaced' })
  await newer.next('welcome')
  assert.deepEqual(site.exchange.events, ['connected dev-1', 'disconnected dev-1 channel.replaced', 'connected dev-1'])
  assert.equal(site.exchange.channel.connected, 1)
})

test('delivery C8: the exchange notices a device that went silent', async () => {
  await using site = await open({ channelLimits: { silenceMs: 150, sweepEveryMs: 20 } })
  await using device = await site.device()
  await welcomed(device)
  assert.equal((await device.closed).reason, 'channel.silent')
  await using living = await site.device(otherPair)
  await welcomed(living, 'dev-2')
  for (let pings = 0; pings < 10; pings++) {
    living.ws.ping()
    await systemClock.sleep(30)
  }
  assert.equal(living.ws.readyState, living.ws.OPEN)
})

test('delivery C11: a checkpoint that the key of the device did not sign is not kept', async () => {
  await using site = await open()
  await using device = await site.device()
  await welcomed(device)
  const facts = { stream: newStreamId(), block: 1, hash: noHash, sequence: 2, at: 1 }
  device.say({ t: 'checkpoint', ...facts, signature: Buffer.from('forged').toString('base64') })
  assert.equal((await device.closed).code, 4400)
  assert.equal(site.store.checkpoints.length, 0)
})

test('delivery C12: a drain says when to come back, acknowledges what is under way, and refuses newcomers', async () => {
  await using site = await open()
  site.store.commitMs = 60
  await using device = await site.device()
  await welcomed(device)
  const stream = newStreamId()
  device.say({ t: 'blocks' }, bytes(chainOf(stream, 3)))
  await until(() => site.exchange.admission.queuedBytes > 0, 'received')
  const drained = site.exchange.channel.drain(7_000)
  assert.equal((await device.next('drain')).comeBackMs, 7_000)
  assert.deepEqual((await device.next('ack')).acks, { [stream]: 3 })
  assert.deepEqual(await device.closed, { code: 4503, reason: 'channel.drain' })
  await drained
  await assert.rejects(site.device(), /503 channel\.drain/)
})

test('delivery D11: a full disk acknowledges nothing; with room again the same blocks are committed', async () => {
  await using site = await open({ limits: { retryEveryMs: 30 } })
  await using device = await site.device()
  await welcomed(device)
  site.store.failure = new Fault('disk.full', { what: 'no room' })
  const stream = newStreamId()
  const chain = bytes(chainOf(stream, 20))
  for (const block of chain) device.say({ t: 'blocks' }, [block])
  await until(() => site.exchange.admission.trouble === 'disk.full', 'trouble')
  await assert.rejects(site.device(otherPair), /503 disk\.full/)
  assert.deepEqual(
    device.heard.filter((head) => head.t === 'ack' || head.t === 'credit'),
    [],
  )
  site.store.failure = undefined
  await until(() => site.store.blocksOf(stream).length === 21, 'committed')
  await until(() => device.heard.some((head) => head.t === 'ack' && head.acks[stream] === 20), 'acknowledged')
  assert.equal(site.exchange.admission.queuedBytes, 0)
})

test('delivery D11: a disk that stays full closes the channel with 4503 and its code', async () => {
  await using site = await open({ limits: { retryEveryMs: 10, retryForMs: 60 } })
  await using device = await site.device()
  await welcomed(device)
  site.store.failure = new Fault('disk.full', { what: 'no room' })
  device.say({ t: 'blocks' }, bytes(chainOf(newStreamId(), 3)))
  assert.deepEqual(await device.closed, { code: 4503, reason: 'disk.full' })
  assert.equal(site.exchange.admission.queuedBytes, 0)
})

test('delivery D25: hostile messages are refused by code, and another device does not notice', async () => {
  await using site = await open()
  await using neighbour = await site.device(otherPair)
  await welcomed(neighbour, 'dev-2')
  const stream = newStreamId()
  const wild = { stream, block: 2 ** 53, hash: noHash, sequence: 1 }
  const huge = Array.from({ length: 20_001 }, () => ({
    stream,
    source: 's',
    state: 'live',
    head: { block: 0, hash: noHash, sequence: 0 },
    lowest: 0,
  }))
  const hostile: Record<string, (device: RawDevice) => void> = {
    'no frame': (device) => device.sayBytes(randomBytes(64)),
    'head longer than the message': (device) => device.sayBytes(Buffer.from([255, 255, 0, 0, 1])),
    'an unknown kind': (device) => device.say({ t: '__proto__' }),
    'a block cut short': (device) =>
      device.say({ t: 'blocks' }, [bytes(chainOf(stream, 1))[1]?.subarray(0, 60) ?? Buffer.alloc(0)]),
    'a block that says four gibibytes': (device) => {
      const block = Buffer.from(bytes(chainOf(stream, 1))[1] ?? '')
      block.writeUInt32LE(0xffff_fff0, 8)
      device.say({ t: 'blocks' }, [block])
    },
    'blocks under another kind': (device) => device.say({ t: 'status', status: {} }, bytes(chainOf(stream, 1))),
    'numbers beyond 2^53': (device) => device.say({ t: 'checkpoint', ...wild, at: 1, signature: 'AAAA' }),
    'too many streams': (device) => device.say({ t: 'streams', streams: huge }),
    'a hole that ends before it begins': (device) =>
      device.say({ t: 'missing', stream, from: 5, through: 1, cause: 'spool.damaged' }),
    'a second hello': (device) => device.say(hello('dev-1')),
    'a status with blocks': (device) => device.say({ t: 'status' }, bytes(chainOf(stream, 1))),
  }
  for (const [what, attack] of Object.entries(hostile)) {
    await using device = await site.device()
    await welcomed(device)
    attack(device)
    assert.equal((await device.closed).code, 4400, what)
  }
  const mine = newStreamId()
  neighbour.say({ t: 'blocks' }, bytes(chainOf(mine, 3, 'dev-2')))
  assert.deepEqual((await neighbour.next('ack')).acks, { [mine]: 3 })
})

test('delivery D25: a status of rubbish is shown to nobody and holds up no event', async () => {
  await using site = await open()
  await using device = await site.device()
  await welcomed(device)
  device.say({ t: 'status', status: { v: 1, program: 'x'.repeat(1_000_000), channel: null } })
  const stream = newStreamId()
  device.say({ t: 'blocks' }, bytes(chainOf(stream, 1)))
  await device.next('ack')
  assert.deepEqual(site.exchange.statuses, [])
})

test('delivery C1: several blocks in more than a mebibyte close with 4413', async () => {
  await using site = await open()
  await using device = await site.device()
  await welcomed(device)
  const large = largeBlock(newStreamId(), noHash, 600_000).bytes
  device.say({ t: 'blocks' }, [large, large])
  assert.equal((await device.closed).code, 4413)
})

test('delivery D25: a message that is too large closes with 4413', async () => {
  await using site = await open()
  await using device = await site.device()
  await welcomed(device)
  device.sayBytes(Buffer.alloc(17 * 1024 * 1024 + 128 * 1024))
  assert.deepEqual(await device.closed, { code: 4413, reason: 'channel.frame.large' })
})

test('delivery D27: a device far over its share does not delay another', async () => {
  const store = openMemoryStore()
  const limits = { storeBytesMax: 64 * 1024, deviceBytesMax: 32 * 1024, turnBytes: 16 * 1024 }
  await using site = await open({ store, limits })
  // Delay is counted in bytes that are committed first: how long that takes is the machine's affair.
  using _held = store.hold()
  await using greedy = await site.device()
  const { credit } = await welcomed(greedy)
  let room = credit
  for (const block of bytes(chainOf(newStreamId(), 4_000))) {
    room -= block.length
    if (room >= 0) greedy.say({ t: 'blocks' }, [block])
  }
  await until(() => site.exchange.admission.queuedBytes > 500_000, 'a flood')
  await using modest = await site.device(otherPair)
  await welcomed(modest, 'dev-2')
  const stream = newStreamId()
  for (const [number, block] of bytes(chainOf(stream, 10, 'dev-2')).entries()) {
    const given = store.appended.length
    modest.say({ t: 'blocks' }, [block])
    await until(() => store.appended.length > given, 'its turn')
    assert.equal(store.appended[given], 'dev-2')
    let committed = 0
    while (store.blocksOf(stream).length <= number && committed <= limits.storeBytesMax) {
      const more = await store.step()
      assert(more > 0, 'nothing waits for the store')
      committed += more
    }
    assert(committed <= limits.storeBytesMax, `block ${number} came behind ${committed} bytes`)
    await modest.next('ack')
  }
  assert(site.exchange.admission.queuedBytes > 100_000, 'the flood was over too early')
})

function largeBlock(stream: string, prev: string, size: number): Block {
  const payload = randomBytes(size)
  for (let at = payload.indexOf(10); at >= 0; at = payload.indexOf(10, at)) payload[at] = 11
  return encodeBlock(
    {
      v: 1,
      kind: 'events',
      source: 's',
      format: 'suricata/eve',
      stream,
      block: 1,
      prev,
      first: 1,
      lost: { count: 0, unknown: false },
      count: 1,
      from: 1,
      to: 1,
      raw: payload.length,
      codec: 'none',
      position: { kind: 'socket' },
    },
    payload,
  )
}
