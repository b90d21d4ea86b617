// A site broken in one way at a time: the doctor names that hop first, nothing else is red, and after the printed fix
// events flow again (issue 9, "What must hold").
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { chmodSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import type { DoctorReport } from '../src/wire/doctor.ts'
import { decodeToken, encodeToken } from '../src/wire/registration/token.ts'
import {
  connectorOf,
  devicesOf,
  doctor,
  type DoctorSite,
  enrol,
  enrolSecond,
  flowsAgain,
  giveAway,
  namesFirst,
  openDoctorSite,
  ownAddress,
  reportHere,
  runSecond,
  stop,
  type,
  writeEvents,
} from './doctor-site.ts'
import { needs, needsRoot, type Needs } from './needs.ts'
import { asOwner, childrenOf, run, temporaryFolder, until } from './sallyport.ts'

const alone = ownAddress() === undefined ? { skip: 'NOT TESTED: this machine has no address but loopback' } : {}

test('issue 9.4: the doctor', { timeout: 540_000, ...alone }, async (t) => {
  const site = await openDoctorSite(t)
  await t.test('issue 9.4: a healthy site is one line, without warning, in less than 3 s', (s) => healthy(s, site))
  await t.test('issue 9.4: asked of the exchange, the device looks and answers over its channel', (s) => asked(s, site))
  await t.test('issue 9.4: exchange stopped, tcp.refused', (s) => exchangeStopped(s, site))
  await t.test('issue 9.4: EventHandler disabled, service.disabled', (s) => handlerDisabled(s, site))
  await t.test('issue 9.4: socket file removed and connector restarted, socket.missing', (s) => socketMissing(s, site))
  // Each with a device of its own, beside each other: most of their time is waiting for somebody to dial again.
  await t.test('issue 9.4: second devices', { concurrency: 3 }, async (s) => {
    const scenario = (why: string, options: Needs, broken: (s: TestContext, site: DoctorSite) => Promise<void>) =>
      s.test(`issue 9.4: ${why}`, options, (one) => broken(one, site))
    await Promise.all([
      scenario('packets dropped, tcp.timeout', needsRoot('ip', 'nft', 'lsof'), packetsDropped),
      scenario('a name that does not resolve, dns.failed', {}, nameUnknown),
      scenario('a wrong port, tcp.refused', {}, wrongPort),
      scenario('a name that is not in the certificate, tls.name.mismatch', {}, nameMissing),
      scenario('a wrong CA pin, tls.pin.mismatch', {}, wrongPin),
      scenario('a token that is spent, enrolment.token.spent', {}, tokenSpent),
      scenario('a device that was revoked, identity.revoked', {}, revoked),
      scenario('sensor file unreadable, source.unreadable', needsRoot('setpriv'), unreadable),
      scenario('a clock a day behind, clock.behind', needs('faketime'), clockBehind),
      scenario('a clock a day ahead is a warning, and events flow', needs('faketime'), clockAhead),
    ])
  })
})

async function healthy(t: TestContext, { data }: DoctorSite): Promise<void> {
  await flowsAgain(t, { data })
  const json = await run(t, ['doctor', '--data', data, '-o', 'json'])
  const report = JSON.parse(json.stdout) as DoctorReport
  assert.deepEqual(
    report.checks.filter(({ status }) => status !== 'ok'),
    [],
  )
  assert.equal(report.verdict, 'flowing')
  assert.ok(report.durationMs < 3_000, `${report.durationMs} ms`)
  assert.equal((await reportHere(data))?.verdict, 'flowing')
}

async function asked(t: TestContext, { data }: DoctorSite): Promise<void> {
  const [device = ''] = await devicesOf(data)
  const answered = await run(t, ['doctor', device, '--data', data, '-o', 'json'])
  const report = JSON.parse(answered.stdout) as DoctorReport
  assert.deepEqual([report.from, report.verdict, report.device], ['device', 'flowing', device])
  assert.equal(answered.code, 0)
  const kept = await asOwner<{ report: DoctorReport }>(data, `devices/${device}/doctor`)
  assert.deepEqual(kept?.report, report)
  assert.equal((await run(t, ['doctor', 'nobody', '--data', data])).code, 1)
}

async function exchangeStopped(t: TestContext, { data }: DoctorSite): Promise<void> {
  await type(`sallyport pmtool disablebyid Exchange --data ${data}`)
  await type(await namesFirst(t, data, 'tcp.refused'))
  await flowsAgain(t, { data })
}

async function handlerDisabled(t: TestContext, { data }: DoctorSite): Promise<void> {
  await type(`sallyport pmtool disablebyid EventHandler --data ${data}`)
  // The demonstration has a sensor that sends to a socket: of that nobody keeps anything now.
  await type(await namesFirst(t, data, 'service.disabled', { verdict: /^events are lost/ }))
  await flowsAgain(t, { data })
}

async function socketMissing(t: TestContext, { data }: DoctorSite): Promise<void> {
  const path = join(data, 'device/run/EventHandler_SSEConnector.sock')
  rmSync(path)
  await type(`sallyport pmtool restartbyid SSEConnector --data ${data}`)
  const fix = await namesFirst(t, data, 'socket.missing')
  const line = /service:Start\] Could not connect to ZeroMQ PUSH endpoint: .*no such file or directory/
  await until('connector.log says it', () => line.test(logOf(data)))
  await type(fix)
  await flowsAgain(t, { data })
}

