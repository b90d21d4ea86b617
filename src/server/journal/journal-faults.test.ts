import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { test } from 'node:test'
import { type Clock, systemClock } from '../../platform/clock.ts'
import { fixtureFormats, journalIn, quiet, temporaryFolder } from './journal-fixture.ts'
import { openJournal } from './journal.ts'
import { StreamFixture } from './stream-fixture.ts'

const sender = { organisation: 'acme', device: 'fw-1' }

test('delivery D3, J1: after a SIGKILL everything that was acknowledged is there, whole, and searchable', async () => {
  await using folder = await temporaryFolder()
  let acknowledged = 0
  for (const [kill, wanted] of [100, 400, 40].entries()) {
    const stream = String(kill + 1).repeat(32)
    const script = join(import.meta.dirname, 'journal-writer-fixture.ts')
    const child = spawn(process.execPath, [script, folder.path, stream], { stdio: ['ignore', 'pipe', 'inherit'] })
    const timer = setTimeout(() => child.kill('SIGKILL'), 30_000)
    let last = 0
    for await (const said of createInterface({ input: child.stdout })) {
      last = Number(said)
      if (last >= wanted && !child.killed) child.kill('SIGKILL')
    }
    clearTimeout(timer)
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    assert(last >= wanted, `only ${last} events before the end`)
    acknowledged += last
    await using journal = await openJournal({
      folder: folder.path,
      clock: systemClock,
      log: quiet,
      retentionDays: 30,
      formats: fixtureFormats,
    })
    await journal.indexed()
    const verification = await journal.verify('acme')
    assert.deepEqual([verification.holds, verification.broken], [true, null])
    assert(verification.events >= acknowledged)
    acknowledged = verification.events
    assert.equal((await journal.count('acme', { q: 'type:dns' })).count, verification.events)
    const totals = await journal.inputTotals('acme', { device: 'fw-1', source: 'eve' })
    assert.equal(totals.byType['dns'], verification.events)
  }
})

/** A disk of 3 MiB, where this machine lets us make one. */
function smallDisk(path: string): string | undefined {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', path], { stdio: 'pipe' })
    return undefined
  } catch {
    return 'NOT TESTED: this machine does not let us mount a small file system'
  }
}

test('delivery D11: on a full disk nothing is acknowledged, and it goes on when there is room', async (t) => {
  await using folder = await temporaryFolder()
  const skip = smallDisk(folder.path)
  if (skip !== undefined) {
    t.skip(skip)
    return
  }
  try {
    await using journal = await journalIn(folder.path)
    const stream = new StreamFixture()
    await journal.store.append(sender, [stream.open().bytes])
    await journal.probe()
    let stored = 0
    let refused: Buffer | undefined
    for (let number = 0; refused === undefined && number < 400; number++) {
      const block = stream.events([noise(number)])
      try {
        await journal.store.append(sender, [block.bytes])
        stored++
      } catch (error) {
        assert.equal(codeOf(error), 'disk.full')
        refused = block.bytes
      }
    }
    assert(refused !== undefined, 'the disk was never full')
    await fillUp(folder.path)
    await assert.rejects(journal.probe(), { code: 'disk.full' })
    await rm(join(folder.path, 'filler'))
    assert.equal((await journal.verify('acme')).events, stored)
    execFileSync('mount', ['-o', 'remount,size=64m', folder.path])
    const [outcome] = await journal.store.append(sender, [refused])
    assert.equal(outcome?.kind, 'stored')
    await settled(journal.indexed, systemClock)
    assert.equal((await journal.count('acme', { q: '' })).count, stored + 1)
  } finally {
    execFileSync('umount', ['-l', folder.path])
  }
})

/** The index waits a moment after a full disk before it tries again. */
async function settled(indexed: (ask: { signal: AbortSignal }) => Promise<void>, clock: Clock): Promise<void> {
  const limit = new AbortController()
  const timer = clock.sleep(20_000, limit.signal).then(() => limit.abort())
  await indexed({ signal: limit.signal })
  limit.abort()
  await timer
}

function noise(seed: number): string {
  let state = seed + 1
  let text = ''
  while (text.length < 40_000) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    text += state.toString(36)
  }
  return `{"type":"dns","noise":"${text}"}`
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : error
}

/** Takes what little room is left. */
async function fillUp(folder: string): Promise<void> {
  const file = await open(join(folder, 'filler'), 'w')
  try {
    for (;;) await file.write(Buffer.alloc(4_096))
  } catch {
    // Now it is full.
  } finally {
    await file.close()
  }
}
