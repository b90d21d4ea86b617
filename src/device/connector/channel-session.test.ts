// One session against an exchange that says whatever a test wants, over a link in memory.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { Fault } from '../../core/fault.ts'
import { systemClock } from '../../platform/clock.ts'
import type { Link, LinkEvents } from '../../platform/websocket-link.ts'
import { type Block, encodeBlock, noHash } from '../../wire/block-format.ts'
import type { FromDevice, FromExchange } from '../../wire/channel/messages.ts'
import { decodeFrame, encodeFrame, isFrame } from '../../wire/frame.ts'
import type { Status } from '../../wire/status.ts'
import { type ChannelLimits, channelLimits } from './channel-pulse.ts'
import { openChannelSession } from './channel-session.ts'
import type { SessionEnd, SessionOptions } from './channel-session-options.ts'
import type { ToEventHandler } from './hop-port.ts'

const device = 'dev-1'
const quick: ChannelLimits = { ...channelLimits, tickMs: 5, statusSoonMs: 5 }

/** A session, and what it said in both directions. */
function open(more: Partial<SessionOptions> = {}) {
  const up: FromDevice[] = []
  const sizes: number[] = []
  const blocks: Buffer[] = []
  const down: ToEventHandler[] = []
  const seen: string[] = []
  let pings = 0
  let acknowledged = 0
  let end: SessionEnd | undefined
  let events: LinkEvents | undefined
  const link: Link & { waitingBytes: number; receivedBytes: number } = {
    send(message) {
      const frame = decodeFrame(message)
      assert(isFrame(frame))
      up.push(frame.head as FromDevice)
      blocks.push(...frame.blocks)
      if (frame.blocks.length > 0) sizes.push(message.length)
    },
    waitingBytes: 0,
    receivedBytes: 0,
    ping: () => void pings++,
    pause: () => undefined,
    resume: () => undefined,
    close: (code, reason) => setImmediate(() => events?.closed(code, reason)),
    terminate: () => undefined,
  }
  const session = openChannelSession(
    (given) => {
      events = given
      return link
    },
    {
      device,
      program: 'test',
      session: 's',
      seenJournal: undefined,
      eventHandlerAttached: true,
      toEventHandler: (message) => void down.push(message),
      sign: (facts) => `signed ${facts.stream} ${facts.block}`,
      status: () => ({ v: 1, device }) as Status,
      doctor: () => Promise.reject(new Fault('internal', { what: 'nobody asks' })),
      clock: systemClock,
      limits: quick,
      events: {
        welcomed: () => undefined,
        journalSeen: (journal) => void seen.push(journal),
        acknowledged: () => void acknowledged++,
        ended: (value) => {
          end = value
        },
      },
      ...more,
    },
  )
  const hear = (head: FromExchange | Record<string, unknown>) => {
    link.receivedBytes++
    events?.message(encodeFrame(head))
  }
  const welcome = (more: Record<string, unknown> = {}) =>
    hear({
      t: 'welcome',
      v: 1,
      journal: 'j1',
      clock: 0,
      credit: 1_000_000,
      lingerMs: 50,
      messageBytes: 1_048_576,
      ...more,
    })
  const serve = () => {
    welcome()
    session.fromHop({ t: 'streams', session: 'e', streams: [] }, [])
    hear({ t: 'resume', heads: {} })
  }
  return {
    session,
    link,
    up,
    down,
    sizes,
    blocks,
    seen,
    hear,
    welcome,
    serve,
    kinds: () => up.map((head) => head.t).filter((kind) => kind !== 'status'),
    get pings() {
      return pings
    },
    acknowledged: () => acknowledged,
    get end() {
      return end
    },
    [Symbol.dispose]: () => session.close('test'),
  }
}

function block(stream: string, number: number, size = 100): Block {
  const payload = randomBytes(size)
  return encodeBlock(
    {
      v: 1,
      kind: 'events',
      source: 's',
      format: 'zeek/json',
      stream,
      block: number,
      prev: noHash,
      first: number + 1,
      lost: { count: 0, unknown: false },
      count: 1,
      from: 1,
      to: 1,
      raw: size,
      codec: 'none',
      position: { kind: 'socket' },
    },
    payload,
  )
}

const stream = 'a'.repeat(32)

