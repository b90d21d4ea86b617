// What `npm pack` makes, used as a stranger does: in a folder outside the checkout, with nothing of src/, without the
// packages that only development needs. The packages are those of the checkout, linked, so that no network is needed.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Scenario } from '../src/demo/scenario.ts'
import { asOwner, root, temporaryFolder, until } from './sallyport.ts'

const free = ['--console', '127.0.0.1:0', '--devices', '127.0.0.1:0', '--local', '127.0.0.1:0']

type Manifest = { readonly bin: Readonly<Record<string, string>>; readonly private?: boolean }
type Lock = { readonly packages: Readonly<Record<string, { readonly dev?: true; readonly devOptional?: true }>> }

/** Packs, unpacks, links: what npm would install. @returns the folder in which `npx sallyport` is to be typed */
function installed(t: TestContext): { readonly folder: string; readonly manifest: Manifest } {
  const folder = temporaryFolder(t)
  execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: root, stdio: ['ignore', 2, 2] })
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  assert(archive !== undefined, 'npm pack made nothing')
  const modules = join(folder, 'node_modules')
  const itself = join(modules, 'sallyport')
  mkdirSync(itself, { recursive: true })
  execFileSync('tar', ['-xzf', join(folder, archive), '-C', itself, '--strip-components=1'])

  const lock: Lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  for (const [path, { dev, devOptional }] of Object.entries(lock.packages)) {
    if (!/^node_modules\/(?:@[^/]+\/)?[^/]+$/.test(path) || dev || devOptional) continue
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    symlinkSync(join(root, path), join(folder, path))
  }
  const manifest: Manifest = JSON.parse(readFileSync(join(itself, 'package.json'), 'utf8'))
  mkdirSync(join(modules, '.bin'))
  for (const [name, path] of Object.entries(manifest.bin)) symlinkSync(join(itself, path), join(modules, '.bin', name))
  writeFileSync(join(folder, 'package.json'), '{"name":"stranger","private":true}')
  return { folder, manifest }
}

/** `npx NAME …`, which finds the linked program and asks no registry. */
function npx(t: TestContext, folder: string, args: readonly string[]) {
  const child = spawn('npx', ['--no-install', ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, for npx stands between the test and the program.
    detached: true,
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  const ended = new Promise<number | null>((done) => child.on('close', done))
  const signal = (name: NodeJS.Signals) => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    process.kill(-child.pid, name)
  }
  t.after(() => signal('SIGKILL'))
  return { ended, stdout: () => stdout, stderr: () => stderr, interrupt: () => signal('SIGINT') }
}

test('issue 9.9: what npm pack makes runs by npx outside the checkout: open FILE --once, and up', async (t) => {
  const { folder, manifest } = installed(t)
  assert.equal(manifest.private, true, 'it must not be published by accident')
  const sensor = join(folder, 'eve.json')
  const lines = new Scenario(1).next(1_780_000_000_000)
  writeFileSync(sensor, `${lines.join('\n')}\n`)

  const once = npx(t, folder, [
    'sallyport',
    'open',
    sensor,
    '--once',
    '-o',
    'json',
    '--data',
    join(folder, 'opened'),
    ...free,
  ])
  assert.equal(await once.ended, 0, once.stderr())
  const totals: { events?: unknown } = JSON.parse(once.stdout())
  assert.equal(totals.events, lines.length, once.stdout())

  const data = join(folder, 'data')
  const up = npx(t, folder, ['sallyport', 'up', '--data', data, ...free])
  const [, link = ''] = await until('sign-in link', () => /sign in\s+(http\S+)/.exec(up.stderr()) ?? undefined, 60_000)
  assert.match(up.stderr(), /first event searchable/)
  const found = await asOwner<{ count: number }>(data, 'events/count?q=')
  assert(found !== undefined && found.count > 0, JSON.stringify(found))
  const page = await (await fetch(link)).text()
  const script = /<script[^>]+src="([^"]+)"/.exec(page)?.[1]
  assert(script !== undefined, page)
  assert.equal((await fetch(new URL(script, link))).status, 200, script)
  assert.match(up.stderr(), /^next: npx sallyport investigate/m)
  const licences = await (await fetch(new URL('third-party-licences.md', link))).text()
  assert.match(licences, /react/)
  const services = npx(t, folder, ['pmtool', 'status', '--data', data])
  assert.equal(await services.ended, 0, services.stderr())
  assert.match(services.stdout(), /^SSEConnector \(system\) - Running \d+/m)
  up.interrupt()
  await up.ended
  assert.match(up.stderr(), /stopping\s*$/)
})
