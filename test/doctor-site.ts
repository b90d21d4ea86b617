// A site for the tests of the doctor: `up` with its demonstration, second devices beside it, and what a person types.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { appendFileSync, chownSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { Scenario } from '../src/demo/scenario.ts'
import { systemClock } from '../src/platform/clock.ts'
import { askLine } from '../src/platform/line-socket.ts'
import type { DoctorReport } from '../src/wire/doctor.ts'
import { type Service, supervisorSocketFile } from '../src/wire/services/messages.ts'
import { readServicesAnswer } from '../src/wire/services/read.ts'
import type { DeviceList } from '../src/wire/api/fleet.ts'
import { asOwner, type Finished, root, run, type Running, start, temporaryFolder, until } from './sallyport.ts'

export type DoctorSite = {
  readonly data: string
  /** Where devices connect, on every address of this machine. */
  readonly port: number
  token(t: TestContext): Promise<string>
}

export type SiteKind = {
  readonly data?: string
  readonly args: readonly string[]
  /** What it prints when it can be asked. */
  readonly ready: string
  readonly around?: Around
}

const demonstration: SiteKind = { args: ['up', '--local', '127.0.0.1:0'], ready: 'first event searchable' }

/** What a command is put before: a network namespace, another clock, another user. */
export type Around = readonly string[]

/** @returns an address of this machine that is not loopback; undefined where it has none */
export function ownAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? [])
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address
}

export const listen = ['--console', '127.0.0.1:0', '--devices', '0.0.0.0:0']

/** A server, listening for devices on all addresses, since a second one comes by others. */
export async function openDoctorSite(
  t: TestContext,
  { data = join(temporaryFolder(t), 'data'), args, ready, around = [] }: SiteKind = demonstration,
): Promise<DoctorSite> {
  const name = ownAddress()
  const named = name === undefined ? [] : ['--name', name]
  const up = start(t, [...args, '--data', data, ...named, ...listen], '', {}, around)
  await until(ready, () => (up.stdout() + up.stderr()).includes(ready) || up.child.exitCode !== null, 90_000)
  assert.equal(up.child.exitCode, null, up.stderr())
  t.after(async () => {
    up.child.kill('SIGINT')
    await up.finished
  })
  const { devices } = JSON.parse(readFileSync(join(data, 'exchange/endpoint.json'), 'utf8')) as { devices: string }
  return {
    data,
    port: Number(devices.split(':').at(-1)),
    async token(sub) {
      const made = await run(sub, ['token', 'create', '--data', data])
      assert.equal(made.code, 0, made.stderr)
      return made.stdout.trim()
    },
  }
}

export type SecondDevice = {
  readonly data: string
  readonly sensor: string
  readonly around: Around
  readonly running: Running
}

/** A device of its own folder, enrolled at the site; it does not run yet. */
export async function enrolSecond(
  t: TestContext,
  site: DoctorSite,
  data = join(temporaryFolder(t), 'device'),
): Promise<Omit<SecondDevice, 'running'>> {
  const sensor = join(temporaryFolder(t), 'eve.json')
  writeEvents(sensor)
  const enrolled = await enrol(t, data, await site.token(t), ['--source', sensor])
  assert.equal(enrolled.code, 0, enrolled.stderr)
  return { data, sensor, around: [] }
}

export async function enrol(
  t: TestContext,
  data: string,
  token: string,
  more: readonly string[] = [],
): Promise<Finished> {
  return await run(t, ['device', 'enrol', token, '--no-run', '--data', data, ...more])
}

/** Runs it and waits until the doctor says that its events flow. */
export async function runSecond(
  t: TestContext,
  device: Omit<SecondDevice, 'running'>,
  around: Around = [],
): Promise<SecondDevice> {
  const running = start(t, ['device', 'run', '--data', device.data, '--local', '127.0.0.1:0'], '', {}, around)
  await until('its connector', () => existsSync(join(device.data, 'device/run/connector.json')))
  return { ...device, around, running }
}

export async function stop(device: SecondDevice): Promise<void> {
  device.running.child.kill('SIGINT')
  await device.running.finished
}

/** @returns what `doctor` said, its first line and its last */
export async function doctor(t: TestContext, data: string, around: Around = []) {
  const finished = await start(t, ['doctor', '--data', data], '', {}, around).finished
  const lines = finished.stdout.trimEnd().split('\n')
  return { ...finished, lines, first: lines[0] ?? '', last: lines.at(-1) ?? '' }
}

