import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { parseEventId } from '../../core/ids.ts'
import type { Block } from '../../wire/block-format.ts'
import { dayFile, removeDatabase } from './day-files.ts'
import type { Journal } from './journal.ts'
import { fixtureFormats, journalIn, quiet, setClock, temporaryFolder } from './journal-fixture.ts'
import { openJournal } from './journal.ts'
import { fixtureStart, StreamFixture } from './stream-fixture.ts'

const sender = { organisation: 'acme', device: 'fw-1' }
const day = 86_400_000

async function give(journal: Journal, blocks: readonly Block[]): Promise<void> {
  const outcomes = await journal.store.append(
    sender,
    blocks.map((block) => block.bytes),
  )
  assert.deepEqual(new Set(outcomes.map((outcome) => outcome.kind)), new Set(['stored']))
}

function lines(from: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) =>
    JSON.stringify({
      type: index % 2 === 0 ? 'dns' : 'alert',
      at: fixtureStart + (from + index) * 60_000,
      severity: index % 2 === 0 ? 'low' : 'high',
      domain: `n${from + index}.x.example`,
    }),
  )
}

async function all(journal: Journal, q: string, limit = 7): Promise<string[]> {
  const ids: string[] = []
  let cursor: string | undefined
  do {
    const page = await journal.search('acme', { q, limit, ...(cursor !== undefined && { cursor }) })
    ids.push(...page.events.map((event) => event.id))
    cursor = page.next ?? undefined
  } while (cursor !== undefined)
  return ids
}

test('issue 8, 6: pages join to the whole, newest arrival first, across days and while new events arrive', async () => {
  await using folder = await temporaryFolder()
  const clock = setClock()
  await using journal = await journalIn(folder.path, clock)
  const stream = new StreamFixture()
  await give(journal, [stream.open(), stream.events(lines(0, 20))])
  clock.set(fixtureStart + day)
  await give(journal, [stream.events(lines(20, 20))])
  await journal.indexed()
  const first = await journal.search('acme', { q: 'domain:x.example', limit: 15 })
  await give(journal, [stream.events(lines(40, 5))])
  await journal.indexed()
  assert(first.next !== null)
  const second = await journal.search('acme', { q: 'domain:x.example', limit: 25, cursor: first.next })
  const sequences = [...first.events, ...second.events].map((event) => Number(event.id.split(':')[1]))
  assert.deepEqual(
    sequences,
    Array.from({ length: 40 }, (_, index) => 40 - index),
  )
  assert.equal(second.next, null)
  assert.equal((await all(journal, 'domain:x.example')).length, 45)
  await assert.rejects(journal.search('acme', { q: 'domain:y.example', limit: 5, cursor: first.next }), {
    code: 'query.cursor',
  })
  await assert.rejects(journal.search('acme', { q: '', limit: 5, cursor: 'none' }), { code: 'query.cursor' })
})

test('issue 8, 6: histogram and top list add up to the count', async () => {
  await using folder = await temporaryFolder()
  await using journal = await journalIn(folder.path)
  const stream = new StreamFixture()
  await give(journal, [stream.open(), stream.events(lines(0, 60)), stream.events(['not json'])])
  await journal.indexed()
  const histogram = await journal.histogram('acme', { q: '-is:quarantined' }, 10)
  const sum = (name: 'high' | 'low') => histogram.buckets.reduce((total, bucket) => total + bucket[name], 0)
  assert.deepEqual([sum('high'), sum('low')], [30, 30])
  assert(histogram.buckets.length <= 11)
  assert(histogram.from <= fixtureStart)
  const top = await journal.top('acme', { q: 'severity:high' }, 'type', 5)
  assert.deepEqual(top.values, [{ value: 'alert', count: 30 }])
  const since = fixtureStart + 30 * 60_000
  assert.equal((await journal.count('acme', { q: '', since, until: since + 9 * 60_000 })).count, 10)
  assert.equal(
    (await journal.count('acme', { q: `since:${new Date(since).toISOString()} type:dns`, until: since + 9 * 60_000 }))
      .count,
    5,
  )
})

