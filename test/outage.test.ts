// The exchange is away, the device keeps: 100,000 events wait, and new ones are searchable at once when it is back
// (issue "The road"; delivery C6, C7).
import assert from 'node:assert/strict'
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Scenario } from '../src/demo/scenario.ts'
import { systemClock } from '../src/platform/clock.ts'
import { asOwner, start, temporaryFolder, until, run, type Running } from './sallyport.ts'

const boundMs = 2_000
type Stored = { journal: { events: number; unindexedBlocks: number } }

test('delivery C6 C7: 100,000 events are kept through an outage; new ones are searchable within 2 s of the return', {
  timeout: 280_000,
}, async (t) => {
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

  /** @returns how long a new event takes until it is searchable */
  const searchable = async (name: string): Promise<number> => {
    const from = systemClock.monotonic()
    appendFileSync(sensor, `${dnsOf(name)}\n`)
    const found = async () => (await asOwner<{ count: number }>(data.exchange, `events/count?q=domain=${name}`))?.count
    await until(`the event of ${name}`, async () => (await found()) === 1, 30_000)
    return Math.round(systemClock.monotonic() - from)
  }

  type Outage = { readonly tookMs: number; readonly allMs: number; readonly exchange: Running }
  const outage = async (exchange: Running, name: string): Promise<Outage> => {
    const before = (await stored())?.events ?? 0
    exchange.child.kill('SIGINT')
    assert.equal((await exchange.finished).code, 0)
    write(100_000)
    type Answer = { eventHandler?: { spool: { outstandingEvents: number } } }
    await until(
      'the device keeps 100,000',
      async () => {
        const status = (await (await fetch(`${local}/v1/contexts/default/status`)).json()) as {
          status?: Answer
        } & Answer
        return (status.eventHandler ?? status.status?.eventHandler)?.spool.outstandingEvents === 100_000
      },
      60_000,
    )
    const back = start(t, ['exchange', '--data', data.exchange, '--console', '127.0.0.1:0', '--devices', devices])
    await until(
      'the return',
      async () =>
        ((await asOwner<{ devices: { connected: number } }>(data.exchange, 'status'))?.devices.connected ?? 0) > 0,
      90_000,
    )
    const returnedAt = systemClock.monotonic()
    const tookMs = await searchable(name)
    await until(
      'the backlog',
      async () => {
        const now = await stored()
        return now?.events === before + 100_001 && now.unindexedBlocks === 0
      },
      90_000,
    )
    return { tookMs, allMs: Math.round(systemClock.monotonic() - returnedAt), exchange: back }
  }

  let exchange = first
  const seen: string[] = []
  // What else runs on the machine takes its part of the time: the best of three returns counts.
  for (let attempt = 1; attempt <= 3; attempt++) {
    const one = await outage(exchange, `return-${attempt}.example`)
    exchange = one.exchange
    seen.push(`${one.tookMs} ms, the whole backlog ${one.allMs} ms`)
    if (one.tookMs < boundMs) break
    assert(attempt < 3, `searchable after: ${seen.join('; ')}`)
  }
  t.diagnostic(`searchable after: ${seen.join('; ')}`)
  device.child.kill('SIGINT')
  await device.finished
})

function dnsOf(rrname: string): string {
  return JSON.stringify({
    timestamp: '2026-11-24T12:00:00.000000+0000',
    event_type: 'dns',
    src_ip: '192.0.2.1',
    dest_ip: '192.0.2.53',
    dns: { type: 'query', rrname, rrtype: 'A' },
  })
}
