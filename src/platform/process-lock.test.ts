import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { isAlive, startTicksOf, takeProcessLock } from './process-lock.ts'

test('process lock: held by a living process, free again after dispose', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lock-'))
  const path = join(folder, 'lock')
  const first = await takeProcessLock(path, 0)
  assert(first.kind === 'locked')
  assert.deepEqual(await takeProcessLock(path, 0), { kind: 'held', pid: process.pid })
  first.lock[Symbol.dispose]()
  assert.equal((await takeProcessLock(path, 0)).kind, 'locked')
  rmSync(folder, { recursive: true })
})

test('process lock: taken over from a pid that is gone, or that another process has now', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lock-'))
  const path = join(folder, 'lock')
  for (const text of ['4194304 5\n', `${process.pid} ${(startTicksOf(process.pid) ?? 0) + 1}\n`, 'garbage', '']) {
    writeFileSync(path, text)
    const taken = await takeProcessLock(path, 0)
    assert.equal(taken.kind, 'locked', JSON.stringify(text))
  }
  rmSync(folder, { recursive: true })
})

test('process lock: this process is alive', () => {
  assert(isAlive(process.pid, startTicksOf(process.pid) ?? 0))
})