test('delivery L4: an answer tells declared losses, holes, and what is not indexed yet', async () => {
  await using folder = await temporaryFolder()
  await using journal = await journalIn(folder.path)
  const stream = new StreamFixture()
  await give(journal, [stream.open(), stream.loss('datagram.dropped', 7), stream.loss('datagram.dropped', 3)])
  stream.events(['lost', 'too'])
  await journal.store.missing(sender, { stream: stream.stream, from: 3, through: 3, cause: 'spool.damaged' })
  await give(journal, [stream.events(lines(0, 1))])
  await journal.indexed()
  const { coverage } = await journal.count('acme', { q: 'type:dns' })
  assert.deepEqual(
    coverage.gaps.map(({ device, source, cause, count }) => [device, source, cause, count]),
    [
      ['fw-1', 'eve', 'datagram.dropped', 10],
      ['fw-1', 'eve', 'spool.damaged', 2],
    ],
  )
  assert.deepEqual([coverage.from, coverage.to, coverage.unindexedBlocks], [fixtureStart, fixtureStart, 0])
  const later = await journal.count('acme', { q: '', since: fixtureStart + day })
  assert.deepEqual(later.coverage.gaps, [])
  const totals = await journal.inputTotals('acme', { device: 'fw-1', source: 'eve' })
  assert.deepEqual(totals.lost, { 'datagram.dropped': 10, 'spool.damaged': 2 })
})

test('delivery D31: an index that was deleted is made anew from the blocks and gives the same answers', async () => {
  await using folder = await temporaryFolder()
  const stream = new StreamFixture()
  let before: string[]
  {
    await using journal = await journalIn(folder.path)
    await give(journal, [
      stream.open(),
      ...Array.from({ length: 30 }, (_, index) => stream.events(lines(index * 10, 10))),
    ])
    await journal.indexed()
    before = await all(journal, 'type:alert', 100)
  }
  removeDatabase(dayFile(folder.path, 'acme', '2026-11-24', 'index'))
  await using journal = await journalIn(folder.path)
  await journal.indexed()
  assert.equal(before.length, 150)
  assert.deepEqual(await all(journal, 'type:alert', 100), before)
})

test('delivery J5: a backlog of many batches is indexed whole and in order', async () => {
  await using folder = await temporaryFolder()
  await using journal = await journalIn(folder.path)
  const stream = new StreamFixture()
  const blocks = [stream.open(), ...Array.from({ length: 700 }, (_, index) => stream.events(lines(index * 3, 3)))]
  await Promise.all([0, 1, 2, 3].map((part) => give(journal, blocks.slice(part * 200, part * 200 + 200))))
  await journal.indexed()
  const found = await all(journal, '', 1_000)
  assert.deepEqual(
    found,
    Array.from({ length: 2_100 }, (_, index) => `${stream.stream}:${2_100 - index}`),
  )
})

test('delivery D30: a day may expire while it is searched; what comes late is stored under its arrival day', async () => {
  await using folder = await temporaryFolder()
  const clock = setClock()
  await using journal = await journalIn(folder.path, clock, 30)
  const stream = new StreamFixture()
  await give(journal, [
    stream.open(),
    ...Array.from({ length: 40 }, (_, index) => stream.events(lines(index * 10, 10))),
  ])
  await journal.indexed()
  const page = await journal.search('acme', { q: 'type:alert', limit: 10 })
  clock.set(fixtureStart + 31 * day)
  await give(journal, [stream.events(lines(400, 10))])
  const searching = Array.from({ length: 8 }, () => journal.histogram('acme', { q: 'domain:x.example' }, 20))
  const gone = await journal.expire()
  assert.deepEqual(gone, ['acme/2026-11-24'])
  for (const histogram of await Promise.all(searching)) assert(histogram.buckets.length >= 0)
  await journal.indexed()
  assert.deepEqual(
    (await all(journal, 'type:alert')).map((id) => Number(id.split(':')[1])),
    [410, 408, 406, 404, 402],
  )
  assert(page.next !== null)
  const rest = await journal.search('acme', { q: 'type:alert', limit: 10, cursor: page.next })
  assert.deepEqual(rest.events, [])
  assert.equal(await journal.event('acme', parseEventId(`${stream.stream}:1`)), undefined)
  const [row] = (await journal.ledger('acme')).rows
  assert.deepEqual([row?.given, row?.stored, row?.expired], [410, 10, 400])
  assert.equal((await journal.verify('acme')).holds, true)
})

test('delivery D23: after a jump of the clock no day is dropped', async () => {
  await using folder = await temporaryFolder()
  let now = fixtureStart
  const clock = { now: () => now, monotonic: () => 1_000, sleep: setClock().sleep }
  await using journal = await openJournal({
    folder: folder.path,
    clock,
    log: quiet,
    retentionDays: 30,
    formats: fixtureFormats,
  })
  const stream = new StreamFixture()
  await give(journal, [stream.open()])
  now = fixtureStart + 365 * day
  await give(journal, [stream.events(lines(0, 1))])
  assert.deepEqual(await journal.expire(), [])
})

