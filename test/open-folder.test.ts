// The folder that `open` makes for itself where none is named (issue "The road", "Defaults"): said, used, and gone.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { makeRunFolder } from '../src/units/run-folder.ts'
import { Scenario } from '../src/demo/scenario.ts'
import { isAlive, startTicksOf } from '../src/platform/process-lock.ts'
import { childrenOf, type Running, start, temporaryFolder, until } from './sallyport.ts'

function opens(t: TestContext, home: string, file: string): Running {
  return start(t, ['open', file], undefined, { HOME: home })
}

/** @returns the folder a run says it uses, once it serves the console */
async function folderOf(running: Running): Promise<string> {
  await until('the sign-in link', () => running.stderr().includes('sign in'), 60_000)
  const folder = /data {7}(\S+) /.exec(running.stderr())?.[1] ?? ''
  assert(existsSync(join(folder, 'version.json')), running.stderr())
  return folder
}

test('open: its own folder is said, and goes with it; one whose run was killed goes at the next start', async (t) => {
  const home = temporaryFolder(t)
  const file = join(home, 'eve.json')
  writeFileSync(file, `${new Scenario(1).next(1_780_000_000_000).join('\n')}\n`)
  const parent = join(home, '.local/share/sallyport/open')

  const living = opens(t, home, file)
  const killed = opens(t, home, file)
  const [kept, left] = [await folderOf(living), await folderOf(killed)]
  const pids = [killed.child.pid ?? 0, ...childrenOf(killed.child.pid ?? 0).values()]
  const lives = pids.map((pid) => ({ pid, startTicks: startTicksOf(pid) ?? 0 }))
  for (const pid of pids) process.kill(pid, 'SIGKILL')
  await until('the end of the killed', () => lives.every(({ pid, startTicks }) => !isAlive(pid, startTicks)))
  assert(existsSync(left))

  const third = start(t, ['open', file, '--once'], undefined, { HOME: home })
  const { code, stderr } = await third.finished
  assert.equal(code, 0, stderr)
  assert.equal(existsSync(left), false)
  assert(existsSync(join(kept, 'exchange/lock')), 'a folder in use stays')

  living.child.kill('SIGINT')
  assert.equal((await living.finished).code, 0)
  assert.deepEqual(readdirSync(parent), [])
})

test('open: a folder is left alone while its exchange lives, and where its name is not one of a run', async (t) => {
  const parent = temporaryFolder(t)
  const of = (name: string) => mkdtempSync(join(parent, name))
  const noProcess = (2 ** 22 + 1).toString(36)
  const [ended, served, foreign] = [of(`run-${noProcess}-1-`), of(`run-${noProcess}-1-`), of('mine-')]
  writeFileSync(join(served, 'version.json'), '')
  mkdirSync(join(served, 'exchange'))
  writeFileSync(join(served, 'exchange/lock'), `${process.pid} ${startTicksOf(process.pid)}\n`)
  const run = await makeRunFolder(parent)
  assert.deepEqual([ended, served, foreign, run.path].map(existsSync), [false, true, true, true])
  const second = await makeRunFolder(parent)
  assert(existsSync(run.path), 'its owner, this process, lives')
  await run.remove()
  await second.remove()
  assert.deepEqual([run.path, second.path].map(existsSync), [false, false])
})
