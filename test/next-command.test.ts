// The last line of every command names the next one, and what it names runs as it stands there.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { commands } from '../src/cli/commands.ts'
import { runCli } from '../src/cli/main.ts'
import type { CliPorts, RunningServer } from '../src/cli/ports.ts'
import { fakePorts, fakeTerminal } from '../src/cli/session-fake.ts'
import { openSupervisor } from '../src/device/pmtool/supervisor.ts'
import type { SupervisedChild } from '../src/platform/supervised-child.ts'
import { connectorEndpointFile } from '../src/wire/local/endpoint.ts'
import { supervisorSocketFile } from '../src/wire/services/messages.ts'
import { inspect } from '../src/threat-response/inspect/inspect.ts'
import { dataFolder, run, sampleCommands, samplePorts, startLocalApi, startServer } from './command-samples.ts'
import { until } from './sallyport.ts'

/** Why nothing follows. */
const without: Readonly<Record<string, string>> = {
  doctor: 'its last line is the verdict (issue 9, 4); its fixes name commands',
}
/** Whether it runs until told to stop. */
function isProcess(argv: readonly string[]): boolean {
  const named = ['up', 'open', 'exchange run', 'device run', 'events tail', 'device enrol']
  const path = named.find((each) => `${argv.join(' ')} `.startsWith(`${each} `))
  return path !== undefined && !argv.some((word) => ['--no-run', '--help', '--once'].includes(word))
}

const connector: SupervisedChild = {
  title: 'connector',
  state: () => 'running',
  since: () => 1,
  pid: () => 1,
  info: () => undefined,
  restarts: () => 0,
  lastEnd: () => '',
  switchOff: async () => undefined,
  switchOn: async () => undefined,
  [Symbol.asyncDispose]: async () => undefined,
}

async function startSite() {
  await using up = new AsyncDisposableStack()
  const server = up.use(await startServer())
  const local = up.use(await startLocalApi())
  const supervisor = up.use(await openSupervisor(join(server.data, 'device'), join(server.data, supervisorSocketFile)))
  await supervisor.take('SSEConnector', 'connector', async () => connector)
  mkdirSync(join(server.data, 'device/run'), { recursive: true })
  const endpoint = { v: 1, pid: 1, local: local.address, exchange: '', proxy: '' }
  writeFileSync(join(server.data, 'device', connectorEndpointFile), JSON.stringify(endpoint))
  const finish = setInterval(() => server.ports.finish(), 20)
  up.defer(() => clearInterval(finish))
  const parts = up.move()
  return { data: server.data, local: local.address, [Symbol.asyncDispose]: () => parts.disposeAsync() }
}

async function portsOf(data: string, local: string): Promise<Partial<CliPorts> & { stdin: string }> {
  const { stdin, device } = await samplePorts()
  const nothing = async () => undefined
  const running: RunningServer & { readonly local: string } = {
    data,
    console: 'http://127.0.0.1:1',
    devices: '127.0.0.1:2',
    local,
    link: async () => 'http://127.0.0.1:1/signin#link=x',
    [Symbol.asyncDispose]: nothing,
  }
  const totals = {
    v: 1,
    events: 1,
    quarantined: 0,
    ignored: 0,
    notSelected: 0,
    byType: { alert: 1 },
    lost: {},
    skipped: [],
    durationMs: 1,
  } as const
  const story = { address: '203.0.113.77' }
  return {
    stdin,
    inspect: async (text) => inspect(text),
    up: async ({ demo }) => ({ ...running, firstEvent: Promise.resolve(1), story: demo ? story : undefined }),
    exchange: async () => running,
    open: async () => ({ data, totals, site: running, [Symbol.asyncDispose]: nothing }),
    device: {
      ...device,
      run: async () => ({
        device: 'sensor-1',
        local,
        firstEvent: Promise.resolve(1),
        whyNone: async () => [],
        [Symbol.asyncDispose]: nothing,
      }),
    },
  }
}

/** Runs a command; one that runs until told to stop is told so when it has named the next. */
async function typed(argv: readonly string[], ports: Partial<CliPorts> & { stdin: string }) {
  const stopped = new AbortController()
  const terminal = fakeTerminal(ports.stdin)
  const running = runCli(argv, fakePorts(ports), terminal, stopped.signal)
  if (isProcess(argv)) {
    await until(`what ${argv.join(' ')} says`, () => /^(?:next|following|the server|error)/m.test(terminal.err()))
    stopped.abort()
  }
  return { code: await running, err: terminal.err() }
}

