import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DeviceQueue } from './device-queue.ts'

test('delivery J1: blocks leave in the order they came, whatever failed in between', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ size: fc.nat(400), cost: fc.integer({ min: 1, max: 4_000 }), fails: fc.boolean() }), {
        maxLength: 200,
      }),
      (steps) => {
        const queue = new DeviceQueue()
        const given: Buffer[] = []
        const left: Buffer[] = []
        for (const { size, cost, fails } of steps) {
          const block = Buffer.alloc(size)
          given.push(block)
          queue.push(block)
          const turn = queue.take(cost)
          assert(turn?.kind === 'blocks')
          if (fails) queue.putBack(turn.blocks)
          else left.push(...turn.blocks)
        }
        for (let turn = queue.take(1e9); turn !== undefined; turn = queue.take(1e9))
          if (turn.kind === 'blocks') left.push(...turn.blocks)
        assert.equal(left.length, given.length)
        assert(left.every((block, index) => block === given[index]))
        assert.deepEqual([queue.bytes, queue.empty], [0, true])
      },
    ),
  )
})

test('delivery J3: a question waits behind the blocks before it and ends their turn', () => {
  const queue = new DeviceQueue()
  const [one, two] = [Buffer.alloc(10), Buffer.alloc(20)]
  const missing = { stream: 's', from: 1, through: 2, cause: 'spool.damaged' } as const
  queue.push(one)
  queue.push({ kind: 'missing', missing })
  queue.push(two)
  assert.deepEqual(queue.take(1e6), { kind: 'blocks', blocks: [one], bytes: 10 })
  assert.equal(queue.nextIsAsked, true)
  assert.deepEqual(queue.take(1e6), { kind: 'missing', missing })
  assert.deepEqual(queue.take(1e6), { kind: 'blocks', blocks: [two], bytes: 20 })
})

test('delivery D25: a tiny block costs more of a turn than its bytes', () => {
  const queue = new DeviceQueue()
  for (let block = 0; block < 1_000; block++) queue.push(Buffer.alloc(1))
  const turn = queue.take(256 * 1024)
  assert(turn?.kind === 'blocks')
  assert(turn.blocks.length < 520)
})
