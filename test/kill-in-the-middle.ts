// One run of `open FILE --once` with 200,000 events in which a victim is killed between 10 % and 90 %.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TestContext } from 'node:test'
import { Scenario, seededRandom } from '../src/demo/scenario.ts'
import {
  asOwner,
  childrenOf,
  type Finished,
  program,
  run,
  type Running,
  start,
  temporaryFolder,
  until,
} from './sallyport.ts'

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
  let share = 0.1 + 0.8 * seededRandom(seed + victims.indexOf(victim) * 1000)()
  let cut = await cutOnce(t, file, join(folder, 'data'), { victim, share })
  // A busy machine may answer the question only when all is stored: then the cut is made earlier, and never left out.
  for (let again = 1; cut.storedAtKill >= eventsWanted && again <= 3; again++) {
    share /= 2
    cut = await cutOnce(t, file, join(folder, `data-${again}`), { victim, share })
  }
  const { storedAtKill, first, data, command } = cut
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
  await eachOnce(data, file)
}

type Cut = {
  readonly data: string
  readonly command: readonly string[]
  readonly storedAtKill: number
  readonly first: Finished
}

/** Starts the command, kills the victim once the share is stored, and waits for the end. */
async function cutOnce(
  t: TestContext,
  file: string,
  data: string,
  { victim, share }: { readonly victim: Victim; readonly share: number },
): Promise<Cut> {
  const command = ['open', file, '--data', data, '--once', '-o', 'json']
  const running = start(t, command)
  const storedAtKill = await atShare(running, data, share)
  const children = childrenOf(running.child.pid ?? 0)
  for (const title of ['EventHandler', 'connector', 'exchange'])
    assert(children.has(title), `${title} is a child: ${[...children.keys()].join(' ')}`)
  if (victim === 'all') for (const pid of [running.child.pid ?? 0, ...children.values()]) process.kill(pid, 'SIGKILL')
  else process.kill(children.get(victim) ?? 0, 'SIGKILL')
  return { data, command, storedAtKill, first: await running.finished }
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

/**
 * Every line of the file once, and every identity once: lines are distinct by their flow_id, so the raw lines are
 * compared as a set, and `stream:sequence` is counted beside them.
 */
async function eachOnce(data: string, file: string): Promise<void> {
  const wanted = new Set(readFileSync(file, 'utf8').trimEnd().split('\n'))
  assert.equal(wanted.size, eventsWanted)
  // Line by line, and never whole: a soak does this forty times in one process.
  const search = spawn('sh', [program, 'events', 'search', '', '--all', '-o', 'jsonl', '--data', data], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(search, 'close')
  const identities = new Set<string>()
  for await (const line of createInterface({ input: search.stdout })) {
    const { id, raw } = JSON.parse(line) as { id: string; raw: string }
    assert(wanted.delete(raw), `twice, or never given: ${raw.slice(0, 120)}`)
    assert.match(id, /^[0-9a-f]{32}:\d+$/)
    assert(!identities.has(id), `${id} stands for two lines`)
    identities.add(id)
  }
  assert.deepEqual(await ended, [0, null])
  assert.equal(identities.size, eventsWanted)
}