async function nameUnknown(t: TestContext, site: DoctorSite): Promise<void> {
  const device = await runSecond(t, await enrolSecond(t, site))
  await flowsAgain(t, device)
  pointTo(device.data, `exchange.invalid:${site.port}`)
  await type(`sallyport pmtool restartbyid SSEConnector --data ${device.data}`)
  await type(await namesFirst(t, device.data, 'dns.failed'))
  await flowsAgain(t, device)
  await stop(device)
}

async function wrongPort(t: TestContext, site: DoctorSite): Promise<void> {
  const enrolled = await enrolSecond(t, site)
  // Port 1 (tcpmux) is nobody's.
  pointTo(enrolled.data, `${ownAddress()}:1`)
  const device = await runSecond(t, enrolled)
  await type(await namesFirst(t, device.data, 'tcp.refused'))
  await flowsAgain(t, device)
  await stop(device)
}

async function nameMissing(t: TestContext, site: DoctorSite): Promise<void> {
  const enrolled = await enrolSecond(t, site)
  pointTo(enrolled.data, `127.0.0.2:${site.port}`)
  const device = await runSecond(t, enrolled)
  const fix = await namesFirst(t, device.data, 'tls.name.mismatch')
  await type(fix.replace(/^On the exchange: /, ''), site.data)
  await flowsAgain(t, device)
  await stop(device)
}

async function wrongPin(t: TestContext, site: DoctorSite): Promise<void> {
  const data = join(temporaryFolder(t), 'device')
  const sensor = join(temporaryFolder(t), 'eve.json')
  writeEvents(sensor)
  const token = encodeToken({ ...decodeToken(await site.token(t)), pins: ['A'.repeat(43)] })
  const refused = await enrol(t, data, token, ['--source', sensor])
  assert.match(refused.stderr, /\[tls\.pin\.mismatch\]/)
  await enrolAsPrinted(t, site, data, await namesFirst(t, data, 'tls.pin.mismatch'), sensor)
}

async function tokenSpent(t: TestContext, site: DoctorSite): Promise<void> {
  const data = join(temporaryFolder(t), 'device')
  const sensor = join(temporaryFolder(t), 'eve.json')
  writeEvents(sensor)
  const token = await site.token(t)
  assert.equal((await enrol(t, join(temporaryFolder(t), 'first'), token, ['--source', sensor])).code, 0)
  const refused = await enrol(t, data, token, ['--source', sensor])
  assert.match(refused.stderr, /\[enrolment\.token\.spent\]/)
  await enrolAsPrinted(t, site, data, await namesFirst(t, data, 'enrolment.token.spent'), sensor)
}

async function revoked(t: TestContext, site: DoctorSite): Promise<void> {
  const device = await runSecond(t, await enrolSecond(t, site))
  await flowsAgain(t, device)
  const { clientId: id } = JSON.parse(readFileSync(join(device.data, 'device/contexts/default.json'), 'utf8')) as {
    clientId: string
  }
  await type(`sallyport exchange device revoke ${id} --yes`, site.data)
  const fix = await namesFirst(t, device.data, 'identity.revoked')
  const fromExchange = await run(t, ['doctor', id, '--data', site.data])
  assert.match(fromExchange.stdout, /\[identity\.revoked\][\s\S]*\nevents are kept/)
  const [atExchange = '', here = ''] = fix.replace('On the exchange: ', '').split(', then here: ')
  const token = await type(atExchange, site.data)
  await type(here.replace('enrol TOKEN', `enrol ${token} --no-run`))
  await flowsAgain(t, device)
  await stop(device)
}

