// Admission over a store in memory: credit, order, bounds, linger (delivery C4, J1–J3).
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { type Clock, systemClock } from '../../platform/clock.ts'
import type { FromExchange } from '../../wire/channel/messages.ts'
import { openAdmission } from './admission.ts'
import type { AdmissionLimits } from './limits.ts'
import { chainOf, newStreamId } from './store.contract.ts'
import { openMemoryStore } from './store-memory.ts'

const log = pino({ level: 'silent' })

function open(limits: Partial<AdmissionLimits> = {}, clock: Clock = systemClock, unindexedBlocks = () => 0) {
  const store = openMemoryStore()
  const admission = openAdmission({ store, clock, log, limits, unindexedBlocks })
  const device = (id: string) => {
    const heard: FromExchange[] = []
    const ends: string[] = []
    const reading: boolean[] = []
    let acknowledged = 0
    const intake = admission.open(
      { organisation: 'acme', device: id, certificate: '' },
      {
        send: (message) => void heard.push(message),
        refuse: (close, code) => void ends.push(`${close} ${code}`),
        acknowledged: () => void acknowledged++,
        pause: () => void reading.push(false),
        resume: () => void reading.push(true),
      },
    )
    return { intake, heard, ends, reading, acknowledged: () => acknowledged }
  }
  return { store, admission, device, [Symbol.asyncDispose]: () => admission[Symbol.asyncDispose]() }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = systemClock.monotonic() + 10_000
  while (!condition()) {
    assert(systemClock.monotonic() < deadline, 'in time')
    await systemClock.sleep(2)
  }
}

function bytesOf(stream: string, count: number): Buffer[] {
  return chainOf(stream, count).map((block) => block.bytes)
}

test('delivery C4: credit lies between its bounds and shrinks as more devices come', async () => {
  await using site = open({ creditBytesTotal: 4 * 1024 * 1024 })
  const credits = Array.from({ length: 40 }, (_, index) => site.device(`dev-${index}`).intake.creditBytes)
  assert(credits.every((credit) => credit >= 256 * 1024 && credit <= 4 * 1024 * 1024))
  assert((credits[0] ?? 0) > (credits.at(-1) ?? 0))
})

test('delivery C7 J5: where the index is far behind, acks come at once and credit when it has caught up, or after a while', async () => {
  let unindexed = 0
  await using site = open({ unindexedBlocksMax: 100, creditHeldMsMax: 300 }, systemClock, () => unindexed)
  const { intake, heard } = site.device('dev-1')
  const blocks = bytesOf(newStreamId(), 4)
  const told = () => heard.map(({ t }) => t).join(' ')
  const send = async (index: number, expected: string) => {
    intake.blocks(blocks.slice(index, index + 1))
    await until(() => told() === expected)
  }
  unindexed = 100
  await send(0, 'ack credit')
  unindexed = 101
  const from = systemClock.monotonic()
  await send(1, 'ack credit ack')
  unindexed = 100
  await until(() => told() === 'ack credit ack credit')
  assert(systemClock.monotonic() - from < 250, 'given back when it has caught up')
  // An index that goes no further slows down and stops nobody.
  unindexed = 1_000_000
  await send(2, 'ack credit ack credit ack')
  await until(() => told() === 'ack credit ack credit ack credit')
})

test('issue 9.2: a block without an event is acknowledged, and no event has come', async () => {
  await using site = open()
  const { intake, heard, acknowledged } = site.device('dev-1')
  const stream = newStreamId()
  const [begin, ...rest] = bytesOf(stream, 1)
  assert(begin !== undefined)
  intake.blocks([begin])
  await until(() => heard.some((head) => head.t === 'ack' && head.acks[stream] === 0))
  assert.equal(acknowledged(), 0)
  intake.blocks(rest)
  await until(() => heard.some((head) => head.t === 'ack' && head.acks[stream] === 1))
  assert.equal(acknowledged(), 1)
})

test('delivery J1: nothing is acknowledged before the store has answered', async () => {
  await using site = open()
  site.store.commitMs = 40
  const { intake, heard } = site.device('dev-1')
  intake.blocks(bytesOf(newStreamId(), 3))
  await systemClock.sleep(15)
  assert.equal(heard.length, 0)
  await until(() => heard.some((head) => head.t === 'ack'))
})

