// An exchange and a device in want of disk and of time, each on a small file system of its own: the real program shows
// what else takes hours (console-and-cli 10).
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import {
  type Around,
  doctor,
  type DoctorSite,
  enrolSecond,
  flowsAgain,
  namesFirst,
  openDoctorSite,
  ownAddress,
  reportHere,
  runSecond,
  type SecondDevice,
  stop,
  type,
} from './doctor-site.ts'
import { temporaryFolder, until } from './sallyport.ts'

const [faketime = ''] = globSync('/usr/lib/*/faketime/libfaketime.so.1')
const missing = ['/usr/bin/mount', faketime].find((file) => !existsSync(file))
const able =
  process.getuid?.() !== 0 || ownAddress() === undefined || missing !== undefined
    ? { skip: `NOT TESTED: this needs root, a network address, mount and faketime` }
    : {}
const dayMs = 86_400_000

test('issue 9.4: troubles of disk and time', { timeout: 300_000, ...able }, async (t) => {
  const data = smallDisk(t, 96)
  const clock = settableClock(t)
  const exchange = { data, args: ['exchange'], ready: 'sign in', around: clock.around }
  const site = await openDoctorSite(t, exchange)
  await t.test('issue 9.4: spool.filling, spool.full, channel.stuck, disk.full: an exchange that takes nothing', (s) =>
    exchangeDisk(s, site),
  )
  await t.test('issue 9.4: tcp.silent, an exchange that hangs', (s) => exchangeHangs(s, site))
  await t.test('issue 9.4: identity.renewal.late', (s) => renewalLate(s, site, clock))
})

async function exchangeDisk(t: TestContext, site: DoctorSite): Promise<void> {
  const clock = settableClock(t)
  const enrolled = await enrolSecond(t, site)
  const file = join(enrolled.data, 'device/event-handler.json')
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"bytesMax": \d+/, '"bytesMax": 1048576'))
  const device = await runSecond(t, enrolled, clock.around)
  await flowsAgain(t, device)
  const full = await runSecond(t, await enrolSecond(t, site, smallDisk(t, 48)))
  await flowsAgain(t, full)
  const filler = fill(site.data)
  writeBulk(device.sensor, 1_000)
  const filling = await until('the spool fills', async () => {
    writeBulk(device.sensor, 100)
    const said = await doctor(t, device.data, clock.around)
    return said.code === 3 && said
  })
  assert.match(filling.first, /^\[!\] Spool .*\[spool\.filling\]$/)
  assert.match(filling.last, /^events are flowing: .* Start with spool\.filling\.$/)
  writeBulk(device.sensor, 1_000)
  await namesFirst(t, device.data, 'spool.full', { around: clock.around })
  clock.set('+90')
  const stuck = await until('events wait too long', async () => {
    const said = await doctor(t, device.data, clock.around)
    return said.first.includes('[channel.stuck]') && said
  })
  // What follows from it stands behind it.
  assert.deepEqual(
    stuck.lines.filter((line) => line.startsWith('[✗]')).map((line) => /\[([a-z.]+)\]$/.exec(line)?.[1]),
    ['channel.stuck', 'spool.full'],
  )
  assert.match(stuck.last, /^events are kept, not delivered\. Start with channel\.stuck\.$/)
  await deviceDisk(t, full, () => rmSync(filler))
  await flowsAgain(t, device)
  await stop(device)
}

/** While events flow, a spool goes round in the room it has: it is in want of more only where they do not. */
async function deviceDisk(t: TestContext, device: SecondDevice, exchangeMended: () => void): Promise<void> {
  const filler = fill(device.data)
  await until('its disk is full', async () => {
    writeBulk(device.sensor, 4_000)
    return (await reportHere(device.data))?.start === 'disk.full'
  })
  const fix = await namesFirst(t, device.data, 'disk.full')
  assert.match(fix, /: df -h .*\/spool$/)
  rmSync(filler)
  exchangeMended()
  await flowsAgain(t, device)
  await stop(device)
}

