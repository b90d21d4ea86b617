import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Fault } from '../../core/fault.ts'
import { askLine } from '../../platform/line-socket.ts'
import { isFailure, superviseChild } from '../../platform/supervised-child.ts'
import type { Service, ServiceId, ServicesAnswer } from '../../wire/services/messages.ts'
import { readServicesAnswer } from '../../wire/services/read.ts'
import { openSupervisor, type StartHow } from './supervisor.ts'

const platform = join(import.meta.dirname, '../../platform')

function device(t: TestContext): { folder: string; socket: string } {
  const folder = mkdtempSync(join(tmpdir(), 'supervisor-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const script = `import { runChild } from ${JSON.stringify(join(platform, 'child-main.ts'))}
    runChild(async () => {
      const timer = setInterval(() => {}, 1000)
      return { info: {}, async [Symbol.asyncDispose]() { clearInterval(timer) } }
    }, () => ({ code: 'internal', what: 'x', remedy: 'y' }))`
  writeFileSync(join(folder, 'child.ts'), script)
  return { folder, socket: join(folder, 'run/supervisor.sock') }
}

async function open(t: TestContext, { folder, socket }: ReturnType<typeof device>) {
  const supervisor = await openSupervisor(folder, socket)
  t.after(() => supervisor[Symbol.asyncDispose]())
  const start = (title: string) => async (how: StartHow) => {
    const script = join(folder, 'child.ts')
    const child = await superviseChild({ title, script, args: [], options: () => ({}), stderr: 'inherit', ...how })
    assert(!isFailure(child))
    return child
  }
  await supervisor.take('EventHandler', 'EventHandler', start('EventHandler'))
  await supervisor.take('SSEConnector', 'connector', start('connector'))
  return supervisor
}

async function ask(socket: string, question: unknown): Promise<ServicesAnswer> {
  const line = typeof question === 'string' ? question : JSON.stringify({ v: 1, ...(question as object) })
  const answer = readServicesAnswer(await askLine(socket, line, AbortSignal.timeout(20_000)))
  assert(answer !== undefined)
  return answer
}

async function service(socket: string, question: unknown, id: ServiceId): Promise<Service> {
  const answer = await ask(socket, question)
  assert(answer.ok, JSON.stringify(answer))
  const found = answer.services.find((one) => one.id === id)
  assert(found !== undefined)
  return found
}

test('original B10: disabled it has no process and no pid file, enabled a new pid; the other is not touched', async (t) => {
  const at = device(t)
  await using _supervisor = await open(t, at)
  const before = await service(at.socket, { ask: 'status' }, 'SSEConnector')
  const other = await service(at.socket, { ask: 'status' }, 'EventHandler')
  assert.equal(before.state, 'running')
  assert.equal(readFileSync(before.pidFile, 'utf8'), `${before.pid}\n`)
  const off = await service(at.socket, { ask: 'disable', id: 'SSEConnector' }, 'SSEConnector')
  assert.deepEqual([off.state, off.enabled, off.pid], ['disabled', false, 0])
  assert.ok(!existsSync(off.pidFile))
  assert.equal(readFileSync(off.enableFile, 'utf8'), 'disabled\n')
  const on = await service(at.socket, { ask: 'enable', id: 'SSEConnector' }, 'SSEConnector')
  assert.deepEqual([on.state, on.enabled], ['running', true])
  assert.ok(on.pid > 0 && on.pid !== before.pid)
  const again = await service(at.socket, { ask: 'restart', id: 'SSEConnector' }, 'SSEConnector')
  assert.ok(again.pid > 0 && again.pid !== on.pid)
  assert.equal(again.restarts, 0)
  assert.equal((await service(at.socket, { ask: 'status' }, 'EventHandler')).pid, other.pid)
})

test('original A11.11: what was disabled stays so over a restart of the supervisor, until it is enabled', async (t) => {
  const at = device(t)
  {
    await using _supervisor = await open(t, at)
    await ask(at.socket, { ask: 'disable', id: 'EventHandler' })
  }
  await using _again = await open(t, at)
  assert.equal((await service(at.socket, { ask: 'status' }, 'EventHandler')).state, 'disabled')
  assert.equal((await service(at.socket, { ask: 'status' }, 'SSEConnector')).state, 'running')
  const refused = await ask(at.socket, { ask: 'restart', id: 'EventHandler' })
  assert.ok(!refused.ok && refused.code === 'service.disabled')
  assert.equal((await service(at.socket, { ask: 'enable', id: 'EventHandler' }, 'EventHandler')).state, 'running')
})

test('original B10: an unknown id, a line that is no question, a second supervisor: each is told why', async (t) => {
  const at = device(t)
  await using _supervisor = await open(t, at)
  const unknown = await ask(at.socket, { ask: 'enable', id: 'sshd' })
  assert.ok(!unknown.ok && unknown.code === 'service.unknown' && /EventHandler, SSEConnector/.test(unknown.remedy))
  for (const line of [
    '',
    'x',
    '{}',
    '[]',
    '{"v":1,"ask":"halt"}',
    '{"v":2,"ask":"status"}',
    '{"v":1,"ask":"enable"}',
  ]) {
    const answer = await ask(at.socket, line)
    assert.ok(!answer.ok && answer.code === 'input.malformed', line)
  }
  await assert.rejects(
    openSupervisor(at.folder, at.socket),
    (error) => error instanceof Fault && error.code === 'data.locked',
  )
  assert.equal((await service(at.socket, { ask: 'status' }, 'EventHandler')).state, 'running')
})

test('original B10: two who command one service at once do so one behind the other, and the last word stands', async (t) => {
  const at = device(t)
  await using _supervisor = await open(t, at)
  const id = 'SSEConnector'
  for (const last of ['disable', 'enable'] as const) {
    const asked = ['restart', 'disable', 'enable', 'restart', last].map((what) => ask(at.socket, { ask: what, id }))
    const answers = await Promise.all(asked)
    const { state, enabled, pid } = await service(at.socket, { ask: 'status' }, id)
    // The order of arrival is the kernel's: what stands is one of the two whole states, and what the file says.
    assert.deepEqual([state, pid > 0], enabled ? ['running', true] : ['disabled', false], JSON.stringify(answers))
    await ask(at.socket, { ask: 'enable', id })
  }
})

test('original B10: the pid file of a supervisor that was killed is gone where the service is disabled', async (t) => {
  const at = device(t)
  {
    await using _supervisor = await open(t, at)
    await ask(at.socket, { ask: 'disable', id: 'EventHandler' })
  }
  writeFileSync(join(at.folder, 'run/EventHandler.pid'), `${process.pid}\n`)
  await using _again = await open(t, at)
  const { state, pidFile } = await service(at.socket, { ask: 'status' }, 'EventHandler')
  assert.deepEqual([state, existsSync(pidFile)], ['disabled', false])
})

test('original B10: what cannot be started, as with a full process table, waits, says why, and runs once it can', async (t) => {
  const at = device(t)
  await using _supervisor = await open(t, at)
  const node = process.execPath
  t.after(() => (process.execPath = node))
  process.execPath = join(at.folder, 'no-such-program')
  const refused = await ask(at.socket, { ask: 'restart', id: 'SSEConnector' })
  assert.ok(!refused.ok && /no process could be started: .*ENOENT/.test(refused.what), JSON.stringify(refused))
  const waiting = await service(at.socket, { ask: 'status' }, 'SSEConnector')
  assert.deepEqual([waiting.pid, existsSync(waiting.pidFile)], [0, false])
  assert.match(waiting.lastEnd, /ENOENT/)
  process.execPath = node
  assert.equal((await service(at.socket, { ask: 'restart', id: 'SSEConnector' }, 'SSEConnector')).state, 'running')
})
