// What an operator's monitoring sees of a running site, and what it is told when the journal's disk goes away.
import assert from 'node:assert/strict'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Scenario } from '../src/demo/scenario.ts'
import { asOwner, run, start, temporaryFolder, until } from './sallyport.ts'

const free = ['--console', '127.0.0.1:0', '--devices', '127.0.0.1:0', '--local', '127.0.0.1:0']

test('issue 9.8: a site is ready, its metrics move with its events, and /readyz says what hinders', async (t) => {
  const folder = temporaryFolder(t)
  const data = join(folder, 'data')
  const sensor = join(folder, 'eve.json')
  const lines = new Scenario(1).next(1_780_000_000_000)
  writeFileSync(sensor, `${lines.join('\n')}\n`)
  const up = start(t, ['up', '--source', sensor, '--data', data, '--retention-bytes', '2GiB', ...free])
  const console = await until('console', () => /console +(http\S+)/.exec(up.stderr())?.[1], 60_000)
  await until('first event', () => up.stderr().includes('first event searchable'), 60_000)

  const key = readFileSync(join(data, 'owner.key'), 'utf8').trim()
  const metrics = async (name: string) => {
    const text = await (await fetch(`${console}/metrics`, { headers: { authorization: `Bearer ${key}` } })).text()
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  }
  await until('all events', async () => (await metrics('sallyport_events_stored')) === lines.length)
  for (const name of ['sallyport_acks_total', 'sallyport_journal_commit_seconds_count', 'sallyport_journal_bytes'])
    assert((await metrics(name)) > 0, name)
  assert.equal(await metrics('sallyport_channels'), 1)
  assert.equal(await metrics('sallyport_ledger_holds'), 1)

  const status = await asOwner<{ journal: { retention: unknown } }>(data, 'status')
  assert.deepEqual(status?.journal.retention, { days: 30, bytesMax: 2 * 1024 ** 3 })
  assert.match(
    (await run(t, ['status', '--data', data])).stdout,
    /^retention: 30 days and at most 2,147,483,648 bytes/m,
  )

  const [{ id } = { id: '' }] = (await asOwner<{ devices: { id: string }[] }>(data, 'devices'))?.devices ?? []
  const shown = await run(t, ['exchange', 'device', 'show', id, '--data', data])
  assert.equal(shown.code, 0, shown.stderr)
  for (const line of [/^ledger +given \d+, stored \d+/m, /^channel +connected/m, /^source +eve\.json +reading/m])
    assert.match(shown.stdout, line)
  const allowed = await run(t, ['region', 'allow-list', '-o', 'jsonl', '--data', data])
  assert.match(
    allowed.stdout,
    /^\{"host":"127\.0\.0\.1","port":\d+,"roles":\["api","enrol","ingest","messages"\],"protocol":"tcp"\}\n$/,
  )

  const ready = async () => (await fetch(`${console}/readyz`)).status
  assert.equal(await ready(), 200)
  renameSync(join(data, 'exchange/journal'), join(folder, 'away'))
  await until('not ready', async () => (await ready()) === 503)
  assert.match(await (await fetch(`${console}/readyz`)).text(), /"part":"journal","code":"journal.unavailable"/)
  assert.equal((await fetch(`${console}/healthz`)).status, 200)
  renameSync(join(folder, 'away'), join(data, 'exchange/journal'))
  await until('ready again', async () => (await ready()) === 200)
  up.child.kill('SIGINT')
  assert.equal((await up.finished).code, 0, up.stderr())
})
