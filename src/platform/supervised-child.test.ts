import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { systemClock } from './clock.ts'
import { isAlive, startTicksOf } from './process-lock.ts'
import { type ChildOptions, isFailure, type SupervisedChild, superviseChild } from './supervised-child.ts'

/** A child that is ready at once, or fails with what its options say. */
function childScript(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'child-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const script = join(folder, 'child.ts')
  writeFileSync(
    script,
    `import { runChild } from ${JSON.stringify(join(import.meta.dirname, 'child-main.ts'))}
     runChild(async (options) => {
       if (options.fail) throw new Error('told to')
       const timer = setInterval(() => {}, 1000)
       return { info: { pid: process.pid, argv0: process.argv0 }, async [Symbol.asyncDispose]() { clearInterval(timer) } }
     }, (error) => ({ code: 'internal', what: error.message, remedy: 'none' }))`,
  )
  return script
}

async function started(t: TestContext, more: Partial<ChildOptions>): Promise<SupervisedChild> {
  const script = childScript(t)
  const child = await superviseChild({
    title: 'EventHandler',
    script,
    args: [],
    options: () => ({}),
    stderr: 'inherit',
    ...more,
  })
  assert(!isFailure(child))
  return child
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !condition(); waited += 20) {
    assert(waited < 10_000, `waited 10 s for: ${what}`)
    await systemClock.sleep(20)
  }
}

test('supervised child: shows its title, is started again when killed, ends on dispose', async (t) => {
  const deaths: string[] = []
  const child = await superviseChild({
    title: 'EventHandler',
    script: childScript(t),
    args: [],
    options: () => ({}),
    stderr: 'inherit',
    onDeath: (_, how) => deaths.push(how),
  })
  assert(!isFailure(child))
  assert.deepEqual(child.info(), { pid: child.pid(), argv0: 'EventHandler' })
  const first = child.pid()
  process.kill(first, 'SIGKILL')
  await until(() => child.pid() !== first && child.pid() !== 0 && child.restarts() === 1, 'a new pid')
  assert.deepEqual(deaths, ['SIGKILL'])
  const second = child.pid()
  await child[Symbol.asyncDispose]()
  assert(startTicksOf(second) === undefined)
})

test('supervised child: switched off it ends in order and stays off; switched on it has a new pid', async (t) => {
  const states: string[] = []
  await using child = await started(t, { onChange: (changed) => states.push(changed.state()) })
  const first = child.pid()
  assert.equal(child.state(), 'running')
  await child.switchOff()
  assert.equal(child.state(), 'off')
  assert.equal(child.pid(), 0)
  assert(startTicksOf(first) === undefined)
  assert.equal(child.restarts(), 0)
  // Both at once: what was said last holds.
  const [, failure] = await Promise.all([child.switchOff(), child.switchOn()])
  assert.equal(failure, undefined)
  assert.equal(child.state(), 'running')
  assert.notEqual(child.pid(), first)
  await Promise.all([child.switchOff(), child.switchOn()])
  assert.equal(child.state(), 'running')
  assert.deepEqual(states.slice(0, 5), ['starting', 'running', 'off', 'starting', 'running'])
  const last = child.pid()
  process.kill(last, 'SIGKILL')
  await until(() => child.restarts() === 1 && child.state() === 'running', 'started again')
  assert.equal(child.lastEnd(), 'SIGKILL')
})

test('supervised child: left off at first it runs nothing until it is switched on', async (t) => {
  await using child = await started(t, { off: true })
  assert.equal(child.pid(), 0)
  assert.equal(child.state(), 'off')
  assert.equal(await child.switchOn(), undefined)
  assert.deepEqual(child.info(), { pid: child.pid(), argv0: 'EventHandler' })
})

test('supervised child: a failed start says why and leaves nothing', async (t) => {
  const failed = await superviseChild({
    title: 'x',
    script: childScript(t),
    args: [],
    options: () => ({ fail: true }),
    stderr: 'inherit',
  })
  assert.deepEqual(failed, { t: 'failed', code: 'internal', what: 'told to', remedy: 'none' })
})

test('supervised child: what nobody foresaw names the log it wrote', async (t) => {
  const options = { title: 'x', script: childScript(t), args: [], stderr: 'inherit', log: '/srv/log/x.log' } as const
  const failed = await superviseChild({ ...options, options: () => ({ fail: true }) })
  assert.ok('remedy' in failed)
  assert.match(failed.remedy, /\/srv\/log\/x\.log/)
})

test('supervised child: ends within 1 s of losing its parent', async (t) => {
  const script = childScript(t)
  const parentScript = join(script, '..', 'parent.ts')
  writeFileSync(
    parentScript,
    `import { superviseChild } from ${JSON.stringify(join(import.meta.dirname, 'supervised-child.ts'))}
     const child = await superviseChild({ title: 'orphan', script: ${JSON.stringify(script)}, args: [], options: () => ({}), stderr: 'inherit' })
     process.stdout.write(String(child.pid()))`,
  )
  const parent = spawn(process.execPath, [parentScript], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [data] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(data.toString())
  const ticks = startTicksOf(pid) ?? 0
  assert(isAlive(pid, ticks))
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  const lostAt = systemClock.monotonic()
  await until(() => !isAlive(pid, ticks), 'the end of the orphan')
  assert(systemClock.monotonic() - lostAt < 1_000)
})
