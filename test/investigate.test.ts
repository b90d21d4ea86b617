// Investigations over the real journal: what they ask is what the query language understands.
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { organisationId } from '../src/core/ids.ts'
import type { Observable } from '../src/core/observable.ts'
import { systemClock } from '../src/platform/clock.ts'
import { openLog } from '../src/platform/log.ts'
import { openJournal } from '../src/server/journal/journal.ts'
import { StreamFixture } from '../src/server/journal/stream-fixture.ts'
import { startInvestigations } from '../src/threat-response/investigate/investigations.ts'
import { journalAlone } from '../src/threat-response/modules/modules-memory.ts'
import type { Investigation, InvestigationRequest } from '../src/wire/api/investigations.ts'

const acme = organisationId('acme')
const sha256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
const agent = 'Agent "x" \\ (OR type:alert)*'

function eve(more: Readonly<Record<string, unknown>>): string {
  const ends = { src_ip: '192.0.2.10', src_port: 50_000, dest_ip: '203.0.113.77', dest_port: 80, proto: 'TCP' }
  return JSON.stringify({ timestamp: '2026-11-24T10:00:00.000000+0000', ...ends, ...more })
}

const signature = { signature_id: 100, gid: 1, rev: 1, signature: 'EXAMPLE beacon', category: 'x', severity: 1 }
const http = { hostname: 'cdn.evil.example', url: '/a?b=1', http_user_agent: agent, http_method: 'GET' }
const lines = [
  eve({ event_type: 'alert', alert: signature, http }),
  eve({ event_type: 'http', http }),
  eve({ event_type: 'fileinfo', fileinfo: { filename: '/drop/a b.exe', sha256, size: 1 }, http }),
  eve({ event_type: 'flow', dest_ip: '2001:db8::5', src_ip: '2001:db8::1' }),
  'no line of a sensor',
]

async function answers(request: InvestigationRequest): Promise<Investigation> {
  await using up = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-investigate-'))
  up.defer(async () => rm(folder, { recursive: true, force: true }))
  const log = openLog('test', join(folder, 'log'))
  const journal = up.use(await openJournal({ folder, clock: systemClock, log, retentionDays: 30_000 }))
  const stream = new StreamFixture()
  const blocks = [stream.open(), stream.events(lines), ...storm(stream), stream.loss('spool.full', 7)]
  const outcomes = await journal.store.append(
    { organisation: acme, device: 'fw-1' },
    blocks.map(({ bytes }) => bytes),
  )
  assert.deepEqual(new Set(outcomes.map(({ kind }) => kind)), new Set(['stored']))
  await journal.indexed()
  const investigations = up.use(startInvestigations({ modules: journalAlone(journal), clock: systemClock }))
  const { id } = await investigations.create(acme, request)
  const found = await investigations.wait(acme, id, { timeoutMs: 30_000 })
  assert.equal(found?.state, 'done', JSON.stringify(found?.failure))
  return found ?? assert.fail()
}

/** More events of one signature than an investigation reads for one seed. */
function storm(stream: StreamFixture) {
  const alert = { ...signature, signature_id: 200, signature: 'EXAMPLE storm', severity: 3 }
  const line = eve({ event_type: 'alert', alert, src_ip: '198.51.100.9', dest_ip: '198.51.100.10' })
  return Array.from({ length: 36 }, () => stream.events(Array.from({ length: 64 }, () => line)))
}

test('issue 8: every type of observable is found again through the query language', async () => {
  const observables: readonly Observable[] = [
    { type: 'ip', value: '203.0.113.77' },
    { type: 'ipv6', value: '2001:0db8:0:0::1' },
    { type: 'domain', value: 'evil.example' },
    { type: 'url', value: 'http://cdn.evil.example/a?b=1' },
    { type: 'sha256', value: sha256.toUpperCase() },
    { type: 'user_agent', value: agent },
    { type: 'ip', value: '192.0.2.0/24' },
    { type: 'md5', value: '5d41402abc4b2a76b9719d911017c592' },
    { type: 'file_name', value: 'type:alert' },
  ]
  const found = await answers({ observables })
  assert.deepEqual(found.seen, {
    'ip:203.0.113.77': 3,
    'ipv6:2001:db8::1': 1,
    'domain:evil.example': 3,
    'url:http://cdn.evil.example/a?b=1': 3,
    [`sha256:${sha256}`]: 1,
    [`user_agent:${agent}`]: 3,
    'ip:192.0.2.0': 0,
    'ip:192.0.2.0/24': 3,
    'md5:5d41402abc4b2a76b9719d911017c592': 0,
    'file_name:type:alert': 0,
  })
  assert.deepEqual(
    found.events.map(({ raw }) => raw),
    lines.slice(0, 4).toReversed(),
  )
  assert.deepEqual(
    found.sightings.map(({ signature: rule, type, count }) => `${rule?.id ?? type} ${count}`).toSorted(),
    ['1:100 1', 'fileinfo 1', 'flow 1', 'http 1'],
  )
  assert.equal(found.sightings[0]?.severity, 'high')
  assert.deepEqual(
    found.coverage.gaps.map(({ cause, count }) => ({ cause, count })),
    [{ cause: 'spool.full', count: 7 }],
  )
  assert.equal(found.coverage.unindexedBlocks, 0)
  const relations = new Set(found.graph.edges.map(({ relation }) => relation))
  for (const relation of ['Contains', 'Supra-domain_Of', 'reported by', 'matched'])
    assert.ok(relations.has(relation), relation)
})

test('issue 8: a storm that is not read whole is counted whole by the journal', async () => {
  const found = await answers({ content: 'who is 198.51.100[.]9?' })
  assert.equal(found.seen['ip:198.51.100.9'], 36 * 64)
  assert.deepEqual(
    found.sightings.map(({ signature: rule, count }) => `${rule?.id} ${count}`),
    [`1:200 ${36 * 64}`],
  )
  assert.equal(found.events.length, 200)
})
