// Connecting a device with one pasted string, as its owner types it (issue 9, part 2).
import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Scenario } from '../src/demo/scenario.ts'
import { asOwner, childrenOf, run, start, temporaryFolder, until } from './sallyport.ts'

const batch = new Scenario(2)
const lines = (): string => `${batch.next(1_780_000_000_000).join('\n')}\n`
const localFree = ['--local', '127.0.0.1:0']

type Stored = { readonly journal: { readonly events: number } }

async function exchange(t: TestContext) {
  const folder = temporaryFolder(t)
  const data = { exchange: join(folder, 'exchange'), device: join(folder, 'device') }
  const free = ['--console', '127.0.0.1:0', '--devices', '127.0.0.1:0']
  const server = start(t, ['exchange', '--data', data.exchange, ...free])
  await until('the exchange', () => asOwner(data.exchange, 'status'), 60_000)
  const token = async () => (await run(t, ['token', 'create', '--data', data.exchange, '-o', 'json'])).stdout
  const makeToken = async () => (JSON.parse(await token()) as { token: string }).token
  return { folder, data, server, makeToken }
}

test('issue 9.2: enrol finds the sensors, says what it took and why, and the first event with its time; it goes on', async (t) => {
  const { folder, data, makeToken } = await exchange(t)
  const machine = join(folder, 'machine')
  const eve = join(machine, 'var/log/suricata/eve.json')
  mkdirSync(join(machine, 'var/log/suricata'), { recursive: true })
  writeFileSync(eve, lines())
  writeFileSync(join(machine, 'var/log/suricata/fast.log'), 'x\n')
  const device = start(t, [
    'device',
    'enrol',
    await makeToken(),
    '--sensors-below',
    machine,
    '--data',
    data.device,
    ...localFree,
  ])
  await until('the first event', () => /^first event received, \d+\.\d s$/m.test(device.stderr()), 60_000)
  assert.ok(device.stderr().includes(`source     ${eve}: Suricata writes here (suricata/eve)\n`), device.stderr())
  assert.match(device.stderr(), /^not taken {2}\S+fast\.log: its alerts stand in eve\.json too$/m)
  assert.match(device.stderr(), /^not there {2}.*opt\/zeek\/logs\/current, /m)
  assert.match(device.stdout(), / is enrolled at 127\.0\.0\.1:\d+, organisation /)
  const before = (await asOwner<Stored>(data.exchange, 'status'))?.journal.events ?? 0
  appendFileSync(eve, lines())
  await until(
    'more events',
    async () => ((await asOwner<Stored>(data.exchange, 'status'))?.journal.events ?? 0) > before,
  )

  // While it runs: enrolled anew it goes on, and nothing else is started.
  const refused = await run(t, ['device', 'enrol', await makeToken(), '--data', data.device])
  assert.equal(refused.code, 2)
  assert.match(refused.stderr, /Enrol it anew\? \[input\.malformed\]\nfix: {3}Add --replace\./)
  const pid = childrenOf(device.child.pid ?? 0).get('EventHandler')
  const replaced = await run(t, ['device', 'enrol', await makeToken(), '--replace', '--data', data.device])
  assert.equal(replaced.code, 0, replaced.stderr)
  assert.match(replaced.stderr, /The device runs already, and goes on with it\./)
  assert.notEqual(childrenOf(device.child.pid ?? 0).get('EventHandler'), pid)
  device.child.kill('SIGINT')
  assert.equal((await device.finished).code, 0)
})

test('issue 9.2: where no event comes, enrol says why and how to mend it, goes on, and tells the first event when it comes', async (t) => {
  const { folder, data, makeToken } = await exchange(t)
  const sensor = join(folder, 'eve.json')
  const device = start(
    t,
    [...['device', 'enrol', '-', '--source', sensor, '--first-event-within', '1', '--data', data.device], ...localFree],
    await makeToken(),
  )
  await until(
    'the reason',
    () => device.stderr().includes('no event received in 1 s\n') && device.stderr().includes('It goes on'),
    60_000,
  )
  assert.match(device.stderr(), /^why: .* \[source\.missing\]\nfix: {3}\S/m)
  writeFileSync(sensor, lines())
  await until('the first event', () => /^first event received, \d+\.\d s$/m.test(device.stderr()), 60_000)
  device.child.kill('SIGINT')
  assert.equal((await device.finished).code, 0)
})

