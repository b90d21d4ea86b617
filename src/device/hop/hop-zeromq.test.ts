import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { localSocketName } from '../../wire/local/messages.ts'
import { openLog } from '../../platform/log.ts'
import { dial, hopContract, listen, until } from './hop.contract.ts'
import { openHopClient, openHopServer } from './hop-zeromq.ts'

const log = openLog('test', '/dev/null')

async function zeromqPlace(below = '') {
  const folder = await mkdtemp(join(tmpdir(), 'hop-'))
  const path = join(folder, below, localSocketName)
  return {
    path,
    openServer: (handlers: Parameters<typeof openHopServer>[2]) => openHopServer(path, log, handlers),
    openClient: (handlers: Parameters<typeof openHopClient>[2]) => openHopClient(path, log, handlers),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

hopContract('zeromq', () => zeromqPlace())

test('delivery H4: the socket is 0600 and shows a LISTENING and a CONNECTED row with its path', async () => {
  await using place = await zeromqPlace()
  await using server = await listen(place)
  assert.equal(statSync(place.path).mode & 0o777, 0o600)
  await using connector = await dial(place)
  await until(() => connector.client.state === 'connected', 'connected')
  // /proc/net/unix is what netstat prints: state 01 listens (flag 00010000), 03 is connected.
  const rows = execFileSync('grep', ['-F', place.path, '/proc/net/unix'], { encoding: 'utf8' }).trim().split('\n')
  assert.equal(rows.filter((row) => / 00010000 0001 01 /.test(row)).length, 1, rows.join('\n'))
  assert.equal(rows.filter((row) => / 00000000 0001 03 /.test(row)).length, 1, rows.join('\n'))
  assert.equal(server.server.path, place.path)
})

test('delivery H4: a path too long for a socket is bound in a short private folder, which the client finds too', async () => {
  await using place = await zeromqPlace('x'.repeat(100))
  await using server = await listen(place)
  assert.notEqual(server.server.path, place.path)
  assert(Buffer.byteLength(server.server.path) <= 107)
  assert.equal(statSync(join(server.server.path, '..')).mode & 0o777, 0o700)
  await using connector = await dial(place)
  await until(() => connector.client.state === 'connected', 'connected')
  await rm(join(server.server.path, '..'), { recursive: true })
})

test('delivery H1: a stale file of a killed process is replaced', async () => {
  await using place = await zeromqPlace()
  await writeFile(place.path, '')
  await using server = await listen(place)
  await using connector = await dial(place)
  await until(() => connector.client.state === 'connected' && server.server.state === 'connected', 'connected')
})

test('delivery H1: a socket file that is removed is not bound anew; EventHandler started again is found', async () => {
  await using place = await zeromqPlace()
  await using other = await zeromqPlace()
  await using connector = await dial(place)
  {
    await using server = await listen(place)
    await until(() => connector.client.state === 'connected', 'connected')
    await connector[Symbol.asyncDispose]()
    await rm(place.path)
    await using late = await dial(place)
    // One who dials later elsewhere is connected: so the first had its time.
    await using witness = await dial(other)
    await using _elsewhere = await listen(other)
    await until(() => witness.client.state === 'connected', 'the witness')
    await until(() => server.server.state === 'silent', 'nobody is there any more')
    assert.equal(existsSync(place.path), false)
    assert.equal(late.client.state, 'silent')
  }
  await using again = await dial(place)
  await using _server = await listen(place)
  await until(() => again.client.state === 'connected', 'connected anew')
})
