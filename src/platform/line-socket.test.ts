import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { askLine, serveLines } from './line-socket.ts'
import { socketPath } from './socket-path.ts'

const patience = () => AbortSignal.timeout(10_000)

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'lines-'))
  t.after(() => rmSync(made, { recursive: true }))
  return made
}

async function serve(path: string, answer = async (line: string) => `${line}!`): Promise<AsyncDisposable> {
  const served = await serveLines({ path, answer })
  assert.notEqual(served, 'held')
  return served === 'held' ? { async [Symbol.asyncDispose]() {} } : served
}

test('line socket: answers a line with a line, to its owner alone, also where the path is too long for a socket', async (t) => {
  for (const name of ['s.sock', `${'long-'.repeat(30)}/s.sock`]) {
    const path = join(folder(t), name)
    await using _served = await serve(path)
    assert.equal(await askLine(path, 'a \u00e4 "b"', patience()), 'a \u00e4 "b"!')
    assert.equal(statSync(socketPath(path)).mode & 0o777, 0o600)
  }
})

test('line socket: a living server is not replaced, what a dead one left is', async (t) => {
  const path = join(folder(t), 's.sock')
  writeFileSync(path, '')
  {
    await using _served = await serve(path)
    assert.equal(await serveLines({ path, answer: async () => '' }), 'held')
    assert.equal(await askLine(path, 'still', patience()), 'still!')
  }
  await assert.rejects(askLine(path, 'gone', patience()), { code: 'ENOENT' })
})

test('line socket: an answer that fails and a server that ends end the question, and hang nobody', async (t) => {
  const path = join(folder(t), 's.sock')
  const never = Promise.withResolvers<string>()
  const served = await serve(path, async (line) => {
    if (line === 'wait') return await never.promise
    throw new TypeError('told to')
  })
  await assert.rejects(askLine(path, 'fail', patience()), /ended before/)
  const waiting = assert.rejects(askLine(path, 'wait', patience()))
  const silent = connect({ path })
  await new Promise((resolve) => silent.once('connect', resolve))
  await served[Symbol.asyncDispose]()
  await waiting
  silent.destroy()
})