test('delivery J5: lines that break a parser, are no UTF-8 or cannot be unpacked cost no neighbour', async () => {
  await using folder = await temporaryFolder()
  await using journal = await journalIn(folder.path)
  const stream = new StreamFixture()
  const binary = Buffer.from([0x7b, 0xff, 0x00, 0xc3, 0x28, 0x0d])
  const good = '{"type":"dns","domain":"good.example"}'
  const deep = '['.repeat(100_000)
  const blocks = [
    stream.open(),
    stream.events([good, 'throw me', binary, deep, good]),
    stream.events(['a', 'b', 'c'], { raw: 4 }),
    stream.events(['no', 'three'], { count: 3 }),
    stream.events([good]),
    stream.framed([[good], [good, good]]),
  ]
  await give(journal, blocks)
  await journal.indexed()
  const show = (sequence: number) => journal.event('acme', parseEventId(`${stream.stream}:${sequence}`))
  assert.deepEqual(
    (await all(journal, 'good.example')).map((id) => Number(id.split(':')[1])),
    [12, 5, 1],
  )
  assert.equal((await all(journal, 'is:quarantined')).length, 12)
  const exact = await show(3)
  assert.deepEqual(Buffer.from(exact?.rawBase64 ?? '', 'base64'), binary)
  assert.equal((await show(4))?.raw, deep)
  const whole = await show(7)
  assert.equal(whole?.body.kind, 'quarantined')
  assert.match(whole?.body.kind === 'quarantined' ? whole.body.reason : '', /cannot be unpacked/)
  assert.equal((await journal.verify('acme')).holds, true)
})

test('delivery J5: quarantined events are read again by a newer parser and keep their identity', async () => {
  await using folder = await temporaryFolder()
  const stream = new StreamFixture()
  const before = 'data:text/javascript,export const formatNamed = () => undefined'
  {
    const clock = setClock()
    await using journal = await openJournal({
      folder: folder.path,
      clock,
      log: quiet,
      retentionDays: 30,
      formats: before,
    })
    await give(journal, [stream.open(), stream.events([...lines(0, 4), 'never json'])])
    await journal.indexed()
    assert.equal((await all(journal, 'is:quarantined')).length, 5)
  }
  await using journal = await journalIn(folder.path)
  await journal.indexed()
  const progress: number[] = []
  const result = await journal.requarantine('acme', { onProgress: (done) => progress.push(done) })
  assert.deepEqual([result, progress], [{ v: 1, read: 5, recovered: 4 }, [5]])
  assert.deepEqual(
    (await all(journal, 'domain:x.example')).map((id) => Number(id.split(':')[1])),
    [4, 3, 2, 1],
  )
  assert.equal((await all(journal, 'is:quarantined')).length, 1)
  const totals = await journal.inputTotals('acme', { device: 'fw-1', source: 'eve' })
  assert.deepEqual([totals.events, totals.quarantined, totals.byType], [5, 1, { dns: 2, alert: 2 }])
  assert.deepEqual(await journal.requarantine('acme'), { v: 1, read: 1, recovered: 0 })
})

test('delivery J5: a question is cancelled where it is worked at', async () => {
  await using folder = await temporaryFolder()
  await using journal = await journalIn(folder.path)
  await assert.rejects(journal.count('acme', { q: '' }, { signal: AbortSignal.abort(new Error('gone')) }), {
    message: 'gone',
  })
  const stream = new StreamFixture()
  await give(journal, [stream.open(), ...Array.from({ length: 200 }, (_, index) => stream.events(lines(index, 20)))])
  await journal.indexed()
  const abort = new AbortController()
  const verifying = journal.verify('acme', { signal: abort.signal, onProgress: () => abort.abort(new Error('enough')) })
  await assert.rejects(verifying, { message: 'enough' })
  assert.equal((await journal.count('acme', { q: '' })).count, 4_000)
})

test('delivery C3: a journal keeps its id; a new folder has another; an unwritten one is empty', async () => {
  await using folder = await temporaryFolder()
  const ids: string[] = []
  for (let start = 0; start < 2; start++) {
    await using journal = await journalIn(folder.path)
    ids.push(journal.store.journalId)
    assert.deepEqual(await journal.statistics('acme'), {
      id: journal.store.journalId,
      blocks: 0,
      events: 0,
      unindexedBlocks: 0,
      bytes: 0,
      firstDay: null,
      expired: 0,
      retention: { days: 30, bytesMax: null },
    })
  }
  await rm(`${folder.path}/journal.json`)
  await using journal = await journalIn(folder.path)
  assert.equal(ids[0], ids[1])
  assert.notEqual(ids[0], journal.store.journalId)
})

