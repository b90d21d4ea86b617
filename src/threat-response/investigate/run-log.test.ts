import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InvestigationEvent } from '../../wire/api/investigations.ts'
import { RunLog } from './run-log.ts'

const never = new AbortController().signal

/** An event of about so many characters. */
function delta(characters: number): InvestigationEvent {
  const removedNodes = ['x'.repeat(characters)]
  return { event: 'graph.delta', data: { nodes: [], edges: [], removedNodes, removedEdges: [] } }
}

async function all(log: RunLog, after: number) {
  const told = []
  for await (const batch of log.follow(after, never)) told.push(...batch)
  return told
}

test('console-and-cli 4: what a log holds is bounded in events and in size; who fell behind begins again', async () => {
  for (const [characters, count, kept] of [
    [10, 1_000, 400],
    [100_000, 100, 41],
    [5_000_000, 3, 0],
  ] as const) {
    const log = new RunLog()
    for (let n = 0; n < count; n++) log.add(delta(characters))
    log.end()
    const behind = await all(log, 0)
    assert.deepEqual(
      behind.map(({ id, event }) => [id, event.event]),
      [[count, 'reset']],
    )
    const near = await all(log, count - kept)
    assert.deepEqual(
      near.map(({ id, event }) => [id, event.event]),
      Array.from({ length: kept }, (_, n) => [count - kept + n + 1, 'graph.delta']),
      `${characters} characters`,
    )
    assert.equal((await all(log, count - kept - 1))[0]?.event.event, 'reset')
  }
})

test('console-and-cli 4: a reader that follows is told to begin again where it is overtaken, and then goes on', async () => {
  const log = new RunLog()
  const reader = log.follow(0, never)
  log.add(delta(10))
  assert.equal((await reader.next()).value?.[0]?.id, 1)
  for (let n = 0; n < 500; n++) log.add(delta(10))
  assert.deepEqual((await reader.next()).value, [{ id: 501, event: { event: 'reset', data: {} } }])
  log.add(delta(10))
  const { value } = await reader.next()
  assert.deepEqual([value?.length, value?.[0]?.id], [1, 502])
})
