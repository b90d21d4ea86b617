import assert from 'node:assert/strict'
import { test } from 'node:test'
import { organisationId } from '../../core/ids.ts'
import type { Ledger } from '../../wire/api/ledger.ts'
import { startApi } from './api.ts'
import { bearer, options } from './api-fixture.ts'
import { openMetrics } from './metrics.ts'
import { memoryPorts } from './ports-memory.ts'
import type { Hindrance } from './ports.ts'

/** @returns the sample of a series, by its name with labels as Prometheus writes them */
function sample(text: string, series: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${series} `))
  assert(line !== undefined, `${series} in\n${text}`)
  return Number(line.slice(series.length + 1))
}

test('console-and-cli 11.2: /readyz is open, says 503 with the reason, and nothing of this machine', async () => {
  const found: Hindrance[] = []
  const ports = { ...memoryPorts(), ready: async () => found }
  await using api = await startApi(options({ ports }))
  const ask = async () => {
    const response = await fetch(`${api.url}/readyz`)
    const body: unknown = await response.json()
    return { status: response.status, body }
  }
  assert.deepEqual(await ask(), { status: 200, body: { status: 'ready', hindrances: [] } })
  found.push({ part: 'journal', code: 'disk.full' })
  const { status, body } = await ask()
  assert.equal(status, 503)
  const remedy = 'Free space; what is not committed comes again by itself.'
  const hindrance = { part: 'journal', code: 'disk.full', reason: 'The disk is full', remedy }
  assert.deepEqual(body, { status: 'not ready', hindrances: [hindrance] })
  assert.equal((await fetch(`${api.url}/healthz`)).status, 200)
})

test('console-and-cli 11.2: /metrics needs the key and tells events, lag, losses by cause, acks, commits and HTTP', async () => {
  const ports = memoryPorts()
  const metrics = openMetrics()
  const { rows } = await ports.ledger.ledger(organisationId('default'))
  const [row] = rows
  assert(row !== undefined)
  const holes = { 'spool.removed': 2 }
  const second = { ...row, quarantined: 4, holes, beforeSpool: { 'file.removed': null, 'line.too-long': 3 } }
  const ledger = { ...ports.ledger, ledger: async (): Promise<Ledger> => ({ v: 1, rows: [row, second], holds: false }) }
  await using api = await startApi(options({ ports: { ...ports, ledger }, metrics }))
  assert.equal((await fetch(`${api.url}/metrics`)).status, 401)
  metrics.committed(0.004, { stored: 3, duplicate: 1 })
  metrics.acknowledged()
  for (let scrape = 0; scrape < 2; scrape++) {
    const response = await fetch(`${api.url}/metrics`, { headers: bearer })
    assert.equal(response.status, 200)
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
    const text = await response.text()
    const expected: readonly (readonly [string, number])[] = [
      ['sallyport_events_stored', 3],
      ['sallyport_journal_bytes', 1_000],
      ['sallyport_index_lag_blocks', 0],
      ['sallyport_channels', 1],
      ['sallyport_devices{state="known"}', 1],
      ['sallyport_events_quarantined', 4],
      ['sallyport_events_lost{cause="spool.removed"}', 2],
      ['sallyport_events_lost{cause="line.too-long"}', 3],
      ['sallyport_losses_uncounted{cause="file.removed"}', 1],
      ['sallyport_ledger_events{term="given"}', 6],
      ['sallyport_ledger_holds', 0],
      ['sallyport_acks_total', 1],
      ['sallyport_blocks_total{outcome="stored"}', 3],
      ['sallyport_journal_commit_seconds_bucket{le="0.005"}', 1],
      ['sallyport_journal_commit_seconds_bucket{le="0.0025"}', 0],
      ['sallyport_http_requests_total{method="GET",route="/metrics",status="401"}', 1],
    ]
    for (const [series, value] of expected) assert.equal(sample(text, series), value, series)
    assert(sample(text, 'process_resident_memory_bytes') > 0)
  }
})

test('console-and-cli 11.2: every metric is named by convention and explained, and two servers share none', async () => {
  const ports = memoryPorts()
  const [text, other] = [openMetrics(), openMetrics()]
  other.acknowledged()
  const told = await text.text(ports, organisationId('default'))
  assert.equal(sample(told, 'sallyport_acks_total'), 0)
  const types = [...told.matchAll(/^# TYPE (\S+) (\S+)$/gm)].filter(([, name = '']) => name.startsWith('sallyport_'))
  assert.ok(types.length >= 17)
  for (const [, name = '', type] of types) {
    assert.match(name, /^[a-z_]+$/)
    assert.equal(name.endsWith('_total'), type === 'counter', name)
    assert.match(told, new RegExp(`^# HELP ${name} \\S.{10,}$`, 'm'))
  }
})