test('delivery C2: hello is said first, and nothing else before welcome', () => {
  using road = open()
  assert.deepEqual(road.kinds(), ['hello'])
  road.session.fromHop({ t: 'streams', session: 'e', streams: [] }, [])
  road.session.fromHop({ t: 'blocks', session: 'e' }, [block(stream, 0).bytes])
  assert.deepEqual(road.kinds(), ['hello'])
  assert.deepEqual(road.down, [])
})

test('delivery C3: ended streams are listed where the journal is new, and it counts as seen once it has answered', () => {
  using first = open()
  first.welcome()
  assert.deepEqual(first.down, [{ t: 'attach', ended: true, device, lingerMs: 50 }])
  first.session.fromHop({ t: 'streams', session: 'e', streams: [] }, [])
  assert.deepEqual(first.seen, [])
  first.hear({ t: 'resume', heads: {} })
  assert.deepEqual(first.seen, ['j1'])
  using again = open({ seenJournal: 'j1' })
  again.welcome()
  assert.deepEqual(again.down, [{ t: 'attach', ended: false, device, lingerMs: 50 }])
  using restored = open({ seenJournal: 'j1' })
  restored.welcome({ journal: 'j2' })
  assert.equal(restored.down[0]?.t === 'attach' && restored.down[0].ended, true)
})

test('delivery C3: serving begins with the answer, within the credit granted', () => {
  using road = open()
  road.welcome()
  road.session.fromHop({ t: 'streams', session: 'e', streams: [] }, [])
  road.session.fromHop({ t: 'blocks', session: 'e' }, [block(stream, 0).bytes])
  assert.deepEqual(road.kinds(), ['hello', 'streams'])
  const head = { block: 4, hash: noHash, sequence: 9 }
  road.hear({ t: 'resume', heads: { [stream]: head } })
  assert.deepEqual(road.down.slice(1), [
    { t: 'resume', heads: { [stream]: head } },
    { t: 'credit', bytes: 1_000_000 },
  ])
})

test('delivery C3: a list of very many streams goes in several messages and is answered as one', () => {
  using road = open()
  road.welcome()
  const head = { block: 1, hash: noHash, sequence: 1 }
  const listed = Array.from({ length: 12_345 }, (_, number) => ({
    stream: number.toString(16).padStart(32, '0'),
    source: 's',
    state: 'ended' as const,
    head,
    lowest: 2,
  }))
  road.session.fromHop({ t: 'streams', session: 'e', streams: listed }, [])
  const lists = road.up.filter((message) => message.t === 'streams')
  assert.deepEqual(
    lists.flatMap(({ streams }) => streams),
    listed,
  )
  assert(lists.every(({ streams }) => streams.length <= 5_000))
  for (const { streams } of lists) {
    assert(!road.down.some((message) => message.t === 'resume'))
    road.hear({ t: 'resume', heads: Object.fromEntries(streams.map((each) => [each.stream, head])) })
  }
  const resume = road.down.find((message) => message.t === 'resume')
  assert(resume?.t === 'resume')
  assert.equal(Object.keys(resume.heads).length, 12_345)
})

test('delivery H1: an answer to the list of an EventHandler that is gone is not taken for that of the new one', () => {
  using road = open()
  road.welcome()
  road.session.fromHop({ t: 'streams', session: 'e', streams: [] }, [])
  road.session.hopAttached()
  road.session.fromHop({ t: 'streams', session: 'f', streams: [] }, [])
  road.hear({ t: 'resume', heads: {} })
  assert(!road.down.some((message) => message.t === 'resume'))
  road.hear({ t: 'resume', heads: { [stream]: { block: 5, hash: noHash, sequence: 5 } } })
  const resume = road.down.filter((message) => message.t === 'resume')
  assert.deepEqual(
    resume.map(({ heads }) => Object.keys(heads)),
    [[stream]],
  )
})

test('delivery C1: blocks are relayed byte for byte, several up to a mebibyte to a message', () => {
  using road = open()
  road.serve()
  const given = Array.from({ length: 9 }, (_, number) => block(stream, number, 100_000).bytes)
  road.session.fromHop({ t: 'blocks', session: 'e' }, given)
  assert.deepEqual(Buffer.concat(road.blocks), Buffer.concat(given))
  assert(road.sizes.every((size) => size <= 1_048_576 + 64))
})

