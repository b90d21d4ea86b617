// A fleet on one exchange: first what a device and an exchange take while nothing happens, then many devices, each with a
// certificate of its own from an enrolment by token, a live channel and a trickle of events.
//   node bench/fleet.ts [--devices 500] [--seconds 20] [--idle 10]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../src/platform/clock.ts'
import { enrolWithSources } from '../src/units/device-command.ts'
import type { DeviceList, ServerStatus } from '../src/wire/api/fleet.ts'
import type { Ledger } from '../src/wire/api/ledger.ts'
import { bound } from './bound.ts'
import { startLightDevices } from './light-devices.ts'
import { LineMaker } from './lines.ts'
import { measured, type Memory, until } from './processes.ts'

const { values } = parseArgs({
  options: {
    devices: { type: 'string', default: '500' },
    seconds: { type: 'string', default: '20' },
    idle: { type: 'string', default: '10' },
  },
  strict: false,
})
const devices = Number(values['devices'])
const seconds = Number(values['seconds'])
const idleMs = Number(values['idle']) * 1_000
const mib = (kib: number) => `${(kib / 1_024).toFixed(1)} MiB`

const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
const file = join(folder, 'eve.json')
writeFileSync(file, `${new LineMaker(1).next()}\n`)
const site = measured(['exchange', 'run'], join(folder, 'exchange'), ['console', 'devices'])
const parts: (typeof site)[] = [site]
try {
  await until(async () => (await site.ask('status')) !== undefined, 100, 60_000)
  const data = join(folder, 'device')
  await enrolWithSources({
    token: await tokenFor(),
    dataFolder: data,
    sources: [file],
    signal: new AbortController().signal,
  })
  const device = measured(['device', 'run'], data, ['local'])
  parts.unshift(device)
  await until(async () => ((await site.ask<ServerStatus>('status'))?.journal.events ?? 0) > 0, 100, 60_000)
  await systemClock.sleep(idleMs)
  const idle = site.memory()
  sayMemory(`exchange idle, ${idleMs / 1_000} s after its first event`, idle)
  sayMemory('device idle', device.memory())
  const exchangeKiB = (memory: ReadonlyMap<string, Memory>) => memory.get('exchange')?.pssKiB ?? Number.NaN

  const began = systemClock.monotonic()
  await using fleet = await startLightDevices({ count: devices, folder, token: () => tokenFor() })
  const enrolledMs = systemClock.monotonic() - began
  const known = async () => (await site.ask<DeviceList>('devices'))?.devices ?? []
  await until(async () => (await known()).filter(({ states }) => states.connected).length > devices, 250, 120_000)
  const connectedMs = systemClock.monotonic() - began
  say(
    `${devices} devices enrolled in ${(enrolledMs / 1_000).toFixed(1)} s, all connected after ${(connectedMs / 1_000).toFixed(1)} s`,
  )
  await systemClock.sleep(idleMs)
  const connected = site.memory()
  await fleet.flow(seconds)
  await until(async () => fleet.drained(), 100, 60_000)
  await until(async () => (await known()).filter(({ states }) => states.flowing).length > devices, 250, 120_000)
  const loaded = site.memory()
  sayMemory(`with ${devices} channels, after ${seconds} s of events`, loaded)
  const per = (memory: Map<string, Memory>) => `${((exchangeKiB(memory) - exchangeKiB(idle)) / devices).toFixed(0)} KiB`
  const account = await site.ask<Ledger>('ledger')
  const total = (of: 'given' | 'stored' | 'outstanding') => account?.rows.reduce((all, row) => all + row[of], 0)
  say(
    `all ${devices} flowing: given ${total('given')}, stored ${total('stored')}, outstanding ${total('outstanding')}, the ledger ${account?.holds === true ? 'holds' : 'DOES NOT HOLD'}`,
  )
  say(`memory of the exchange per device (PSS): ${per(connected)} with open channels, ${per(loaded)} after events`)
  // The device beside them gave one event of its own.
  const stored = total('stored')
  bound('fleet, every event given is stored', stored === fleet.given() + 1, `${stored} of ${fleet.given() + 1}`)
  bound('fleet, the ledger holds', account?.holds === true, String(account?.holds))
} finally {
  for (const part of parts) {
    part.child.kill('SIGTERM')
    await part.exited
  }
  rmSync(folder, { recursive: true, force: true })
}

async function tokenFor(): Promise<string> {
  const made = await site.post<{ token: string }>('tokens', { minutes: 60 })
  if (made === undefined) throw new RangeError('the exchange made no token')
  return made.token
}

/** PSS divides what processes share (the program's text) between all of this machine; private is what each has alone. */
function sayMemory(what: string, memory: ReadonlyMap<string, Memory>): void {
  const all = [...memory.values()]
  const line = (title: string, pss: number, own: number) =>
    say(`  ${title.padEnd(13)} PSS ${mib(pss).padStart(10)}   private ${mib(own).padStart(10)}`)
  say(`${what}:`)
  for (const [title, { pssKiB, privateKiB }] of memory) line(title, pssKiB, privateKiB)
  line(
    'together',
    all.reduce((sum, { pssKiB }) => sum + pssKiB, 0),
    all.reduce((sum, { privateKiB }) => sum + privateKiB, 0),
  )
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
