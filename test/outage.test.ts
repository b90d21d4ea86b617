// The exchange is away, the device keeps: 100,000 events wait, and new ones are searchable at once when it is back
// (issue "The road"; delivery C6, C7).
import assert from 'node:assert/strict'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { Scenario } from '../src/demo/scenario.ts'
import { systemClock } from '../src/platform/clock.ts'
import { asOwner, run, start, temporaryFolder, until } from './sallyport.ts'

const boundMs = 2_000
type Stored = { journal: { events: number; unindexedBlocks: number } }
type Outage = { readonly tookMs: number; readonly allMs: number }

test('delivery C6 C7: 100,000 events are kept through an outage; new ones are searchable within 2 s of the return', {
  timeout: 280_000,
}, async (t) => {
  const seen: string[] = []
  // What else runs on the machine takes its part of the time: the best of three counts. Each has a site of its own, for a
  // device lets new events pass old ones once in ten minutes.
  for (let attempt = 1; attempt <= 3; attempt++) {
    const { tookMs, allMs } = await outage(t)
    seen.push(`${tookMs} ms, the whole backlog ${allMs} ms`)
    if (tookMs < boundMs) break
    assert(attempt < 3, `searchable after: ${seen.join('; ')}`)
  }
  t.diagnostic(`searchable after: ${seen.join('; ')}`)
})

/** @returns how long after the return a new event, and everything, was searchable */
async function outage(t: TestContext): Promise<Outage> {
  const folder = temporaryFolder(t)
  const sensor = join(folder, 'eve.json')
  writeFileSync(sensor, '')
  const data = { exchange: join(folder, 'exchange'), device: join(folder, 'device') }
  const first = start(t, ['exchange', '--data', data.exchange, '--console', '127.0.0.1:0', '--devices', '127.0.0.1:0'])
  const [, devices = ''] = await until('the exchange', () => /devices\s+(127\S+)/.exec(first.stderr()) ?? undefined)
  const { stdout } = await run(t, ['token', 'create', '--data', data.exchange, '-o', 'json'])
  const { token } = JSON.parse(stdout) as { token: string }
  assert.equal(
    (await run(t, ['device', 'enrol', '-', '--no-run', '--source', sensor, '--data', data.device], token)).code,
    0,
  )
  const device = start(t, ['device', 'run', '--data', data.device, '--local', '127.0.0.1:0'])
  const [, local = ''] = await until(
    'the device',
    () => /local API\s+(http:\S+?)\/v1/.exec(device.stderr()) ?? undefined,
  )
  const scenario = new Scenario(3)
  const write = (count: number) => {
    const lines: string[] = []
    while (lines.length < count) lines.push(...scenario.next(systemClock.now()))
    appendFileSync(sensor, `${lines.slice(0, count).join('\n')}\n`)
  }
  write(10)
  const stored = async () => (await asOwner<Stored>(data.exchange, 'status'))?.journal
  await until('ten events', async () => (await stored())?.events === 10)

  first.child.kill('SIGINT')
  assert.equal((await first.finished).code, 0)
  write(100_000)
  await until('the device keeps 100,000', async () => (await outstandingOf(local)) === 100_000, 60_000)
  const back = start(t, ['exchange', '--data', data.exchange, '--console', '127.0.0.1:0', '--devices', devices])
  await until(
    'the return',
    async () =>
      ((await asOwner<{ devices: { connected: number } }>(data.exchange, 'status'))?.devices.connected ?? 0) > 0,
    90_000,
  )
  const returnedAt = systemClock.monotonic()
  const sinceReturn = () => Math.round(systemClock.monotonic() - returnedAt)
  // Not before the device has heard of it: until then a new event stands behind the old ones of its stream.
  await until('the first of the backlog', async () => ((await stored())?.events ?? 0) > 10)
  appendFileSync(sensor, `${dnsOf('after-the-return.example')}\n`)
  const question = 'events/count?q=domain=after-the-return.example'
  const found = async () => (await asOwner<{ count: number }>(data.exchange, question))?.count
  await until('the new event', async () => (await found()) === 1, 30_000)
  const tookMs = sinceReturn()
  const everything = async () => {
    const now = await stored()
    return now?.events === 100_011 && now.unindexedBlocks === 0
  }
  await until('the backlog', everything, 90_000)
  const allMs = sinceReturn()
  for (const running of [device, back]) {
    running.child.kill('SIGINT')
    await running.finished
  }
  return { tookMs, allMs }
}

async function outstandingOf(local: string): Promise<number | undefined> {
  type Answer = { eventHandler?: { spool: { outstandingEvents: number } } }
  const answer = (await (await fetch(`${local}/v1/contexts/default/status`)).json()) as { status?: Answer } & Answer
  return (answer.eventHandler ?? answer.status?.eventHandler)?.spool.outstandingEvents
}

function dnsOf(rrname: string): string {
  return JSON.stringify({
    timestamp: '2026-11-24T12:00:00.000000+0000',
    event_type: 'dns',
    src_ip: '192.0.2.1',
    dest_ip: '192.0.2.53',
    dns: { type: 'query', rrname, rrtype: 'A' },
  })
}