test('delivery C4: EventHandler may not exceed the credit: the exchange never sees it, serving begins anew', () => {
  using road = open()
  road.serve()
  const large = Array.from({ length: 11 }, (_, number) => block(stream, number, 100_000).bytes)
  road.session.fromHop({ t: 'blocks', session: 'e' }, large)
  assert(road.sizes.reduce((sum, size) => sum + size, 0) < 1_100_000)
  assert.equal(road.down.at(-1)?.t, 'attach')
  assert.equal(road.end, undefined)
})

test('delivery C4: credit that comes back is passed on; more than is under way is a protocol error', () => {
  using road = open()
  road.serve()
  const { bytes } = block(stream, 0)
  road.session.fromHop({ t: 'blocks', session: 'e' }, [bytes])
  road.hear({ t: 'credit', bytes: bytes.length, lingerMs: 500 })
  assert.deepEqual(road.down.at(-1), { t: 'credit', bytes: bytes.length, lingerMs: 500 })
  road.hear({ t: 'credit', bytes: 1 })
  assert.equal(road.end?.code, 4400)
})

test('delivery C5: an ack is passed on; one beyond what was sent closes the channel and acknowledges nothing', () => {
  using road = open()
  road.serve()
  road.session.fromHop({ t: 'blocks', session: 'e' }, [block(stream, 0).bytes, block(stream, 1).bytes])
  road.hear({ t: 'ack', acks: { [stream]: 1 } })
  assert.deepEqual(road.down.at(-1), { t: 'ack', acks: { [stream]: 1 } })
  road.hear({ t: 'ack', acks: { [stream]: 0 } })
  road.hear({ t: 'ack', acks: { [stream]: 2 } })
  assert.equal(road.end?.code, 4400)
  assert(!road.down.some((message) => message.t === 'ack' && message.acks[stream] === 2))
})

test('issue 9.2: the empty block that begins a stream is acknowledged, and no event has come', () => {
  using road = open()
  road.serve()
  const begin = encodeBlock({
    v: 1,
    kind: 'open',
    source: 's',
    format: 'zeek/json',
    stream,
    block: 0,
    prev: noHash,
    first: 1,
    lost: { count: 0, unknown: false },
    device,
    version: '0',
    position: { kind: 'socket' },
    previous: null,
    reason: 'first',
  })
  road.session.fromHop({ t: 'blocks', session: 'e' }, [begin.bytes, block(stream, 1).bytes])
  road.hear({ t: 'ack', acks: { [stream]: 0 } })
  assert.equal(road.acknowledged(), 0)
  road.hear({ t: 'ack', acks: { [stream]: 1 } })
  assert.equal(road.acknowledged(), 1)
})

test('delivery C5: what was told missing may be acknowledged', () => {
  using road = open()
  road.serve()
  road.session.fromHop({ t: 'missing', session: 'e', stream, from: 0, through: 7, cause: 'spool.removed' }, [])
  road.hear({ t: 'ack', acks: { [stream]: 7 } })
  assert.deepEqual(road.up.at(-1), { t: 'missing', stream, from: 0, through: 7, cause: 'spool.removed' })
  assert.equal(road.end, undefined)
})

test('delivery C2: an exchange that breaks the protocol is left with 4400', () => {
  const breaches: Record<string, readonly Record<string, unknown>[]> = {
    'an ack before welcome': [{ t: 'ack', acks: {} }],
    'a resume nobody asked for': [{ t: 'welcome' }, { t: 'resume', heads: {} }],
    'two welcomes': [{ t: 'welcome' }, { t: 'welcome' }],
    'an unknown kind': [{ t: 'welcome' }, { t: 'execute', command: 'x' }],
    'an ack of no stream': [{ t: 'welcome' }, { t: 'ack', acks: { x: 1 } }],
    'an ack of 2^53': [{ t: 'welcome' }, { t: 'ack', acks: { [stream]: 2 ** 53 } }],
  }
  for (const [what, heads] of Object.entries(breaches)) {
    using road = open()
    for (const head of heads) {
      if (head['t'] === 'welcome') road.welcome()
      else road.hear(head)
    }
    assert.equal(road.end?.code, 4400, what)
  }
})