test('DESIGN "Processes": what is given is copied before the call returns', async () => {
  await using folder = await temporaryFolder()
  await using journal = await journalIn(folder.path)
  const stream = new StreamFixture()
  // As a ws message: a view into a chunk that is overwritten by the next one.
  const chunk = Buffer.concat([stream.open().bytes, stream.events(lines(0, 3)).bytes])
  const openLength = 16 + chunk.readUInt32LE(4) + chunk.readUInt32LE(8)
  const giving = journal.store.append(sender, [chunk.subarray(0, openLength), chunk.subarray(openLength)])
  chunk.fill(0)
  assert.deepEqual(
    (await giving).map((outcome) => outcome.kind),
    ['stored', 'stored'],
  )
})

test('issue 8, 6: a top list shows values as the sensor wrote them, and rules by name', async () => {
  await using folder = await temporaryFolder()
  await using journal = await journalIn(folder.path)
  const stream = new StreamFixture()
  const events = [
    { url: 'https://x.example/Path?A=1', sid: '1:7', signature: 'EXAMPLE Trojan' },
    { url: 'https://x.example/Path?A=1', ip: '192.0.2.7', ipv6: '2001:db8::7', type: 'Mixed Case' },
    { url: `https://x.example/${'l'.repeat(200)}`, ip: '192.0.2.7' },
  ]
  await give(journal, [stream.open(), stream.events(events.map((event) => JSON.stringify(event)))])
  await journal.indexed()
  const top = async (facet: string) => (await journal.top('acme', { q: '' }, facet, 2)).values.map(({ value }) => value)
  assert.deepEqual(await top('url'), ['https://x.example/Path?A=1', `https://x.example/${'l'.repeat(200)}`])
  assert.deepEqual(await top('ip'), ['192.0.2.7', '2001:db8::7'])
  assert.deepEqual(await top('sid'), ['1:7'])
  assert.deepEqual(await top('signature'), ['EXAMPLE Trojan'])
  assert((await top('type')).includes('test'))
  assert.deepEqual((await journal.top('acme', { q: 'ip:2001:db8::/32' }, 'type', 2)).values, [
    { value: 'Mixed Case', count: 1 },
  ])
  await assert.rejects(journal.top('acme', { q: '' }, 'raw', 2), { code: 'query.malformed' })
})

test('delivery D31: an index damaged under way says so, is dropped and made anew with the same answers', async () => {
  await using folder = await temporaryFolder()
  await using journal = await journalIn(folder.path)
  const stream = new StreamFixture()
  await give(journal, [
    stream.open(),
    ...Array.from({ length: 40 }, (_, index) => stream.events(lines(index * 50, 50))),
  ])
  await journal.indexed()
  const before = await all(journal, 'type:alert', 1_000)
  const path = dayFile(folder.path, 'acme', '2026-11-24', 'index')
  const db = new DatabaseSync(path)
  db.exec('pragma wal_checkpoint(truncate)')
  db.close()
  const file = await open(path, 'r+')
  for (let offset = 10 * 4096; offset < (await file.stat()).size; offset += 4096)
    await file.write(Buffer.alloc(4096, 0xff), 0, 4096, offset)
  await file.close()
  // It answers with fewer events, or says that it cannot; never with others. Then it is as it was.
  await assert.rejects(journal.count('acme', { q: 'domain:x.example' }), { code: 'journal.unavailable' })
  await until(async () => {
    await journal.indexed()
    return (await journal.count('acme', { q: 'domain:x.example' }).catch(() => ({ count: 0 }))).count === 2_000
  })
  assert.deepEqual(await all(journal, 'type:alert', 1_000), before)
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) if (await holds()) return
  assert.fail('it never came to hold')
}

test('delivery N1, J5: a backlog of large blocks is indexed whole, with little memory at a time', async () => {
  await using folder = await temporaryFolder()
  await using journal = await journalIn(folder.path)
  const stream = new StreamFixture()
  const large = `{"type":"large","noise":"${randomBytes(6 * 1024 * 1024).toString('base64')}"}`
  await give(journal, [stream.open()])
  for (let index = 0; index < 6; index++) await give(journal, [stream.events([large]), stream.events(lines(index, 2))])
  const many = Array.from({ length: 300 }, (_, index) => stream.events(lines(index, 1)))
  await give(journal, many)
  await journal.indexed()
  assert.equal((await journal.count('acme', { q: 'type:large' })).count, 6)
  assert.equal((await journal.count('acme', { q: '' })).count, 6 * 3 + 300)
  assert.equal((await journal.event('acme', parseEventId(`${stream.stream}:1`)))?.raw, large)
})