async function exchangeHangs(t: TestContext, site: DoctorSite): Promise<void> {
  const device = await runSecond(t, await enrolSecond(t, site))
  await flowsAgain(t, device)
  const { pid } = JSON.parse(readFileSync(join(site.data, 'exchange/endpoint.json'), 'utf8')) as { pid: number }
  process.kill(pid, 'SIGSTOP')
  try {
    await namesFirst(t, device.data, 'tcp.silent')
  } finally {
    process.kill(pid, 'SIGCONT')
  }
  await flowsAgain(t, device)
  await stop(device)
}

async function renewalLate(t: TestContext, site: DoctorSite, clock: SettableClock): Promise<void> {
  let mounted = ''
  // Before the hook of the folder, which cannot remove what is mounted.
  t.after(() => mounted === '' || execFileSync('umount', ['--lazy', mounted]))
  const enrolled = await enrolSecond(t, site)
  const identity = join(enrolled.data, 'device/identity')
  const mount = (...args: readonly string[]) => execFileSync('mount', [...args, identity])
  // Read, not written: what a new key needs.
  mount('--bind', identity)
  mounted = identity
  mount('-o', 'remount,ro,bind')
  clock.set(`+${(80 * dayMs) / 1000}`)
  const device = await runSecond(t, enrolled, clock.around)
  const late = await until('the renewal is missed', async () => {
    const said = await doctor(t, device.data, clock.around)
    return said.first.includes('[identity.renewal.late]') && said
  })
  assert.match(late.first, /^\[!\] Certificate .*: 9 days left, and it was to be renewed /)
  assert.equal(late.code, 3)
  assert.match(
    readFileSync(join(device.data, 'device/log/connector.log'), 'utf8'),
    /est:renew\] enrolment\.key\.unwritable/,
  )
  execFileSync('umount', [identity])
  mounted = ''
  await type(`sallyport pmtool restartbyid SSEConnector --data ${device.data}`)
  await flowsAgain(t, device)
  await stop(device)
}

type SettableClock = { readonly around: Around; set(offset: string): void }

/** A clock that is right until it is set; `+90` is seconds. */
function settableClock(t: TestContext): SettableClock {
  const folder = temporaryFolder(t)
  chmodSync(folder, 0o755)
  const file = join(folder, 'clock')
  const set = (offset: string) => writeFileSync(file, `${offset}\n`)
  set('+0')
  const variables = [`FAKETIME_TIMESTAMP_FILE=${file}`, 'FAKETIME_NO_CACHE=1', 'FAKETIME_DONT_FAKE_MONOTONIC=1']
  return { around: ['env', `LD_PRELOAD=${faketime}`, ...variables], set }
}

/** @returns a folder with a file system of so many MiB */
function smallDisk(t: TestContext, size: number): string {
  let folder = ''
  // Hooks run in their order: before the folder goes, and while processes may still use it.
  t.after(() => execFileSync('umount', ['--lazy', folder]))
  folder = join(temporaryFolder(t), 'disk')
  mkdirSync(folder)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}m`, 'tmpfs', folder])
  return folder
}

/** Takes all room there is. @returns the file that took it */
function fill(folder: string): string {
  const file = join(folder, 'filler')
  try {
    for (;;) appendFileSync(file, Buffer.alloc(65_536))
  } catch {
    return file
  }
}

/** Events that no compression makes much smaller: about 750 bytes each. */
function writeBulk(sensor: string, events: number): void {
  const lines = Array.from({ length: events }, () =>
    JSON.stringify({
      timestamp: '2026-11-24T00:00:00.000000+0000',
      event_type: 'alert',
      payload: randomBytes(700).toString('base64'),
    }),
  )
  appendFileSync(sensor, `${lines.join('\n')}\n`)
}