test('delivery H1: EventHandler that comes back is asked again, and what it served before does not count', () => {
  using road = open()
  road.serve()
  road.session.fromHop({ t: 'blocks', session: 'e' }, [block(stream, 0).bytes])
  road.session.hopAttached()
  assert.equal(road.down.at(-1)?.t, 'attach')
  road.session.fromHop({ t: 'blocks', session: 'e' }, [block(stream, 1).bytes])
  assert.equal(road.blocks.length, 1)
  road.session.fromHop({ t: 'streams', session: 'f', streams: [] }, [])
  road.hear({ t: 'resume', heads: {} })
  assert.equal(road.down.at(-1)?.t === 'credit' && road.down.at(-1)?.t, 'credit')
  const credit = road.down.at(-1)
  assert(credit?.t === 'credit')
  assert.equal(credit.bytes, 1_000_000 - (road.blocks[0]?.length ?? 0))
})

test('delivery J1: what is wanted, damaged or refused is passed to EventHandler', () => {
  using road = open()
  road.serve()
  road.hear({ t: 'wanted', stream, block: 3, damaged: true })
  road.hear({ t: 'refused', stream, block: 4, code: 'stream.conflict' })
  assert.deepEqual(road.down.slice(-2), [
    { t: 'wanted', stream, block: 3, damaged: true },
    { t: 'refused', stream, block: 4 },
  ])
})

test('delivery C11: the last block sent is signed every minute with traffic, and when its stream ends', async () => {
  using road = open({ limits: { ...quick, checkpointEveryMs: 20 } })
  road.serve()
  const sent = [0, 1, 2].map((number) => block(stream, number))
  road.session.fromHop(
    { t: 'blocks', session: 'e' },
    sent.map(({ bytes }) => bytes),
  )
  await until(() => road.kinds().includes('checkpoint'))
  const checkpoints = () => road.up.filter((head) => head.t === 'checkpoint')
  const [first] = checkpoints()
  assert.deepEqual(
    { ...first, at: 0 },
    { t: 'checkpoint', stream, block: 2, hash: sent[2]?.hash, sequence: 3, at: 0, signature: `signed ${stream} 2` },
  )
  await systemClock.sleep(60)
  assert.equal(checkpoints().length, 1, 'nothing to sign without traffic')
  road.session.fromHop({ t: 'ended', session: 'e', stream, head: { block: 2, hash: 'f'.repeat(64), sequence: 3 } }, [])
  assert.equal(checkpoints().length, 2)
  assert.equal(checkpoints()[1]?.hash, 'f'.repeat(64))
})

test('delivery C12: after a drain nothing is sent, the time named is told, and acks of what was under way come down', () => {
  using road = open()
  road.serve()
  road.session.fromHop({ t: 'blocks', session: 'e' }, [block(stream, 0).bytes])
  assert.equal(road.blocks.length, 1)
  road.hear({ t: 'drain', comeBackMs: 5_000 })
  assert.equal(road.down.at(-1)?.t, 'detach')
  road.session.fromHop({ t: 'blocks', session: 'e' }, [block(stream, 1).bytes])
  assert.equal(road.blocks.length, 1)
  road.hear({ t: 'ack', acks: { [stream]: 0 } })
  assert.deepEqual(road.down.at(-1), { t: 'ack', acks: { [stream]: 0 } })
  assert.equal(road.end, undefined)
})

test('delivery C8: pings go out, and silence ends the channel', async () => {
  using road = open({ limits: { ...quick, pingEveryMs: 10, silenceMs: 60 } })
  road.serve()
  await until(() => road.end !== undefined)
  assert(road.pings >= 3)
  assert.equal(road.end?.reason, 'channel.silent')
})

test('delivery D22: a link that is slow but moves is not silent; one that stands still is', async () => {
  using road = open({ limits: { ...quick, silenceMs: 60 } })
  road.serve()
  road.session.fromHop({ t: 'blocks', session: 'e' }, [block(stream, 0, 200_000).bytes])
  road.link.waitingBytes = 200_000
  for (let step = 0; step < 20; step++) {
    await systemClock.sleep(10)
    road.link.waitingBytes -= 1_000
  }
  assert.equal(road.end, undefined)
  await until(() => road.end !== undefined)
})

test('delivery C8: an exchange that never says welcome is left', async () => {
  using road = open({ limits: { ...quick, welcomeWithinMs: 30 } })
  await until(() => road.end !== undefined)
})

async function until(condition: () => boolean): Promise<void> {
  const deadline = systemClock.monotonic() + 5_000
  while (!condition()) {
    assert(systemClock.monotonic() < deadline, 'in time')
    await systemClock.sleep(5)
  }
}
