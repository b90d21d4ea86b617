// What is hard to read or comes late never holds up what is new (delivery C6): over a spool whose disk fails as a test wants.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Block, decodeBlock, isBlock, noHash } from '../../wire/block-format.ts'
import type { HeldStream } from '../../wire/streams.ts'
import { systemClock } from '../../platform/clock.ts'
import { testLog } from './device-fixture.ts'
import { until } from './exchange-fixture.ts'
import { Serving } from './serving.ts'
import {
  diskError,
  type FaultyDisk,
  faultyDisk,
  settled,
  sourceStream,
  testSpool,
  writeBlock,
} from './spool-fixture.ts'
import type { SpoolLog } from './spool/spool-log.ts'
import type { SpoolStream } from './spool/spool-streams.ts'

const blocks = 40
/** With the block that opens it. */
const ofStream = blocks + 1

/** An old stream of a start before, and a live one, neither acknowledged. */
async function twoStreams(up: AsyncDisposableStack, disk: FaultyDisk) {
  const place = up.use(await testSpool())
  {
    await using spool = await place.open()
    const stream = sourceStream(spool, 'old')
    for (let number = 0; number < blocks; number++) writeBlock(stream, number * 100, 1_000)
    await settled(spool)
  }
  const spool = up.use(await place.open(disk))
  const live = sourceStream(spool, 'new')
  for (let number = 0; number < blocks; number++) writeBlock(live, number * 100, 1_000)
  await settled(spool)
  return spool
}

/** Serves all that the heads lack. @returns the sources of the blocks, in the order in which they were sent */
function serve(spool: SpoolLog, headOf: (stream: SpoolStream) => HeldStream): { sent: string[]; serving: Serving } {
  const sent: string[] = []
  const serving = new Serving({
    spool,
    send: (message, blocks = []) => {
      if (message.t === 'blocks') for (const bytes of blocks) sent.push(blockOf(bytes).header.source)
      return true
    },
    renew: () => assert.fail('nothing is void'),
    priorityOf: () => 0,
    refused: () => assert.fail('nothing is refused'),
    setLinger: () => undefined,
    resumed: () => undefined,
    clock: systemClock,
    log: testLog,
  })
  serving.take({ t: 'attach', session, device: 'test', lingerMs: 1_000, ended: false })
  const heads = [...spool.streams.all()].map((stream) => [stream.stream, headOf(stream)] as const)
  serving.take({ t: 'resume', session, heads: Object.fromEntries(heads) })
  return { sent, serving }
}

function blockOf(bytes: Buffer): Block {
  const block = decodeBlock(bytes)
  assert(isBlock(block))
  return block
}

const session = 'test'
const nothing: HeldStream = { block: -1, hash: noHash, sequence: 0 }

test('delivery C6, D12: backlog that cannot be read for a while holds up no live stream, and comes when it can be', async () => {
  await using up = new AsyncDisposableStack()
  const disk = faultyDisk()
  const spool = await twoStreams(up, disk)
  disk.failRead = () => diskError('EMFILE')
  const { sent, serving } = serve(spool, () => nothing)
  // In pieces: behind the first one it is the turn of the backlog, whenever it is looked.
  for (let granted = 0; granted < ofStream; granted++) {
    serving.take({ t: 'credit', session, bytes: 2_000 })
    await until(() => sent.length > granted, 'the live stream is served')
  }
  assert.deepEqual(new Set(sent), new Set(['new']))
  disk.failRead = () => undefined
  serving.take({ t: 'credit', session, bytes: 1_000_000 })
  await until(() => sent.length === 2 * ofStream, 'the backlog')
})

test('delivery C6, J2: what fills a hole takes its share as backlog does, and no more', async () => {
  await using up = new AsyncDisposableStack()
  const spool = await twoStreams(up, faultyDisk())
  const holes: HeldStream['holes'] = [[0, blocks]]
  const { sent, serving } = serve(spool, ({ source, head }) => (source === 'old' ? { ...head, holes } : nothing))
  for (let granted = 0; granted < ofStream; granted++) {
    serving.take({ t: 'credit', session, bytes: 1_500 })
    await until(() => sent.length > granted, 'something is served')
  }
  const again = sent.slice(0, ofStream).filter((source) => source === 'old').length / ofStream
  assert(again > 0.1 && again < 0.35, `what fills holes got ${again}`)
  serving.take({ t: 'credit', session, bytes: 1_000_000 })
  await until(() => sent.length === 2 * ofStream, 'all')
})