test('issue 9.2: --no-run only enrols; without any sensor nothing is spent; a revoked device needs no --replace', async (t) => {
  const { folder, data, makeToken } = await exchange(t)
  const token = await makeToken()
  const nothing = ['--sensors-below', join(folder, 'nothing'), '--data', data.device]
  const none = await run(t, ['device', 'enrol', token, ...nothing])
  assert.equal(none.code, 1)
  assert.match(none.stderr, /No sensor was found \[source\.missing\]\nfix: {3}Name what it writes with --source/)
  const alone = await run(t, ['device', 'enrol', token, '--no-run', ...nothing, '-o', 'json'])
  assert.equal(alone.code, 0, alone.stderr)
  const { device } = JSON.parse(alone.stdout) as { device: string }
  const configured = JSON.parse(readFileSync(join(data.device, 'device/event-handler.json'), 'utf8')) as object
  assert.deepEqual(configured, { ...configured, device, sources: [] })
  const revoked = await run(t, ['exchange', 'device', 'revoke', device, '--yes', '--data', data.exchange])
  assert.equal(revoked.code, 0, revoked.stderr)
  const again = await run(t, ['device', 'enrol', await makeToken(), '--no-run', ...nothing])
  assert.equal(again.code, 0, again.stderr)
})

test('issue 9.2: up --source takes a folder, gives its link also while the sensor is silent, and tells the first event when it comes', async (t) => {
  const folder = temporaryFolder(t)
  const [sensor, logs] = [join(folder, 'eve.json'), join(folder, 'logs')]
  mkdirSync(logs)
  writeFileSync(join(logs, 'notes.txt'), 'no sensor wrote this\n')
  const free = ['--console', '127.0.0.1:0', '--devices', '127.0.0.1:0', ...localFree]
  const refused = await run(t, ['up', '--source', logs, '--data', join(folder, 'data'), ...free])
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /holds no file of a format known here \[source\.unrecognised\]/)
  const up = start(t, ['up', '--source', sensor, '--data', join(folder, 'data'), ...free])
  await until('the link', () => /sign in\s+http/.test(up.stderr()), 120_000)
  assert.ok(up.stderr().startsWith(`source     ${sensor}: named; not there yet\n`), up.stderr())
  assert.match(up.stderr(), /^no event yet; what the sensor writes comes as soon as it does$/m)
  writeFileSync(sensor, lines())
  await until('the first event', () => /^first event searchable after \d+\.\d s$/m.test(up.stderr()), 60_000)
  up.child.kill('SIGINT')
  assert.equal((await up.finished).code, 0)
})

test('issue 9.2: enrolling again keeps what the owner configured, sources too unless others are named, and says so', async (t) => {
  const { data, makeToken } = await exchange(t)
  const enrol = async (...more: string[]) => {
    const done = await run(t, ['device', 'enrol', '--no-run', '--data', data.device, ...more], await makeToken())
    assert.equal(done.code, 0, done.stderr)
    return done.stdout
  }
  const file = join(data.device, 'device/event-handler.json')
  const configuration = (): Record<string, unknown> => JSON.parse(readFileSync(file, 'utf8'))
  assert.doesNotMatch(await enrol('--source', '/x/eve.json'), /^kept/m)
  const owners = { selection: ['intrusion'], spool: { bytesMax: 1_048_576, whenFull: 'wait' } }
  writeFileSync(file, JSON.stringify({ ...configuration(), ...owners }))
  const { sources } = configuration()
  assert.match(await enrol('--replace'), new RegExp(`^kept sources, selection, spool, as ${file} says$`, 'm'))
  assert.deepEqual(configuration(), { ...configuration(), ...owners, sources })
  assert.match(await enrol('--replace', '--source', '/x/other.json'), /^kept selection, spool, as /m)
  assert.deepEqual(configuration(), { ...configuration(), ...owners })
  assert.match(JSON.stringify(configuration()['sources']), /other\.json/)
  // One that cannot be read is told before the token is spent.
  writeFileSync(file, '{')
  const token = await makeToken()
  const refused = await run(t, ['device', 'enrol', '--no-run', '--replace', '--data', data.device], token)
  assert.match(refused.stderr, /\[configuration\.invalid\]/)
  writeFileSync(file, JSON.stringify({ v: 1, device: 'd', sources, ...owners }))
  assert.equal((await run(t, ['device', 'enrol', '--no-run', '--replace', '--data', data.device], token)).code, 0)
})
