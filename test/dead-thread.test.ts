// A thread of the exchange that dies takes the process with it, and the supervisor starts a whole one: half an exchange
// would refuse every event until somebody looks (delivery J1, J5).
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type TestContext, test } from 'node:test'
import { Scenario } from '../src/demo/scenario.ts'
import { asOwner, childrenOf, start, temporaryFolder, until } from './sallyport.ts'

/**
 * Preloaded into every process and thread of the command: the thread called `name` dies of an uncaught error once the
 * file `trigger` is there.
 */
function killerOf(t: TestContext, name: string): { readonly environment: Record<string, string>; kill(): void } {
  const folder = temporaryFolder(t)
  const trigger = join(folder, 'now')
  const preload = join(folder, 'killer.mjs')
  writeFileSync(
    preload,
    `import { existsSync, rmSync } from 'node:fs'
     import { isMainThread, threadName } from 'node:worker_threads'
     const trigger = ${JSON.stringify(trigger)}
     if (!isMainThread && threadName === ${JSON.stringify(name)}) setInterval(() => {
       if (!existsSync(trigger)) return
       rmSync(trigger)
       throw new TypeError('killed by the test')
     }, 10).unref()`,
  )
  return {
    environment: { NODE_OPTIONS: `--disable-warning=ExperimentalWarning --import=${pathToFileURL(preload).href}` },
    kill: () => writeFileSync(trigger, ''),
  }
}

type Stored = { journal: { events: number; unindexedBlocks: number } }

for (const thread of ['journal writer', 'journal indexer', 'journal search', 'sqlite'])
  test(`delivery D3: an exchange whose thread "${thread}" dies ends, is started again, and loses nothing`, async (t) => {
    const folder = temporaryFolder(t)
    const data = join(folder, 'data')
    const sensor = join(folder, 'eve.json')
    const scenario = new Scenario(11)
    const lines = () => `${scenario.next(1_780_000_000_000).join('\n')}\n`
    const first = lines()
    writeFileSync(sensor, first)
    const free = ['--console', '127.0.0.1:0', '--devices', '127.0.0.1:0', '--local', '127.0.0.1:0']
    const killer = killerOf(t, thread)
    const up = start(t, ['up', '--source', sensor, '--data', data, ...free], undefined, killer.environment)
    const holds = async (events: number) =>
      await until(
        `${events} events`,
        async () => {
          const journal = (await asOwner<Stored>(data, 'status'))?.journal
          return journal?.events === events && journal.unindexedBlocks === 0
        },
        60_000,
      )
    const count = (text: string) => text.split('\n').length - 1
    await holds(count(first))
    const before = childrenOf(up.child.pid ?? 0).get('exchange') ?? 0
    assert(before > 0)

    killer.kill()
    await until('another exchange', () => {
      const now = childrenOf(up.child.pid ?? 0).get('exchange')
      return now !== undefined && now !== before
    })
    const log = readFileSync(join(data, 'log/exchange.log'), 'utf8')
    assert.match(log, /"the exchange ends because one of its threads did; it is started again"/)
    assert.match(log, /killed by the test/)
    const more = lines()
    writeFileSync(sensor, more, { flag: 'a' })
    await holds(count(first) + count(more))

    // It asks the exchange for its sign-in link: ended before it has that, it says that it was cancelled.
    await until('the sign-in link', () => up.stderr().includes('sign in'))
    up.child.kill('SIGINT')
    const { code, stderr } = await up.finished
    assert.equal(code, 0, stderr)
  })
