// What an administrator of the original looks at: socket rows and process names (original-system A10).
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Scenario } from '../src/demo/scenario.ts'
import { needs } from './needs.ts'
import { childrenOf, start, temporaryFolder, until } from './sallyport.ts'

const free = ['--console', '127.0.0.1:0', '--devices', '127.0.0.1:0', '--local', '127.0.0.1:0']

test('original A10: netstat shows LISTENING and CONNECTED of EventHandler', needs('netstat'), async (t) => {
  const folder = temporaryFolder(t)
  const sensor = join(folder, 'eve.json')
  writeFileSync(sensor, `${new Scenario(1).next(1_780_000_000_000).join('\n')}\n`)
  const up = start(t, ['up', '--source', sensor, '--data', join(folder, 'data'), ...free])
  await until('first event', () => up.stderr().includes('first event searchable'), 60_000)
  const rows = await until('both rows', () => {
    const found = execFileSync('netstat', ['-anlp'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\n')
      .filter((row) => row.includes('EventHandler_SSEConnector.so') && row.includes(folder.slice(0, 12)))
    return found.length >= 2 ? found : undefined
  })
  const pid = childrenOf(up.child.pid ?? 0).get('EventHandler')
  assert(
    rows.some((row) => row.includes('LISTENING') && row.includes(`${pid}/EventHandler`)),
    rows.join('\n'),
  )
  assert(
    rows.some((row) => row.includes('CONNECTED') && row.includes(`${pid}/EventHandler`)),
    rows.join('\n'),
  )
  up.child.kill('SIGINT')
  assert.equal((await up.finished).code, 0)
})

test(
  'original A10: lsof shows the LISTEN and the ESTABLISHED row of connector; Ctrl-C ends every process',
  needs('lsof'),
  async (t) => {
    const folder = temporaryFolder(t)
    const sensor = join(folder, 'eve.json')
    writeFileSync(sensor, '')
    const up = start(t, ['up', '--source', sensor, '--data', join(folder, 'data'), ...free])
    await until('the device', () => childrenOf(up.child.pid ?? 0).has('connector'), 60_000)
    appendFileSync(sensor, `${new Scenario(1).next(1_780_000_000_000).join('\n')}\n`)
    await until('first event', () => up.stderr().includes('first event searchable'), 60_000)
    const children = childrenOf(up.child.pid ?? 0)
    const rows = execFileSync('lsof', ['-nP', '-i', '-a', '-p', String(children.get('connector'))], {
      encoding: 'utf8',
    }).split('\n')
    assert(
      rows.some((row) => row.startsWith('connector') && row.includes('(LISTEN)')),
      rows.join('\n'),
    )
    assert(
      rows.some((row) => row.startsWith('connector') && row.includes('(ESTABLISHED)')),
      rows.join('\n'),
    )
    up.child.kill('SIGINT')
    const { code, stderr } = await up.finished
    assert.equal(code, 0, stderr)
    for (const [title, pid] of children) assert(!existsSync(`/proc/${pid}`), `${title} lives on`)
  },
)