test('delivery C3: a list of streams is answered after the blocks that came before it', async () => {
  await using site = open()
  site.store.commitMs = 10
  const { intake, heard } = site.device('dev-1')
  const stream = newStreamId()
  const blocks = bytesOf(stream, 4)
  intake.blocks(blocks)
  const head = { block: 4, hash: '0'.repeat(64), sequence: 8 }
  intake.streams([{ stream, source: 's', state: 'live', head, lowest: 0 }])
  await until(() => heard.some((message) => message.t === 'resume'))
  assert.deepEqual(
    heard.map((message) => message.t),
    ['ack', 'credit', 'resume'],
  )
  const resume = heard.at(-1)
  assert(resume?.t === 'resume')
  assert.equal(resume.heads[stream]?.block, 4)
})

test('delivery J1: several batches of one device are with the store at once, and stay in order', async () => {
  await using site = open({ turnBytes: 4_096, deviceBytesMax: 16_384 })
  site.store.commitMs = 3
  const { intake } = site.device('dev-1')
  const stream = newStreamId()
  intake.blocks(bytesOf(stream, 300))
  await until(() => intake.idle)
  assert.equal(site.store.blocksOf(stream).length, 301)
  assert.equal(site.admission.queuedBytes, 0)
})

test('delivery J1: when the store fails in between, what it could not take is given again in order', async () => {
  await using site = open({ turnBytes: 2_048, deviceBytesMax: 8_192, retryEveryMs: 5 })
  site.store.commitMs = 2
  const { intake, ends } = site.device('dev-1')
  const stream = newStreamId()
  intake.blocks(bytesOf(stream, 200))
  for (let fault = 0; fault < 5; fault++) {
    site.store.failure = new Error('EIO')
    await systemClock.sleep(4)
    site.store.failure = undefined
    await systemClock.sleep(8)
  }
  await until(() => intake.idle)
  assert.deepEqual(ends, [])
  assert.equal(site.store.blocksOf(stream).length, 201)
})

test('delivery D22: beyond the bound of the queue sockets are not read, below half of it they are again', async () => {
  await using site = open({ queueBytesMax: 20_000, storeBytesMax: 4_096, turnBytes: 2_048 })
  site.store.commitMs = 5
  const { intake, reading } = site.device('dev-1')
  intake.blocks(bytesOf(newStreamId(), 60))
  assert.deepEqual(reading, [false])
  await until(() => intake.idle)
  assert.deepEqual(reading, [false, true])
})

test('delivery D3: a channel that ends drops what the store was not given, and its bytes are free again', async () => {
  await using site = open({ storeBytesMax: 4_096, deviceBytesMax: 4_096, turnBytes: 2_048 })
  site.store.commitMs = 20
  const { intake, heard } = site.device('dev-1')
  intake.blocks(bytesOf(newStreamId(), 100))
  intake.close()
  await until(() => site.admission.queuedBytes === 0)
  assert.deepEqual(heard, [])
})

test('delivery 1.0: linger grows with the number of devices that send, from 50 ms to 2 s', async () => {
  let now = 0
  await using site = open({ smallBlocksPerSecond: 20 }, { ...systemClock, monotonic: () => (now += 2_000) })
  const few = site.device('dev-0')
  assert.equal(few.intake.lingerMs, 50)
  const devices = Array.from({ length: 100 }, (_, index) => site.device(`dev-${index + 1}`))
  for (const { intake } of devices) {
    now -= 2_000
    intake.blocks(bytesOf(newStreamId(), 0))
  }
  now -= 100_000
  few.intake.blocks(bytesOf(newStreamId(), 0))
  await until(() => devices.every(({ intake }) => intake.idle) && few.intake.idle)
  const told = [few, ...devices].flatMap(({ heard }) =>
    heard.flatMap((head) => (head.t === 'credit' && head.lingerMs !== undefined ? [head.lingerMs] : [])),
  )
  assert(told.length > 0 && told.every((lingerMs) => lingerMs >= 50 && lingerMs <= 2_000 && lingerMs % 50 === 0))
})
