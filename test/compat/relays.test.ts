// Relays as others wrote them, unmodified, from checkouts outside the repository: added by URL to a real site, tested,
// asked in an investigation beside our events. `npm run compat -- DIR [DIR…]`; their products are stubs on loopback.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type TestContext, test } from 'node:test'
import { systemClock } from '../../src/platform/clock.ts'
import type { Investigation } from '../../src/wire/api/investigations.ts'
import type { ModuleTest } from '../../src/wire/api/modules.ts'
import { run, start, temporaryFolder, until } from '../sallyport.ts'
import { asked, families, type Family } from './relay-families.ts'
import { startUpstream } from './upstream.ts'

const checkouts = (process.env['SALLYPORT_RELAYS'] ?? '').split(':').filter((folder) => folder !== '')
const needsRelays =
  checkouts.length > 0 ? {} : { skip: 'NOT TESTED: no checkout of a relay; npm run compat -- DIR [DIR…] names them' }
/** One with Flask, PyJWT, requests and marshmallow, as Debian packages them. */
const python = process.env['PYTHON'] ?? '/usr/bin/python3'

type Checkout = { readonly folder: string; readonly commit: string; readonly family: Family }

function checkoutAt(folder: string): Checkout {
  const settings: { readonly NAME: string } = JSON.parse(
    readFileSync(join(folder, 'code/container_settings.json'), 'utf8'),
  )
  const family = families.find(({ name }) => name === settings.NAME) ?? assert.fail(`nobody stubs "${settings.NAME}"`)
  const git = (...args: readonly string[]) => execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' }).trim()
  assert.equal(git('status', '--porcelain', '--untracked-files=no'), '', `${folder} is modified`)
  return { folder, family, commit: git('rev-parse', '--short=12', 'HEAD') }
}

/** A site of its own, whose sensor saw the address that all are asked about. */
async function openSite(t: TestContext) {
  const folder = temporaryFolder(t)
  const [data, sensor] = [join(folder, 'data'), join(folder, 'eve.json')]
  writeFileSync(sensor, '')
  const free = ['--console', '127.0.0.1:0', '--devices', '127.0.0.1:0', '--local', '127.0.0.1:0']
  const up = start(t, ['up', '--data', data, '--source', sensor, ...free])
  const ready = () => /sign in\s+http/.test(up.stderr()) || up.child.exitCode !== null
  await until('the sign-in link', ready, 90_000)
  assert.equal(up.child.exitCode, null, up.stderr())
  t.after(async () => {
    up.child.kill('SIGINT')
    await up.finished
  })
  const timestamp = new Date(systemClock.now()).toISOString().replace('Z', '+0000')
  const ends = { src_ip: '192.0.2.10', src_port: 50_000, dest_ip: asked, dest_port: 443, proto: 'TCP' }
  const alert = { signature_id: 1, gid: 1, rev: 1, signature: 'EXAMPLE', category: '', severity: 1 }
  appendFileSync(sensor, `${JSON.stringify({ timestamp, event_type: 'alert', ...ends, alert })}\n`)
  const json = async <T>(args: readonly string[], input?: string): Promise<T> => {
    const { code, stdout, stderr } = await run(t, [...args, '--data', data, '-o', 'json'], input)
    if (code !== 0) assert.fail(`${args.join(' ')}: ${code}\n${stdout}\n${stderr}`)
    return JSON.parse(stdout)
  }
  await until('our own event', async () => {
    const found = await json<Investigation>(['investigate', asked])
    return (found.seen[`ip:${asked}`] ?? 0) > 0
  })
  const ca = readdirSync(join(data, 'exchange/ca')).filter((name) => /^ca-\d+\.pem$/.test(name))
  const trusted = ca.map((name) => readFileSync(join(data, 'exchange/ca', name), 'utf8')).join('\n')
  return { json, trusted }
}

/** The relay as its own README starts it. @returns its address */
async function startRelay(t: TestContext, { folder }: Checkout, environment: Record<string, string>): Promise<string> {
  const env = { ...process.env, ...environment, FLASK_APP: 'app.py', PYTHONDONTWRITEBYTECODE: '1' }
  const child = spawn(python, ['-m', 'flask', 'run', '--host', '127.0.0.1', '--port', '0'], {
    cwd: join(resolve(folder), 'code'),
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  t.after(() => child.kill('SIGKILL'))
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text))
  const address = () => /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1]
  await until('the relay', () => address() !== undefined || child.exitCode !== null)
  return address() ?? assert.fail(said)
}

test('issue 9 What must hold: unmodified relays pass module test and stand in the investigation beside our events', {
  ...needsRelays,
  timeout: 240_000,
}, async (t) => {
  const site = await openSite(t)
  for (const folder of checkouts) {
    const checkout = checkoutAt(folder)
    const { family, commit } = checkout
    await using upstream = await startUpstream(family.answer)
    const bundle = join(temporaryFolder(t), 'trusted.pem')
    writeFileSync(bundle, `${site.trusted}\n${upstream.cert}`)
    const through = { HTTP_PROXY: upstream.proxy, HTTPS_PROXY: upstream.proxy, NO_PROXY: '127.0.0.1' }
    const lower = Object.fromEntries(Object.entries(through).map(([name, value]) => [name.toLowerCase(), value]))
    const url = await startRelay(t, checkout, { ...through, ...lower, REQUESTS_CA_BUNDLE: bundle })
    const settings = Object.entries(family.settings(upstream.host)).flatMap((pair) => ['--setting', pair.join('=')])
    const secret = ['--setting-file', 'custom_password=-']
    await site.json(['module', 'add', 'relay', '--name', family.name, '--url', url, ...settings, ...secret], 'p-123456')
    const tested = await site.json<ModuleTest>(['module', 'test', family.name, '--about', asked])
    assert.equal(tested.passed, true)
    const found = await site.json<Investigation>(['investigate', asked])
    const ran = found.modules.find(({ name }) => name === family.name) ?? assert.fail('it was not asked')
    assert.deepEqual([ran.state, ran.counts, ran.errors], ['done', family.counts, []])
    assert.ok(found.sightings.length > 0, 'our own events stand beside it')
    const judged = found.verdicts.flatMap(({ judgement, others }) => [judgement, ...others])
    const own = judged.filter(({ moduleName }) => moduleName === family.name).map(({ disposition }) => disposition)
    if (family.disposition !== undefined) assert.ok(own.some((one) => one === family.disposition))
    const steps = tested.steps.map(({ verb, count }) => `${verb} ${verb === 'health' ? 'ok' : count}`).join(', ')
    t.diagnostic(`| ${family.name.replace('|', '\\|')} | ${commit} | ${steps} | ${JSON.stringify(ran.counts)} |`)
  }
})
