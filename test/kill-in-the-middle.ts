// One run of `open FILE --once` with 200,000 events in which a victim is killed between 10 % and 90 %.
import assert from 'node:assert/strict'
import { createWriteStream } from 'node:fs'
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { Scenario, seededRandom } from '../src/demo/scenario.ts'
import { asOwner, childrenOf, run, type Running, start, temporaryFolder, until } from './sallyport.ts'

export const victims = ['EventHandler', 'connector', 'exchange', 'all'] as const
export type Victim = (typeof victims)[number]

const eventsWanted = 200_000

type Totals = { events: number; quarantined: number; ignored: number; byType: Record<string, number> }

export async function killInTheMiddle(
  t: TestContext,
  { victim, seed }: { victim: Victim; seed: number },
): Promise<void> {
  const folder = temporaryFolder(t)
  const file = join(folder, 'eve.json')
  const byType = await writeEvents(file, seed)
  const data = join(folder, 'data')
  const command = ['open', file, '--data', data, '--once', '-o', 'json']
  const share = 0.1 + 0.8 * seededRandom(seed + victims.indexOf(victim) * 1000)()

  const running = start(t, command)
  const storedAtKill = await atShare(running, data, share)
  const children = childrenOf(running.child.pid ?? 0)
  for (const title of ['EventHandler', 'connector', 'exchange'])
    assert(children.has(title), `${title} is a child: ${[...children.keys()].join(' ')}`)
  if (victim === 'all') for (const pid of [running.child.pid ?? 0, ...children.values()]) process.kill(pid, 'SIGKILL')
  else process.kill(children.get(victim) ?? 0, 'SIGKILL')
  const first = await running.finished
  assert(
    storedAtKill > 0 && storedAtKill < eventsWanted,
    `it really cut: ${storedAtKill} of ${eventsWanted} were stored`,
  )

  const last = victim === 'all' ? await run(t, command) : first
  if (victim === 'all') assert.equal(first.signal, 'SIGKILL')
  assert.equal(last.code, 0, last.stderr)
  const totals = JSON.parse(last.stdout) as Totals
  assert.deepEqual(
    { ...totals, byType: totals.byType },
    { ...totals, events: eventsWanted, quarantined: 0, ignored: 0, byType },
  )

  const verified = await run(t, ['ledger', 'verify', '-o', 'json', '--data', data])
  assert.equal(verified.code, 0, verified.stderr)
  await eachOnce(t, data, file)
}

async function writeEvents(file: string, seed: number): Promise<Record<string, number>> {
  const scenario = new Scenario(seed)
  const out = createWriteStream(file)
  const byType: Record<string, number> = {}
  const beginning = 1_780_000_000_000
  let written = 0
  for (let step = 0; written < eventsWanted; step++) {
    const lines = scenario.next(beginning + step * 10).slice(0, eventsWanted - written)
    written += lines.length
    for (const line of lines) {
      const type = /"event_type":"([^"]+)"/.exec(line)?.[1] ?? ''
      byType[type] = (byType[type] ?? 0) + 1
    }
    if (!out.write(`${lines.join('\n')}\n`)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'close')
  return byType
}

/** Waits until the exchange has stored the share, asking the API as the owner. */
async function atShare(running: Running, data: string, share: number): Promise<number> {
  return await until(
    `${Math.round(share * 100)} % stored`,
    async () => {
      assert.equal(running.child.exitCode, null, `it ended too early: ${running.stderr()}`)
      const stored = await storedEvents(data)
      return stored >= share * eventsWanted ? stored : undefined
    },
    120_000,
  )
}

async function storedEvents(data: string): Promise<number> {
  return (await asOwner<{ journal: { events: number } }>(data, 'status'))?.journal.events ?? 0
}

/** Every line of the file once: lines are distinct by their flow_id, so the raw lines are compared as a set. */
async function eachOnce(t: TestContext, data: string, file: string): Promise<void> {
  const wanted = new Set(readFileSync(file, 'utf8').trimEnd().split('\n'))
  assert.equal(wanted.size, eventsWanted)
  const found = await run(t, ['events', 'search', '', '--all', '-o', 'jsonl', '--data', data])
  assert.equal(found.code, 0, found.stderr)
  let seen = 0
  for (const line of found.stdout.trimEnd().split('\n')) {
    const { raw } = JSON.parse(line) as { raw: string }
    assert(wanted.delete(raw), `twice, or never given: ${raw.slice(0, 120)}`)
    seen += 1
  }
  assert.equal(seen, eventsWanted)
}
