// pmtool as an administrator of the original types it, in a running `up` (issue 9, part 3; original-system B10).
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Scenario } from '../src/demo/scenario.ts'
import { needs } from './needs.ts'
import { asOwner, childrenOf, root, run, start, temporaryFolder, until } from './sallyport.ts'

const free = ['--console', '127.0.0.1:0', '--devices', '127.0.0.1:0', '--local', '127.0.0.1:0']
const batch = new Scenario(1)
const lines = (): string => `${batch.next(1_780_000_000_000).join('\n')}\n`

type Ledger = { readonly rows: readonly { readonly given: number; readonly stored: number; readonly lost: number }[] }

/** @returns whether everything given is stored, as many as were written, and nothing is lost */
async function allStored(data: string, written: number): Promise<boolean> {
  const ledger = await asOwner<Ledger>(data, 'ledger')
  if (ledger === undefined) return false
  const sum = (of: 'given' | 'stored' | 'lost') => ledger.rows.reduce((all, row) => all + row[of], 0)
  return sum('given') === written && sum('stored') === written && sum('lost') === 0
}

async function running(t: TestContext) {
  const folder = temporaryFolder(t)
  const data = join(folder, 'data')
  const sensor = join(folder, 'eve.json')
  const first = lines()
  writeFileSync(sensor, first)
  const up = start(t, ['up', '--source', sensor, '--data', data, ...free])
  await until('first event', () => up.stderr().includes('first event searchable'), 60_000)
  const pmtool = (...args: string[]) => run(t, ['pmtool', ...args, '--data', data])
  return { folder, data, sensor, up, pmtool, written: first.split('\n').length - 1 }
}

test(
  'issue 9 What must hold: pmtool disablebyid SSEConnector, then enablebyid: a new pid, both rows of netstat, no loss',
  needs('netstat'),
  async (t) => {
    const { folder, data, sensor, up, pmtool, written } = await running(t)
    const shown = spawnSync('sh', ['-c', `bin/pmtool status --data '${data}' | grep SSE`], {
      cwd: root,
      encoding: 'utf8',
    })
    const [head = '', ...rest] = shown.stdout.trimEnd().split('\n')
    const before = childrenOf(up.child.pid ?? 0).get('connector')
    assert.equal(head, `SSEConnector (system) - Running ${before}`)
    assert.ok(
      rest.length > 0 && rest.every((line) => /^Required by: (\w+,)*SSEConnector(,\w+)*$/.test(line)),
      shown.stdout,
    )
    const disabled = await pmtool('DisableById', 'SSEConnector')
    assert.equal(disabled.stdout, 'SSEConnector (system) - User Disabled\n', disabled.stderr)
    assert.equal(childrenOf(up.child.pid ?? 0).get('connector'), undefined)
    const more = lines()
    appendFileSync(sensor, more)
    const enabled = await pmtool('enablebyid', 'SSEConnector')
    const after = childrenOf(up.child.pid ?? 0).get('connector')
    assert.ok(after !== undefined && after !== before)
    assert.equal(enabled.stdout, `SSEConnector (system) - Running ${after}\n`)
    const handler = childrenOf(up.child.pid ?? 0).get('EventHandler')
    await until('both rows', () => {
      const rows = execFileSync('netstat', ['-anlp'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
        .split('\n')
        .filter(
          (row) =>
            row.includes('EventHandler_SSEConnector.so') &&
            row.includes(folder.slice(0, 12)) &&
            row.includes(`${handler}/EventHandler`),
        )
      return rows.some((row) => row.includes('LISTENING')) && rows.some((row) => row.includes('CONNECTED'))
    })
    const all = written + more.split('\n').length - 1
    await until('every event stored, none lost', () => allStored(data, all))
    up.child.kill('SIGINT')
    assert.equal((await up.finished).code, 0)
  },
)

test('original A11.11: a disabled service stays so when up is started again; Exchange is a service of up', async (t) => {
  const { data, sensor, up, pmtool, written } = await running(t)
  const exchange = childrenOf(up.child.pid ?? 0).get('exchange')
  assert.equal((await pmtool('restartbyid', 'Exchange')).code, 0)
  assert.notEqual(childrenOf(up.child.pid ?? 0).get('exchange'), exchange)
  await until('the exchange answers again', () => allStored(data, written))
  assert.equal((await pmtool('disablebyid', 'EventHandler')).code, 0)
  up.child.kill('SIGINT')
  assert.equal((await up.finished).code, 0)
  const gone = await pmtool('status')
  assert.equal(gone.code, 5)
  assert.match(gone.stderr, /\[service\.unsupervised\]\nfix: {3}Start them with/)

  const again = start(t, ['up', '--source', sensor, '--data', data, ...free])
  await until(
    'up again',
    async () => (await pmtool('status')).stdout.includes('SSEConnector (system) - Running'),
    60_000,
  )
  assert.match((await pmtool('status')).stdout, /^EventHandler \(normal\) - User Disabled$/m)
  assert.equal(childrenOf(again.child.pid ?? 0).get('EventHandler'), undefined)
  const unknown = await pmtool('enablebyid', 'sshd')
  assert.equal(unknown.code, 1)
  assert.match(unknown.stderr, /\[service\.unknown\]/)
  assert.equal((await pmtool('enablebyid', 'EventHandler')).code, 0)
  await until('the event handler', () => childrenOf(again.child.pid ?? 0).has('EventHandler'))
  again.child.kill('SIGINT')
  assert.equal((await again.finished).code, 0)
})
