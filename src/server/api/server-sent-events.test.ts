import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Clock } from '../../platform/clock.ts'
import { type PlacedEvent, serverSentEvents } from './server-sent-events.ts'

/** A clock on which waiting lasts as long as the test wants. */
function heldClock() {
  const waits: { readonly ms: number; readonly pass: () => void }[] = []
  const clock: Clock = {
    now: () => 0,
    monotonic: () => 0,
    async sleep(ms, signal) {
      const { promise, resolve } = Promise.withResolvers<void>()
      waits.push({ ms, pass: resolve })
      signal?.addEventListener('abort', () => resolve(), { once: true })
      await promise
    },
  }
  return { clock, pass: (ms: number) => waits.find((wait) => wait.ms === ms)?.pass() }
}

const batch = (id: number): readonly PlacedEvent[] => [{ id, event: { event: 'e', data: { id } } }]

/** Batches that come when the test gives them; notes that nobody wants more. */
function given() {
  const coming = [Promise.withResolvers<readonly PlacedEvent[]>()]
  const seen = { ended: false }
  async function* batches() {
    try {
      for (let at = 0; ; at++) yield await (coming[at] ?? assert.fail()).promise
    } finally {
      seen.ended = true
    }
  }
  const give = (id: number) => {
    coming.push(Promise.withResolvers())
    coming.at(-2)?.resolve(batch(id))
  }
  return { batches: batches(), give, seen }
}

test('console-and-cli 4: an event has its place, its name and one line of data; silence is a comment', async () => {
  const { batches, give } = given()
  const { clock, pass } = heldClock()
  const { signal } = new AbortController()
  const stream = serverSentEvents(batches, { clock, signal, mayRead: () => true })
  assert.match(String((await stream.next()).value), /^retry: \d{4}\n\n$/)
  const silent = stream.next()
  await Promise.resolve()
  pass(15_000)
  assert.equal((await silent).value, ': nothing new\n\n')
  give(7)
  assert.equal((await stream.next()).value, 'id: 7\nevent: e\ndata: {"id":7}\n\n')
})

test('console-and-cli 4: who signed out while nothing happened does not hear what comes then', async () => {
  const { batches, give, seen } = given()
  const { clock } = heldClock()
  const { signal } = new AbortController()
  let mayRead = true
  const stream = serverSentEvents(batches, { clock, signal, mayRead: () => mayRead })
  await stream.next()
  const next = stream.next()
  mayRead = false
  give(1)
  assert.deepEqual(await next, { value: undefined, done: true })
  assert.equal(seen.ended, true)
})
