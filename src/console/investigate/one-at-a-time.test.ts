import assert from 'node:assert/strict'
import { setImmediate } from 'node:timers/promises'
import { test } from 'node:test'
import { oneAtATime } from './one-at-a-time.ts'

test('console-and-cli 4: asked for at once and often, it is done at once, never twice at a time, and once more', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const begun: PromiseWithResolvers<void>[] = []
  const work = () => {
    const one = Promise.withResolvers<void>()
    begun.push(one)
    return one.promise
  }
  const reading = oneAtATime(work, 100)
  reading.ask()
  assert.equal(begun.length, 1, 'the first waits for nothing')
  for (let n = 0; n < 50; n++) reading.ask()
  assert.equal(begun.length, 1, 'what is under way is not begun anew')
  begun[0]?.resolve()
  await setImmediate()
  t.mock.timers.tick(99)
  assert.equal(begun.length, 1)
  t.mock.timers.tick(1)
  assert.equal(begun.length, 2, 'what came meanwhile is read')
  begun[1]?.reject(new TypeError('the connection broke'))
  await setImmediate()
  t.mock.timers.tick(100)
  assert.equal(begun.length, 2, 'nothing was asked for since')
  reading.ask()
  assert.equal(begun.length, 3, 'a reading that failed is no end')
  reading.ask()
  reading.end()
  begun[2]?.resolve()
  await setImmediate()
  t.mock.timers.tick(100)
  reading.ask()
  assert.equal(begun.length, 3)
})
