// What tests of the command line share: a server in memory as `up` leaves it, a local API, and a sample of each command.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { runCli } from '../src/cli/main.ts'
import type { CliPorts } from '../src/cli/ports.ts'
import { fakeDevice, fakePorts, fakeTerminal } from '../src/cli/session-fake.ts'
import { organisationId } from '../src/core/ids.ts'
import { systemClock } from '../src/platform/clock.ts'
import { openLog } from '../src/platform/log.ts'
import { startTicksOf } from '../src/platform/process-lock.ts'
import { startApi } from '../src/server/api/api.ts'
import { memoryDoctor } from '../src/server/api/doctor-memory.ts'
import { memoryStream } from '../src/server/api/events-memory.ts'
import { type MemoryPorts, memoryPorts } from '../src/server/api/ports-memory.ts'
import { inspect } from '../src/threat-response/inspect/inspect.ts'
import { endpointFile, ownerKeyFile } from '../src/wire/endpoint.ts'
import type { Status } from '../src/wire/status.ts'

const key = 'k'.repeat(43)
const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

export function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-cli-'))
  folders.push(folder)
  mkdirSync(join(folder, 'exchange'))
  writeFileSync(join(folder, ownerKeyFile), `${key}\n`, { mode: 0o600 })
  return folder
}

export function apiOptions(ports: MemoryPorts, data: string) {
  const log = openLog('cli-test', join(data, 'api.log'))
  const organisation = organisationId('default')
  return { ports, ownerKey: key, organisation, consoleFolder: undefined, clock: systemClock, log }
}

/** A server as `up` leaves it for the command line: endpoint and key in its data folder. */
export async function startServer(ports = memoryPorts(25)) {
  const data = dataFolder()
  const api = await startApi({ ...apiOptions(ports, data), listen: { host: '127.0.0.1', port: 0 } })
  writeEndpoint(data, api.url, process.pid, startTicksOf(process.pid) ?? 0)
  return { data, ports, url: api.url, [Symbol.asyncDispose]: () => api[Symbol.asyncDispose]() }
}

export function writeEndpoint(data: string, console: string, pid: number, startTicks: number): void {
  writeFileSync(join(data, endpointFile), JSON.stringify({ v: 1, pid, startTicks, console, devices: '127.0.0.1:1' }))
}

export async function run(
  argv: readonly string[],
  changes: Partial<CliPorts> & { stdin?: string; signal?: AbortSignal } = {},
) {
  const { stdin = '', signal, ...ports } = changes
  const terminal = fakeTerminal(stdin)
  const code = await runCli(argv, fakePorts({ inspect: async (text) => inspect(text), ...ports }), terminal, signal)
  return { code, out: terminal.out(), err: terminal.err() }
}

const deviceStatus: Status = {
  v: 1,
  program: 'sallyport/0.1.0',
  device: 'sensor-1',
  at: 1,
  enrolled: true,
  configurationHash: 'x',
  channel: { state: 'connected', since: 1, peer: '192.0.2.1:8444', lastAckAt: 2 },
}

/** Stands in for the connector's local API. */
export async function startLocalApi(enrolled = true) {
  const server = createServer((_request, response) => {
    response.statusCode = enrolled ? 200 : 404
    const states = { enrolled: true, connected: true, healthy: true, flowing: false }
    const problem = { code: 'context.missing', detail: 'The device is not enrolled', remedy: 'Enrol it.' }
    response.end(JSON.stringify(enrolled ? { ...deviceStatus, states } : problem))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  return { address: `127.0.0.1:${address.port}`, [Symbol.asyncDispose]: async () => void server.close() }
}

/** The operands and options of a sample of each command that ends by itself with one document, on a server in memory. */
export function sampleCommands(data: string, local: string): Readonly<Record<string, readonly string[]>> {
  const here = ['--data', data]
  return {
    inspect: [],
    investigate: ['192.0.2.1', ...here],
    'events search': ['', '--limit', '3', ...here],
    'events count': here,
    'events top': ['type', ...here],
    'events show': [`sensor-1/${memoryStream}:3`, ...here],
    'events requarantine': here,
    'module ls': here,
    'module add': ['relay', '--name', 'More', '--url', 'https://relay.example', ...here],
    'module test': ['One relay', '--about', '192.0.2.1', ...here],
    'module rm': ['relay-2', '--yes', ...here],
    ledger: here,
    'ledger verify': here,
    'token create': here,
    'exchange ca listener': here,
    'exchange cert add-name': ['exchange.example', ...here],
    'exchange device ls': here,
    'exchange device show': ['sensor-1', ...here],
    'exchange device revoke': ['sensor-1', '--yes', ...here],
    'device enrol': ['-', '--no-run', '--source', '/x/eve.json', ...here],
    'device status': ['--local', local],
    doctor: here,
    'doctor explain': ['tls.untrusted'],
    pmtool: ['status', ...here],
    'region allow-list': here,
    status: here,
    link: here,
  }
}

/** Ports that answer the samples. */
export async function samplePorts() {
  const report = await memoryDoctor([], 'sensor-1').examine(organisationId('default'), 'sensor-1')
  assert.ok(report)
  const enrolled = {
    v: 1,
    device: 'd',
    organisation: 'o',
    exchange: 'x.example:8444',
    certificateNotAfter: 1,
    configuration: '/x/event-handler.json',
    kept: ['selection'],
  } as const
  const sources = async () => ({ taken: [{ source: '/x/eve.json', why: 'named' }], passedOver: [], absent: [] })
  return {
    stdin: '192.0.2.9',
    device: fakeDevice({ enrol: async () => enrolled, sources, doctor: async () => report }),
  }
}
