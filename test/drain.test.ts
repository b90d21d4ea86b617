// The exchange is told to stop in the middle of a flood: what it has committed it has also acknowledged, and the device
// comes back when it was told to (delivery C12).
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Scenario } from '../src/demo/scenario.ts'
import type { Status } from '../src/wire/status.ts'
import { asOwner, run, start, temporaryFolder, until } from './sallyport.ts'

const events = 200_000

test('delivery C12: an exchange that stops under load leaves no ack behind', { timeout: 200_000 }, async (t) => {
  const folder = temporaryFolder(t)
  const sensor = join(folder, 'eve.json')
  writeFileSync(sensor, '')
  const data = { exchange: join(folder, 'exchange'), device: join(folder, 'device') }
  const exchange = start(t, [
    'exchange',
    '--data',
    data.exchange,
    '--console',
    '127.0.0.1:0',
    '--devices',
    '127.0.0.1:0',
  ])
  await until('the exchange', () => exchange.stderr().includes('devices '), 60_000)
  const { stdout } = await run(t, ['token', 'create', '--data', data.exchange, '-o', 'json'])
  const { token } = JSON.parse(stdout) as { token: string }
  assert.equal(
    (await run(t, ['device', 'enrol', '-', '--no-run', '--source', sensor, '--data', data.device], token)).code,
    0,
  )
  const device = start(t, ['device', 'run', '--data', data.device, '--local', '127.0.0.1:0'])
  const [, local = ''] = await until(
    'the device',
    () => /local API\s+(http:\S+)/.exec(device.stderr()) ?? undefined,
    60_000,
  )
  const scenario = new Scenario(5)
  const lines: string[] = []
  for (let at = 1_780_000_000_000; lines.length < events; at += 1_000) lines.push(...scenario.next(at))
  writeFileSync(sensor, `${lines.slice(0, events).join('\n')}\n`, { flag: 'a' })
  type Stored = { journal: { events: number } }
  await until('a tenth', async () => {
    const stored = (await asOwner<Stored>(data.exchange, 'status'))?.journal.events ?? 0
    return stored > events / 10
  })
  exchange.child.kill('SIGINT')
  const ended = await exchange.finished
  assert.equal(ended.code, 0, ended.stderr)

  const verified = await run(t, ['ledger', 'verify', '-o', 'json', '--data', data.exchange])
  const { events: count } = JSON.parse(verified.stdout) as { events: number }
  assert(count < events, `it stopped in the middle: ${count} of ${events} were stored`)
  const status = async () => (await (await fetch(`${local}/status`)).json()) as Status
  await until(`${events - count} events kept`, async () => {
    // It reads on while nobody takes it, and says so each second.
    return (await status()).eventHandler?.spool.outstandingEvents === events - count
  })
  device.child.kill('SIGINT')
  assert.equal((await device.finished).code, 0)
})