/** The doctor names one code first, nothing else is red, and it says what becomes of events. @returns the printed fix */
export async function namesFirst(
  t: TestContext,
  data: string,
  code: string,
  { around = [], verdict = /^events are kept/ }: { readonly around?: Around; readonly verdict?: RegExp } = {},
): Promise<string> {
  const said = await until(
    `the doctor names ${code}`,
    async () => {
      const here = around.length === 0 ? await reportHere(data) : undefined
      if (here !== undefined && here.start !== code) return await notYet()
      const one = await doctor(t, data, around)
      return one.first.includes(`[${code}]`) && one.lines.filter((line) => line.startsWith('[✗]')).length === 1 && one
    },
    45_000,
  )
  assert.match(said.first, /^\[✗\] /)
  assert.equal(said.lines.filter((line) => line.startsWith('[!]')).length, 0, said.stdout)
  assert.match(said.last, verdict)
  assert.equal(said.code, 1)
  return /^ +fix: (.*)$/.exec(said.lines[1] ?? '')?.[1] ?? ''
}

/** Writes an event where the device has a sensor of its own, and waits until it has flowed and nothing is wrong. */
export async function flowsAgain(
  t: TestContext,
  { data, sensor, around = [] }: Pick<SecondDevice, 'data'> & Partial<SecondDevice>,
): Promise<void> {
  if (sensor !== undefined) writeEvents(sensor)
  let last = ''
  // Of what was lost on the way the doctor warns for a minute.
  const deadline = systemClock.monotonic() + 135_000
  for (;;) {
    // Over its local API first: to start the command again and again would take the processors from what it waits for.
    if (around.length === 0) await until('the device sees itself flowing', async () => await worthAsking(data), 120_000)
    const said = await doctor(t, data, around)
    if (said.code === 0 && said.lines.length === 1 && said.first.startsWith('events are flowing: last event ack'))
      return
    last = said.stdout
    assert.ok(systemClock.monotonic() < deadline, `events do not flow again: ${last}`)
    if (said.first.includes('[channel.waiting]')) await type(said.lines[1]?.replace(/^ +fix: /, '') ?? '')
    await systemClock.sleep(300)
  }
}

/** Appends what a sensor would write next. */
export function writeEvents(sensor: string): void {
  appendFileSync(sensor, `${new Scenario(7).next(1_780_000_000_000).join('\n')}\n`)
}

async function worthAsking(data: string): Promise<boolean> {
  const report = await reportHere(data)
  if (report === undefined) return await notYet()
  const flows = report.checks.some(({ id, status }) => id === 'acknowledged' && status === 'ok')
  return report.start === 'channel.waiting' || (report.start === null && flows) || (await notYet())
}

/** A doctor who is asked without end takes the processors from what is waited for. */
async function notYet(): Promise<false> {
  await systemClock.sleep(250)
  return false
}

/** @returns what the connector's own doctor says; undefined where it does not answer */
export async function reportHere(data: string): Promise<DoctorReport | undefined> {
  try {
    const { local } = connectorOf(data)
    const answer = await fetch(`http://${local}/v1/doctor`, { signal: AbortSignal.timeout(5_000) })
    return (await answer.json()) as DoctorReport
  } catch {
    return undefined
  }
}

/** @returns where the connector listens, and its pid */
export function connectorOf(data: string): { readonly local: string; readonly pid: number } {
  return JSON.parse(readFileSync(join(data, 'device/run/connector.json'), 'utf8')) as { local: string; pid: number }
}

/** @returns a process of the device as its supervisor sees it */
export async function serviceOf(data: string, id: string): Promise<Service> {
  const ask = JSON.stringify({ v: 1, ask: 'status' })
  const answer = readServicesAnswer(await askLine(join(data, supervisorSocketFile), ask, AbortSignal.timeout(5_000)))
  const service = answer?.ok === true ? answer.services.find((one) => one.id === id) : undefined
  assert(service)
  return service
}

/** Types a line into a shell, as a person does; `sallyport` is found, and belongs to `data` where the line names none. */
export async function type(line: string, data?: string): Promise<string> {
  const env = {
    ...process.env,
    PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}`,
    ...(data === undefined ? {} : { SALLYPORT_DATA: data }),
  }
  const { promise, resolve } = Promise.withResolvers<string>()
  execFile('sh', ['-c', line], { cwd: root, env }, (error, stdout, stderr) => {
    assert.equal(error, null, `${line}\n${stderr}`)
    resolve(stdout.trim())
  })
  return await promise
}

/** @returns the ids of the devices that the exchange knows, the newest last */
export async function devicesOf(data: string): Promise<readonly string[]> {
  const list = await until('the devices', () => asOwner<DeviceList>(data, 'devices'))
  return list.devices.toSorted((a, b) => a.enrolledAt - b.enrolledAt).map(({ id }) => id)
}

/** Makes a folder, with all in it, that of another user. */
export function giveAway(path: string, owner: number): void {
  chownSync(path, owner, owner)
  for (const entry of readdirSync(path, { recursive: true, encoding: 'utf8' }))
    chownSync(join(path, entry), owner, owner)
}
