import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseEventId } from '../../core/ids.ts'
import { journalIn, temporaryFolder } from './journal-fixture.ts'
import { StreamFixture } from './stream-fixture.ts'

const sender = { organisation: 'acme', device: 'fw-1' }

test('delivery J5: what is committed is found by observable and facet, newest arrival first, byte for byte', async () => {
  await using folder = await temporaryFolder()
  await using journal = await journalIn(folder.path)
  const stream = new StreamFixture()
  const lines = [
    '{"type":"alert","severity":"high","ip":"192.0.2.1","domain":"a.b.example","sid":"1:2001","signature":"EXAMPLE trojan"}\r',
    '{"type":"dns","ip":"192.0.2.77","domain":"b.example"}',
    'not json at all',
    '{"type":"flow","ipv6":"2001:db8::1","port":443,"proto":"TCP"}',
  ]
  const blocks = [stream.open(), stream.events(lines)]
  const outcomes = await journal.store.append(
    sender,
    blocks.map((block) => block.bytes),
  )
  assert.deepEqual(
    outcomes.map((outcome) => outcome.kind),
    ['stored', 'stored'],
  )
  await journal.indexed()

  const find = async (q: string) => {
    const page = await journal.search('acme', { q, limit: 10 })
    assert.equal(page.coverage.unindexedBlocks, 0)
    assert.equal((await journal.count('acme', { q })).count, page.events.length)
    return page.events.map((event) => Number(event.id.split(':')[1]))
  }
  assert.deepEqual(await find(''), [4, 3, 2, 1])
  assert.deepEqual(await find('type:alert'), [1])
  assert.deepEqual(await find('ip:192.0.2.0/26'), [1])
  assert.deepEqual(await find('192.0.2.0/24'), [2, 1])
  assert.deepEqual(await find('domain:b.example'), [2, 1])
  assert.deepEqual(await find('domain=b.example'), [2])
  assert.deepEqual(await find('signature:TROJAN'), [1])
  assert.deepEqual(await find('sid:2001 OR sid:1:2001'), [1])
  assert.deepEqual(await find('is:quarantined'), [3])
  assert.deepEqual(await find('-is:quarantined -sid:2001'), [4, 2])
  assert.deepEqual(await find('2001:db8::/32'), [4])
  assert.deepEqual(await find('port:443 proto:tcp'), [4])

  const event = await journal.event('acme', parseEventId(`${stream.stream}:1`))
  assert.equal(event?.raw, lines[0])
  assert.equal(event?.body.kind, 'event')
  const totals = await journal.inputTotals('acme', { device: 'fw-1', source: 'eve', fingerprint: 'ab12cd34ef567890' })
  assert.deepEqual(
    {
      events: totals.events,
      quarantined: totals.quarantined,
      byType: totals.byType,
      unindexed: totals.unindexedBlocks,
    },
    { events: 4, quarantined: 1, byType: { alert: 1, dns: 1, flow: 1 }, unindexed: 0 },
  )
  const verification = await journal.verify('acme')
  assert.deepEqual([verification.holds, verification.events, verification.broken], [true, 4, null])
  assert.equal((await journal.ledger('acme')).holds, true)
})
