// The entries of the command line, as they are called: through a link, from elsewhere, by a Node that is too old.
import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { encodeToken } from '../src/wire/registration/token.ts'
import { program, root, start, temporaryFolder, until } from './sallyport.ts'

test('DESIGN Runtime: bin/sallyport works through a link, from another folder, with blanks in the path', (t) => {
  const folder = join(temporaryFolder(t), 'a b')
  const link = 'sp'
  mkdirSync(folder)
  symlinkSync(root, join(folder, 'a checkout'))
  symlinkSync(join(folder, 'a checkout/bin/sallyport'), join(folder, link))
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, [...args, '--version'], { cwd: folder, encoding: 'utf8' })
  const version = /^sallyport \d/
  assert.match(run(join(folder, link)), version)
  assert.match(run(`./${link}`), version)
  assert.match(run('sh', 'a checkout/bin/sallyport'), version)
  const away = spawnSync(`./${link}`, ['status', '--data', folder], { cwd: folder, encoding: 'utf8' })
  assert.match(away.stderr, new RegExp(`\`./sp up --data '${folder}'\``))
})

test('DESIGN Runtime: a Node that is too old says what is typed instead', (t) => {
  const old = join(temporaryFolder(t), 'old.mjs')
  writeFileSync(old, `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.1.0' } })\n`)
  const entry = join(root, 'bin/sallyport.mjs')
  const { status, stderr } = spawnSync(process.execPath, ['--import', old, entry, 'up'], { encoding: 'utf8' })
  assert.equal(status, 1)
  assert.equal(stderr.split('\n')[0], 'error: Node 20.1.0 cannot run this; it takes Node 24 or newer.')
  assert.ok(stderr.includes(`fix:   Type \`sh ${program} …\``), stderr)
})

test('security 2: a token in the words of a command cannot be read by other users while it is being spent', async (t) => {
  const listener = createServer((socket) => void socket.on('error', () => undefined)).listen(0, '127.0.0.1')
  t.after(() => listener.close())
  const came = new Promise<void>((resolve) => listener.once('connection', () => resolve()))
  const address = await until('its port', () => listener.address() ?? undefined)
  const port = typeof address === 'object' ? address.port : 0
  const token = encodeToken({
    addresses: [`127.0.0.1:${port}`],
    pins: [Buffer.alloc(32).toString('base64url')],
    user: 'u234567890123456',
    key: 'k'.repeat(32),
    expires: 4_000_000_000,
  })
  const data = join(temporaryFolder(t), 'data')
  const enrol = start(t, ['device', 'enrol', token, '--no-run', '--source', '/x/eve.json', '--data', data])
  await Promise.race([came, enrol.finished.then(({ stderr }) => assert.fail(stderr))])
  const words = readFileSync(`/proc/${enrol.child.pid}/cmdline`, 'latin1')
  assert.equal(words.replaceAll('\0', ''), 'sallyport')
})
