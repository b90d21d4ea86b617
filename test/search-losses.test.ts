// Declared losses in what `events search` prints: rows at their place, as the console shows them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryStart, memoryStream } from '../src/server/api/events-memory.ts'
import { type MemoryPorts, memoryPorts } from '../src/server/api/ports-memory.ts'
import { run, startServer } from './command-samples.ts'

const loss = {
  id: `${memoryStream}:2:loss:1`,
  device: 'sensor-1',
  source: 'eve',
  stream: memoryStream,
  sequence: 2,
  cause: 'file.truncated',
  count: 1_234,
  from: memoryStart,
  to: memoryStart + 1_000,
}

/** Each page with a loss above its second event, or alone where `is:lost` is asked. */
function withLosses(): MemoryPorts {
  const ports = memoryPorts(4)
  const search: MemoryPorts['events']['search'] = async (organisation, question) => {
    const page = await ports.events.search(organisation, { ...question, q: '', limit: 2 })
    if (question.q === 'is:lost') return { ...page, events: [], losses: [{ above: 0, loss }], next: null }
    return { ...page, losses: [{ above: 1, loss }] }
  }
  return { ...ports, events: { ...ports.events, search } }
}

test('delivery L4: search shows losses as rows among the events, page by page and all at once', async () => {
  await using server = await startServer(withLosses())
  const search = async (...argv: string[]) => await run(['events', 'search', ...argv, '--data', server.data])
  const shape = (text: string) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => (line.includes('events lost') || line.includes('"kind":"loss"') ? 'loss' : 'event'))
  const page = ['event', 'loss', 'event']
  assert.deepEqual(shape((await search('-o', 'jsonl')).out), page)
  assert.deepEqual(shape((await search('-o', 'jsonl', '--all')).out), [...page, ...page])
  const table = await search('--all')
  assert.deepEqual(shape(table.out).slice(1), [...page, ...page])
  assert.match(table.out, /lost +sensor-1 +eve: 1,234 events lost \(file\.truncated\)/)
})

test('delivery L4: a search for losses alone shows them, and does not say that there is nothing', async () => {
  await using server = await startServer(withLosses())
  for (const all of [[], ['--all']]) {
    const search = async (...argv: string[]) =>
      await run(['events', 'search', 'is:lost', ...argv, ...all, '--data', server.data])
    const table = await search()
    assert.match(table.out, /1,234 events lost/)
    assert.doesNotMatch(table.err, /No event/)
    assert.match(table.err, /next: \S+ ledger/)
    assert.deepEqual(JSON.parse((await search('-o', 'jsonl')).out), { kind: 'loss', ...loss })
    const { losses }: { losses: unknown } = JSON.parse((await search('-o', 'json')).out)
    assert.deepEqual(losses, [{ above: 0, loss }])
  }
})