/** @returns the commands that the last lines name, cut into words by a shell */
function nextOf(err: string, program = 'bin/sallyport'): string[][] {
  const block = /(?:^|\n)next[^:\n]*: (.*(?:\n {6}\S.*)*)\n(?:stopping\n)?$/.exec(err)?.[1]
  return (block?.split('\n') ?? []).map((line) => {
    const command = line.trim().replace(/ {2,}# .*$/, '')
    assert.ok(command.startsWith(`${program} `) || command.startsWith('sallyport device enrol'), command)
    const words = command.slice(command.indexOf(' ')).replace(/ < \S+/, '')
    return execFileSync('sh', ['-c', `for word in ${words}; do printf '%s\\0' "$word"; done`], { encoding: 'utf8' })
      .split('\0')
      .slice(0, -1)
  })
}

test('console-and-cli 10: the last line of every command names the next one, which runs as it stands there', async (t) => {
  t.after(() => delete process.env['SALLYPORT_DATA'])
  await using site = await startSite()
  const ports = await portsOf(site.data, site.local)
  const here = ['--data', site.data]
  const anyLocal = ['--local', '127.0.0.1:0']
  const samples: Readonly<Record<string, readonly (readonly string[])[]>> = {
    ...Object.fromEntries(Object.entries(sampleCommands(site.data, site.local)).map(([path, rest]) => [path, [rest]])),
    up: [
      [...here, ...anyLocal],
      [...here, '--no-demo'],
    ],
    open: [['eve.json'], ['eve.json', '--once'], ['eve.json', '--once', ...here]],
    'exchange run': [here],
    'device run': [[...here, ...anyLocal]],
    'events tail': [here, ['type:alert', '--from', 'start', ...here]],
    'events export': [['--out', join(dataFolder(), 'x.jsonl'), ...here]],
    'events search': [['--limit', '2', '--since', '7d', ...here], ['nothing', ...here], here],
    'device status': [here, ['--local', site.local, ...here]],
    'device enrol': [
      ['--source', '/x/eve.json', '--no-run', ...here],
      ['--source', '/x/eve.json', ...here],
    ],
    pmtool: [['disablebyid', 'SSEConnector', ...here]],
  }
  for (const { path } of commands) {
    for (const rest of samples[path] ?? assert.fail(`no sample of ${path}`)) {
      // Who has no folder to name has it in the environment.
      if (rest.includes('--data')) delete process.env['SALLYPORT_DATA']
      else process.env['SALLYPORT_DATA'] = site.data
      const first = await typed([...path.split(' '), ...rest], ports)
      const named = nextOf(first.err)
      if (without[path] !== undefined) {
        assert.deepEqual(named, [], `${path}: ${without[path]}`)
        continue
      }
      assert.ok(named.length > 0, `${path} ${rest.join(' ')} names nothing at its end: ${first.err}`)
      for (const argv of named) {
        const { code, err } = await typed(argv, ports)
        assert.ok(code === 0 || code === 130, `${path} names ${argv.join(' ')}, which ends with ${code}: ${err}`)
      }
    }
  }
})

test('console-and-cli 10: a program that reads JSON gets no advice, and what a command takes by itself is not repeated', async (t) => {
  await using site = await startSite()
  const ports = await portsOf(site.data, site.local)
  assert.equal((await run(['events', 'top', 'type', '--data', site.data, '-o', 'json'], ports)).err, '')
  process.env['SALLYPORT_DATA'] = site.data
  t.after(() => delete process.env['SALLYPORT_DATA'])
  assert.match((await run(['ledger'], ports)).err, /^next: bin\/sallyport ledger verify {2}#/)
  const other = dataFolder()
  assert.match((await run(['events', 'count', '--data', other], ports)).err, new RegExp(`up --data ${other}\``))
})

test('console-and-cli 10: what an error or wrong usage says to type can be typed', async () => {
  const nowhere = join(dataFolder(), 'a b')
  const away = await run(['status', '--data', nowhere])
  assert.match(away.err, new RegExp(`fix: .*\`bin/sallyport up --data '${nowhere}'\``))
  const noDevice = await run(['device', 'status', '--data', nowhere])
  assert.match(noDevice.err, new RegExp(`fix: .*\`bin/sallyport device run --data '${nowhere}'\``))
  assert.match((await run(['events', 'top'])).err, /fix: {3}see the help: bin\/sallyport help events top\n$/)
  assert.match((await run(['events', 'serch'])).err, /fix: {3}see the help: bin\/sallyport help events\n$/)
  assert.match((await run(['nothing'])).err, /fix: {3}see the help: bin\/sallyport help\n$/)
})
