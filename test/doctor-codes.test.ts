// What a site seldom shows, shown by the real program: the doctor names it first, and its fix mends it (console-and-cli 10).
import assert from 'node:assert/strict'
import { chmodSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import {
  connectorOf,
  doctor,
  type DoctorSite,
  enrolSecond,
  flowsAgain,
  namesFirst,
  openDoctorSite,
  ownAddress,
  runSecond,
  serviceOf,
  stop,
  type,
} from './doctor-site.ts'
import { run, until } from './sallyport.ts'

const alone = ownAddress() === undefined ? { skip: 'NOT TESTED: this machine has no address but loopback' } : {}

test('issue 9.4: codes that are seldom seen', { timeout: 300_000, ...alone }, async (t) => {
  const site = await openDoctorSite(t, { args: ['up', '--no-demo', '--local', '127.0.0.1:0'], ready: 'sign in' })
  await t.test('issue 9.4: where nothing is given, nothing is claimed, and what to type is said', (s) =>
    noSource(s, site),
  )
  await t.test('issue 9.4: second devices', { concurrency: 3 }, async (s) => {
    const scenario = (code: string, broken: (s: TestContext, site: DoctorSite) => Promise<void>) =>
      s.test(`issue 9.4: ${code} is shown first, and its fix mends it`, (one) => broken(one, site))
    await Promise.all([
      scenario('service.silent', serviceSilent),
      scenario('service.crashed', serviceCrashed),
      scenario('socket.listening', socketListening),
      scenario('socket.stale', socketStale),
      scenario('spool.locked', spoolLocked),
      scenario('spool.unwritable', spoolUnwritable),
      scenario('configuration.invalid', configurationInvalid),
      scenario('properties.invalid', propertiesInvalid),
      scenario('channel.absent', channelAbsent),
      scenario('identity.key.loose', keyLoose),
    ])
  })
})

async function noSource(t: TestContext, { data }: DoctorSite): Promise<void> {
  const said = await doctor(t, data)
  assert.match(said.first, /^\[!\] .*\[source\.none\]$/)
  assert.match(said.lines[1] ?? '', /fix: .*sallyport up --source PATH --data /)
  assert.match(said.last, /^events are flowing: none given yet, no source is configured, with 1 warning\./)
  assert.equal(said.code, 3)
}

async function serviceSilent(t: TestContext, site: DoctorSite): Promise<void> {
  const device = await runSecond(t, await enrolSecond(t, site))
  await flowsAgain(t, device)
  process.kill(connectorOf(device.data).pid, 'SIGSTOP')
  await type(await namesFirst(t, device.data, 'service.silent'))
  await flowsAgain(t, device)
  await stop(device)
}

async function serviceCrashed(t: TestContext, site: DoctorSite): Promise<void> {
  const device = await runSecond(t, await enrolSecond(t, site))
  await flowsAgain(t, device)
  // Each time it waits longer before it is started again; the doctor is asked within such a wait.
  await until('it waits for seconds', async () => {
    const { pid, state, restarts } = await serviceOf(device.data, 'EventHandler')
    if (state === 'running' && restarts < 6) killIfThere(pid)
    return restarts >= 5 && state === 'waiting'
  })
  await type(await namesFirst(t, device.data, 'service.crashed'))
  await flowsAgain(t, device)
  await stop(device)
}

/** It may have ended by itself meanwhile. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

async function socketListening(t: TestContext, site: DoctorSite): Promise<void> {
  const device = await runSecond(t, await enrolSecond(t, site))
  await flowsAgain(t, device)
  process.kill((await serviceOf(device.data, 'EventHandler')).pid, 'SIGSTOP')
  await type(await namesFirst(t, device.data, 'socket.listening'))
  await flowsAgain(t, device)
  await stop(device)
}

async function socketStale(t: TestContext, site: DoctorSite): Promise<void> {
  const device = await runSecond(t, await enrolSecond(t, site))
  await flowsAgain(t, device)
  const path = join(device.data, 'device/run/EventHandler_SSEConnector.sock')
  rmSync(path)
  // As a folder that was put back from a backup has it.
  writeFileSync(path, '')
  await type(`sallyport pmtool restartbyid SSEConnector --data ${device.data}`)
  await type(await namesFirst(t, device.data, 'socket.stale'))
  await flowsAgain(t, device)
  await stop(device)
}

async function spoolLocked(t: TestContext, site: DoctorSite): Promise<void> {
  const first = await runSecond(t, await enrolSecond(t, site))
  await flowsAgain(t, first)
  const second = await runSecond(t, await enrolSecond(t, site))
  await flowsAgain(t, second)
  await type(`sallyport pmtool disablebyid EventHandler --data ${second.data}`)
  const spool = join(second.data, 'device/spool')
  rmSync(spool, { recursive: true })
  symlinkSync(join(first.data, 'device/spool'), spool)
  await run(t, ['pmtool', 'enablebyid', 'EventHandler', '--data', second.data])
  await namesFirst(t, second.data, 'spool.locked')
  await stop(first)
  await flowsAgain(t, second)
  await stop(second)
}

async function spoolUnwritable(t: TestContext, site: DoctorSite): Promise<void> {
  const enrolled = await enrolSecond(t, site)
  const spool = join(enrolled.data, 'device/spool')
  writeFileSync(spool, '')
  const device = await runSecond(t, enrolled)
  await namesFirst(t, device.data, 'spool.unwritable')
  rmSync(spool)
  await flowsAgain(t, device)
  await stop(device)
}

async function configurationInvalid(t: TestContext, site: DoctorSite): Promise<void> {
  const device = await runSecond(t, await enrolSecond(t, site))
  await flowsAgain(t, device)
  const file = join(device.data, 'device/event-handler.json')
  const good = readFileSync(file, 'utf8')
  writeFileSync(file, good.replace('everything', 'whatever'))
  await run(t, ['pmtool', 'restartbyid', 'EventHandler', '--data', device.data])
  await namesFirst(t, device.data, 'configuration.invalid')
  writeFileSync(file, good)
  await flowsAgain(t, device)
  await stop(device)
}

async function propertiesInvalid(t: TestContext, site: DoctorSite): Promise<void> {
  const device = await runSecond(t, await enrolSecond(t, site))
  await flowsAgain(t, device)
  const file = join(device.data, 'device/connector.properties')
  const good = readFileSync(file, 'utf8')
  writeFileSync(file, good.replace('connector_fqdn', 'connector_name'))
  const warned = await doctor(t, device.data)
  assert.match(warned.first, /^\[!\] .*connector\.properties:3: unknown key "connector_name" \[properties\.invalid\]$/)
  await run(t, ['pmtool', 'restartbyid', 'SSEConnector', '--data', device.data])
  const fix = await namesFirst(t, device.data, 'properties.invalid')
  writeFileSync(file, good)
  await type(fix.replace(/^Correct .*, then: /, ''))
  await flowsAgain(t, device)
  await stop(device)
}

async function keyLoose(t: TestContext, site: DoctorSite): Promise<void> {
  const device = await runSecond(t, await enrolSecond(t, site))
  await flowsAgain(t, device)
  chmodSync(join(device.data, 'device/identity/key-1.pem'), 0o644)
  assert.match((await doctor(t, device.data)).first, /^\[!\] .*\[identity\.key\.loose\]$/)
  await type(`sallyport pmtool restartbyid SSEConnector --data ${device.data}`)
  await type(await namesFirst(t, device.data, 'identity.key.loose'))
  await flowsAgain(t, device)
  await stop(device)
}

async function channelAbsent(t: TestContext, site: DoctorSite): Promise<void> {
  const device = await runSecond(t, await enrolSecond(t, site))
  await flowsAgain(t, device)
  await stop(device)
  const { clientId: id } = JSON.parse(readFileSync(join(device.data, 'device/contexts/default.json'), 'utf8')) as {
    clientId: string
  }
  const absent = await until('the exchange says it', async () => {
    const said = await run(t, ['doctor', id, '--data', site.data])
    return said.stdout.includes('[channel.absent]') && said
  })
  assert.match(absent.stdout, /^The device does not answer.*\n\[✗\] Channel .*\[channel\.absent\]\n {6}fix: /)
  assert.match(absent.stdout, /\nevents are kept, as far as the exchange can tell\. Start with channel\.absent\.\n$/)
  assert.equal(absent.code, 1)
  // The fix: doctor on the device, which names the hop; and its fix in turn.
  await namesFirst(t, device.data, 'service.unsupervised')
  const again = await runSecond(t, device)
  await flowsAgain(t, again)
  assert.equal((await run(t, ['doctor', id, '--data', site.data])).code, 0)
  await stop(again)
}
