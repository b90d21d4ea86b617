// One run of `open FILE --once` with 200,000 events in which a victim is killed between 10 % and 90 %.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import type { TestContext } from 'node:test'
import { Scenario, seededRandom } from '../src/demo/scenario.ts'
import { childrenOf, type Finished, program, run, type Running, start, temporaryFolder, until } from './sallyport.ts'

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
  // On a busy machine all may be stored before the signal comes: then the cut is made earlier, and never left out.
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
  using journal = storedIn(data)
  await atShare(running, journal, 1 / eventsWanted)
  // Known before the moment comes, for to look for them takes a part of what is left.
  const children = childrenOf(running.child.pid ?? 0)
  for (const title of ['EventHandler', 'connector', 'exchange'])
    assert(children.has(title), `${title} is a child: ${[...children.keys()].join(' ')}`)
  const pids = victim === 'all' ? [running.child.pid ?? 0, ...children.values()] : [children.get(victim) ?? 0]
  const storedAtKill = await atShare(running, journal, share)
  for (const pid of pids) process.kill(pid, 'SIGKILL')
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

async function atShare(running: Running, journal: Stored, share: number): Promise<number> {
  return await until(
    `${Math.round(share * 100)} % stored`,
    () => {
      assert.equal(running.child.exitCode, null, `it ended too early: ${running.stderr()}`)
      const stored = journal.events()
      return stored >= share * eventsWanted ? stored : undefined
    },
    120_000,
  )
}

type Stored = Disposable & { events(): number }

/** Reads the block files: an exchange that is busy storing may answer only when all is stored. */
function storedIn(data: string): Stored {
  const folder = join(data, 'exchange/journal/default')
  let days: readonly DatabaseSync[] = []
  return {
    events() {
      const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.blocks.sqlite')) : []
      if (files.length > days.length) {
        for (const day of days) day.close()
        days = files.map((name) => new DatabaseSync(join(folder, name), { readOnly: true }))
      }
      return days.reduce((sum, day) => sum + blockEvents(day), 0)
    },
    [Symbol.dispose]() {
      for (const day of days) day.close()
    },
  }
}

function blockEvents(day: DatabaseSync): number {
  try {
    return Number(day.prepare('select coalesce(sum(count), 0) as events from blocks').get()?.['events'])
  } catch {
    // Its tables are being made.
    return 0
  }
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
