// A firewall's syslog over TCP while the exchange is away and the spool is full: it is never held back, and what found no
// room is declared in Status, on the command line and in the ledger (issue 9; delivery N6, S9, D17).
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Ledger } from '../src/wire/api/ledger.ts'
import type { Status } from '../src/wire/status.ts'
import { run, start, temporaryFolder, until } from './sallyport.ts'

const sent = 60_000
const line = (n: number) =>
  `<166>Nov 24 10:00:00 fw-1 : %FTD-6-430003: SrcIP: 192.0.2.${n % 250}, DstIP: 198.51.100.7, SrcPort: ${n % 60_000}, FileSHA256: ${createHash('sha256').update(String(n)).digest('hex')}`

test('delivery D17: TCP syslog with a full spool is never held back, and the loss stands in Status and ledger', {
  timeout: 150_000,
}, async (t) => {
  const folder = temporaryFolder(t)
  const data = { exchange: join(folder, 'exchange'), device: join(folder, 'device') }
  const exchange = (devices: string) =>
    start(t, ['exchange', '--data', data.exchange, '--console', '127.0.0.1:0', '--devices', devices])
  const first = exchange('127.0.0.1:0')
  const [, devices = ''] = await until('the exchange', () => /devices\s+(127\S+)/.exec(first.stderr()) ?? undefined)
  const { stdout } = await run(t, ['token', 'create', '--data', data.exchange, '-o', 'json'])
  const { token } = JSON.parse(stdout) as { token: string }
  const source = ['--source', 'syslog+tcp://127.0.0.1:0,cisco/syslog,name=firewalls']
  const enrolled = await run(t, ['device', 'enrol', '-', '--no-run', ...source, '--data', data.device], token)
  assert.equal(enrolled.code, 0, enrolled.stderr)
  first.child.kill('SIGINT')
  await first.finished

  const file = join(data.device, 'device/event-handler.json')
  const configuration = JSON.parse(readFileSync(file, 'utf8')) as object
  writeFileSync(file, JSON.stringify({ ...configuration, spool: { bytesMax: 1024 * 1024 } }))
  const device = () => start(t, ['device', 'run', '--data', data.device, '--local', '127.0.0.1:0'])
  const full = device()
  const [, local = ''] = await until('the device', () => /local API\s+(http:\S+?)\/v1/.exec(full.stderr()) ?? undefined)
  const status = async () => {
    const answer = await fetch(`${local}/v1/contexts/default/status`)
    return ((await answer.json()) as Status).eventHandler?.sources[0]
  }
  const port = await until('it listens', async () => /:([1-9]\d*)$/.exec((await status())?.input ?? '')?.[1])

  const socket = connect(Number(port), '127.0.0.1')
  socket.end(Array.from({ length: sent }, (_, n) => `${line(n)}\n`).join(''))
  await once(socket, 'finish')
  const lost = await until('everything is kept or counted', async () => {
    const now = await status()
    const count = now?.lost['spool.full']?.count ?? 0
    return now !== undefined && now.events + count === sent ? count : undefined
  })
  assert.ok(lost > 0, 'the spool was too large to be full')
  await until('it says so', async () => (await status())?.state === 'spool-full')
  const shown = await run(t, ['device', 'status', '--local', new URL(local).host])
  assert.match(shown.stdout, /firewalls {2}spool-full {2}cisco\/syslog/)
  assert.match(shown.stdout, /lost: [\d,. ]+ \(spool\.full\)/)

  // The stop declares what has been summed since the last minute's block.
  full.child.kill('SIGINT')
  await full.finished
  exchange(devices)
  device()
  await until(
    'the ledger has it all',
    async () => {
      const answer = await run(t, ['ledger', '--data', data.exchange, '-o', 'json'])
      if (answer.code !== 3) return false
      const { rows } = JSON.parse(answer.stdout) as Ledger
      const declared = rows.reduce((sum, row) => sum + (row.beforeSpool['spool.full'] ?? 0), 0)
      const stored = rows.reduce((sum, row) => sum + row.stored, 0)
      return stored + declared === sent && declared === lost
    },
    100_000,
  )
})