async function unreadable(t: TestContext, site: DoctorSite): Promise<void> {
  const enrolled = await enrolSecond(t, site)
  chmodSync(enrolled.sensor, 0o600)
  chmodSync(join(enrolled.sensor, '..'), 0o755)
  chmodSync(join(enrolled.data, '..'), 0o755)
  giveAway(enrolled.data, 65_534)
  const device = await runSecond(t, enrolled, ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'])
  const fix = await namesFirst(t, device.data, 'source.unreadable')
  assert.ok(fix.includes(device.sensor), fix)
  chmodSync(device.sensor, 0o644)
  await flowsAgain(t, device)
  await stop(device)
}

async function clockBehind(t: TestContext, site: DoctorSite): Promise<void> {
  const enrolled = await enrolSecond(t, site)
  const yesterday = withClock('-1d')
  const wrong = await runSecond(t, enrolled, yesterday)
  await namesFirst(t, enrolled.data, 'clock.behind', { around: yesterday })
  await stop(wrong)
  const right = await runSecond(t, enrolled)
  await flowsAgain(t, right)
  await stop(right)
}

async function clockAhead(t: TestContext, site: DoctorSite): Promise<void> {
  const tomorrow = withClock('+1d')
  const device = await runSecond(t, await enrolSecond(t, site), tomorrow)
  const said = await until('only the clock is warned of', async () => {
    const one = await doctor(t, device.data, tomorrow)
    return one.code === 3 && one
  })
  assert.match(said.first, /^\[!\] .*\[clock\.ahead\]$/)
  assert.match(said.last, /^events are flowing/)
  await stop(device)
}

async function packetsDropped(t: TestContext, site: DoctorSite): Promise<void> {
  const name = `sp${process.pid}`
  const network = `10.${process.pid % 200}.${(process.pid >> 8) % 250}`
  const ip = (...args: readonly string[]) => execFileSync('ip', args)
  ip('netns', 'add', name)
  t.after(() => ip('netns', 'del', name))
  ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'up0', 'netns', name)
  ip('addr', 'add', `${network}.1/24`, 'dev', name)
  ip('link', 'set', name, 'up')
  for (const args of [
    ['addr', 'add', `${network}.2/24`, 'dev', 'up0'],
    ['link', 'set', 'up0', 'up'],
    ['link', 'set', 'lo', 'up'],
    ['route', 'add', 'default', 'via', `${network}.1`],
  ])
    ip('-n', name, ...args)
  const inside = ['ip', 'netns', 'exec', name]
  const enrolled = await enrolSecond(t, site)
  const device = await runSecond(t, enrolled, inside)
  await flowsAgain(t, device)
  const nft = (rules: string) => execFileSync('ip', ['netns', 'exec', name, 'nft', '-f', '-'], { input: rules })
  nft('table inet t {\n chain in {\n type filter hook input priority 0\n iifname "up0" drop\n }\n}\n')
  await type(`sallyport pmtool restartbyid SSEConnector --data ${device.data}`)
  await namesFirst(t, device.data, 'tcp.timeout', { around: inside })
  const connector = childrenOf(device.running.child.pid ?? 0).get('connector') ?? connectorOf(device.data).pid
  await until('lsof shows SYN_SENT', () => {
    const rows = execFileSync('ip', ['netns', 'exec', name, 'lsof', '-nP', '-i', '-a', '-p', String(connector)], {
      encoding: 'utf8',
    })
    return rows.split('\n').some((row) => row.startsWith('connector') && row.includes('(SYN_SENT)'))
  })
  await until('connector.log says it', () =>
    /events:connectWebSocket\] dial tcp .*connection timed out/.test(logOf(device.data)),
  )
  nft('delete table inet t')
  await flowsAgain(t, device)
  await stop(device)
}

/** The library alone: the command `faketime` stays in between, and no signal passes it. */
function withClock(offset: string): readonly string[] {
  const [library = ''] = globSync('/usr/lib/*/faketime/libfaketime.so.1')
  return ['env', `LD_PRELOAD=${library}`, `FAKETIME=${offset}`, 'FAKETIME_DONT_FAKE_MONOTONIC=1']
}

function logOf(data: string): string {
  return readFileSync(join(data, 'device/log/connector.log'), 'utf8')
}

/** As somebody edits the file. */
function pointTo(data: string, address: string): void {
  const file = join(data, 'device/connector.properties')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^connector_fqdn=.*$/m, `connector_fqdn=${address}`))
}

/** Types what a device that is not enrolled was told: at the exchange, and here. */
async function enrolAsPrinted(
  t: TestContext,
  site: DoctorSite,
  data: string,
  fix: string,
  sensor: string,
): Promise<void> {
  const [atExchange = '', here = ''] = fix.replace('On the exchange: ', '').split(', then here: ')
  const token = await type(atExchange, site.data)
  await type(`${here.replace('enrol TOKEN', `enrol ${token} --no-run`)} --source ${sensor}`)
  const device = await runSecond(t, { data, sensor, around: [] })
  await flowsAgain(t, device)
  await stop(device)
}
