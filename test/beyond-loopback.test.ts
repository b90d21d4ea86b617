// Exchange and device on two machines with a network between them: `--name` stands in token and certificate, and the
// device comes by it (issue "The road", part 5). Network namespaces stand in for the machines.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Scenario } from '../src/demo/scenario.ts'
import { program, temporaryFolder, until } from './sallyport.ts'

const there = { exchange: '192.0.2.1', device: '192.0.2.2' } as const
type Machine = keyof typeof there

function ip(...args: readonly string[]): void {
  execFileSync('ip', [...args], { stdio: 'pipe' })
}

/** Makes both machines and the wire between them. @returns how a command is run on one, or why that cannot be had here */
function machines(t: TestContext): { readonly on: (machine: Machine) => readonly string[] } | { readonly why: string } {
  const names = { exchange: `sp-e-${process.pid}`, device: `sp-d-${process.pid}` }
  t.after(() => {
    for (const name of Object.values(names))
      try {
        ip('netns', 'del', name)
      } catch {
        // It was never made.
      }
  })
  try {
    for (const name of Object.values(names)) ip('netns', 'add', name)
    ip('link', 'add', 'wire', 'netns', names.exchange, 'type', 'veth', 'peer', 'name', 'wire', 'netns', names.device)
    for (const machine of ['exchange', 'device'] as const) {
      ip('-n', names[machine], 'addr', 'add', `${there[machine]}/24`, 'dev', 'wire')
      for (const link of ['wire', 'lo']) ip('-n', names[machine], 'link', 'set', link, 'up')
    }
  } catch (error) {
    return { why: `NOT TESTED: no network namespaces here (${String(error).split('\n')[0]})` }
  }
  return { on: (machine) => ['netns', 'exec', names[machine], 'sh', program] }
}

function starter(t: TestContext, prefix: readonly string[]) {
  return (args: readonly string[], input = '') => {
    const child = spawn('ip', [...prefix, ...args], { stdio: 'pipe' })
    const said = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => (said[stream] += text))
    child.stdin.end(input)
    t.after(() => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    })
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
    return { child, said, ended }
  }
}

test('issue 8, part 5: a device on another machine enrols and delivers by the name that the exchange was given', {
  timeout: 120_000,
}, async (t) => {
  const made = machines(t)
  if ('why' in made) return t.skip(made.why)
  const [atExchange, atDevice] = [starter(t, made.on('exchange')), starter(t, made.on('device'))]
  const folder = temporaryFolder(t)
  const sensor = join(folder, 'eve.json')
  const lines = new Scenario(7).next(1_780_000_000_000)
  writeFileSync(sensor, `${lines.join('\n')}\n`)
  const data = { exchange: join(folder, 'exchange'), device: join(folder, 'device') }

  const name = `${there.exchange}:8444`
  const exchange = atExchange([
    'exchange',
    '--data',
    data.exchange,
    '--console',
    '127.0.0.1:0',
    '--devices',
    '0.0.0.0:8444',
    '--name',
    name,
  ])
  await until('the exchange', () => exchange.said.stderr.includes('devices '), 60_000)
  const created = atExchange(['token', 'create', '--data', data.exchange, '-o', 'json'])
  assert.equal(await created.ended, 0, created.said.stderr)
  const { token, url } = JSON.parse(created.said.stdout) as { token: string; url: string }
  assert.equal(new URL(url).host, name)

  const enrolled = atDevice(['device', 'enrol', '-', '--no-run', '--source', sensor, '--data', data.device], token)
  assert.equal(await enrolled.ended, 0, enrolled.said.stderr)
  const device = atDevice(['device', 'run', '--data', data.device, '--local', '127.0.0.1:0'])
  await until(
    'the events',
    async () => {
      const counted = atExchange(['events', 'count', '-o', 'json', '--data', data.exchange])
      await counted.ended
      return /"count":\s*(\d+)/.exec(counted.said.stdout)?.[1] === String(lines.length)
    },
    60_000,
  )
  for (const { child, ended, said } of [device, exchange]) {
    child.kill('SIGINT')
    assert.equal(await ended, 0, said.stderr)
  }
})
