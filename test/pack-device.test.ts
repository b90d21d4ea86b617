// The archive of npm run pack:device, used as a sensor's owner does: unpacked where nothing else is but Node.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Scenario } from '../src/demo/scenario.ts'
import { asOwner, root, run, start, temporaryFolder, until } from './sallyport.ts'

/** Runs a program of the archive with nothing of the checkout on the way. */
function from(t: TestContext, folder: string, args: readonly string[], input = '') {
  const [program = '', ...rest] = args
  const child = spawn(join(folder, 'bin', program), rest, {
    cwd: folder,
    env: { HOME: folder, PATH: `${dirname(process.execPath)}:/usr/bin:/bin` },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (some: string) => (text += some))
  child.stdin.end(input)
  t.after(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  })
  const ended = new Promise<number | null>((done) => child.on('close', done))
  return { child, text: () => text, ended }
}

test('issue 9.2: pack:device makes one archive, says its size and hash, and a device is enrolled and run from it', async (t) => {
  const folder = temporaryFolder(t)
  const said = execFileSync(process.execPath, [join(root, 'test/pack-device.ts'), folder], { encoding: 'utf8' })
  const [archive = '', size = '', hash = ''] = said.split('\n')
  const bytes = readFileSync(archive)
  assert.match(size, new RegExp(`^size {4}${bytes.length} bytes, `))
  assert.equal(hash, `sha256  ${createHash('sha256').update(bytes).digest('hex')}`)
  const names = execFileSync('tar', ['-tzf', archive], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).split('\n')
  const foreign =
    /\/(?:lib\/(?:server|threat-response|console|demo)|node_modules\/(?:fastify|kysely|react|tldts|prom-client))\//
  assert.deepEqual(
    names.filter((name) => foreign.test(name)),
    [],
  )

  const elsewhere = temporaryFolder(t)
  execFileSync('tar', ['-xzf', archive, '-C', elsewhere, '--strip-components=1'])
  const data = join(elsewhere, 'data')
  const exchange = join(folder, 'exchange')
  start(t, ['exchange', '--data', exchange, '--console', '127.0.0.1:0', '--devices', '127.0.0.1:0'])
  await until('the exchange', () => asOwner(exchange, 'status'), 60_000)
  const { token } = JSON.parse((await run(t, ['token', 'create', '--data', exchange, '-o', 'json'])).stdout) as {
    token: string
  }
  const sensor = join(elsewhere, 'eve.json')
  writeFileSync(sensor, `${new Scenario(3).next(1_780_000_000_000).join('\n')}\n`)
  const enrol = ['sallyport', 'device', 'enrol', '-', '--source', sensor, '--data', data, '--local', '127.0.0.1:0']
  const device = from(t, elsewhere, enrol, token)
  await until('the first event', () => /^first event received, \d+\.\d s$/m.test(device.text()), 60_000)
  const status = from(t, elsewhere, ['pmtool', 'status', '--data', data])
  assert.equal(await status.ended, 0, status.text())
  assert.match(status.text(), /^SSEConnector \(system\) - Running \d+$/m)
  const up = from(t, elsewhere, ['sallyport', 'up'])
  assert.equal(await up.ended, 2)
  device.child.kill('SIGINT')
  assert.equal(await device.ended, 0, device.text())
  assert(existsSync(join(elsewhere, 'node_modules/.cache/compiled')), 'what was compiled is kept beside the code')
})
