import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, statSync } from 'node:fs'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { pino } from 'pino'
import { dayFile } from './day-files.ts'
import { bytesOfDay } from './blocks/bytes-on-disk.ts'
import { daysOverSize } from './blocks/expire-days.ts'
import { openJournal } from './journal.ts'
import { fixtureFormats, setClock, temporaryFolder } from './journal-fixture.ts'
import { fixtureStart, StreamFixture } from './stream-fixture.ts'

const dayMs = 86_400_000
const sender = { organisation: 'acme', device: 'fw-1' }
const days = ['2026-11-24', '2026-11-25', '2026-11-26']

/** Cannot be compressed: a day is then large beside what SQLite keeps open next to it. */
const line = () => `{"type":"dns","pad":"${randomBytes(48_000).toString('base64')}"}`

function logged() {
  const lines: Record<string, unknown>[] = []
  const stream = new Writable({
    write(line: Buffer, _encoding, done) {
      lines.push(JSON.parse(line.toString()))
      done()
    },
  })
  return { log: pino(stream), lines }
}

test('issue 9.8, delivery J7: by size the oldest whole days go, never today; log, status and ledger say so', async () => {
  await using folder = await temporaryFolder()
  const clock = setClock()
  const stream = new StreamFixture()
  const options = { folder: folder.path, clock, retentionDays: 30, formats: fixtureFormats }
  {
    await using journal = await openJournal({ ...options, log: logged().log })
    for (const [day] of days.entries()) {
      clock.set(fixtureStart + day * dayMs)
      const blocks = [
        ...(day === 0 ? [stream.open()] : []),
        ...Array.from({ length: 20 }, () => stream.events([line()])),
      ]
      await journal.store.append(
        sender,
        blocks.map((block) => block.bytes),
      )
    }
    await journal.indexed()
    assert.equal((await journal.statistics('acme')).retention.bytesMax, null)
  }
  const sizes = days.map((day) => bytesOfDay(folder.path, 'acme', day))
  const heard = logged()
  const { log } = heard
  // The newest two fit; then nothing but today, which is over the limit and stays.
  for (const { bytesMax, gone, held } of [
    {
      bytesMax: Math.round((sizes[1] ?? 0) + (sizes[2] ?? 0) + (sizes[0] ?? 0) / 2),
      gone: days.slice(0, 1),
      held: days.slice(1),
    },
    { bytesMax: 1, gone: days.slice(1, 2), held: days.slice(2) },
  ]) {
    await using journal = await openJournal({ ...options, log, retentionBytes: bytesMax })
    await journal.expire()
    const ledger = await journal.ledger('acme')
    const dropped = 20 * (3 - held.length)
    assert.equal(ledger.holds, true)
    assert.deepEqual([ledger.rows[0]?.expired, ledger.rows[0]?.stored], [dropped, 60 - dropped])
    const { expired, firstDay, retention, events } = await journal.statistics('acme')
    assert.deepEqual([expired, firstDay, events], [dropped, held[0], 60 - dropped])
    assert.deepEqual(retention, { days: 30, bytesMax })
    assert.equal((await journal.verify('acme')).holds, true)
    for (const day of days)
      assert.equal(existsSync(dayFile(folder.path, 'acme', day, 'blocks')), held.includes(day), day)
    const said = heard.lines.filter(({ msg }) => msg === 'a day has expired by its size')
    assert.deepEqual(
      said.slice(-gone.length).map(({ day }) => day),
      gone,
    )
  }
  assert(heard.lines.some(({ msg }) => String(msg).includes('it stays')))
})

test('delivery J7: of a day that is over nothing but its files stays, though somebody has them open', async () => {
  await using folder = await temporaryFolder()
  const clock = setClock()
  const stream = new StreamFixture()
  await using journal = await openJournal({
    folder: folder.path,
    clock,
    log: logged().log,
    retentionDays: 30,
    formats: fixtureFormats,
  })
  const append = async (blocks: readonly { readonly bytes: Buffer }[]) => {
    await journal.store.append(
      sender,
      blocks.map((block) => block.bytes),
    )
    await journal.indexed()
    assert.equal((await journal.count('acme', { q: '' })).count, stream.end.sequence)
  }
  await append([stream.open(), stream.events([line()])])
  clock.set(fixtureStart + dayMs)
  await append([stream.events([line()])])
  const bytesBeside = (day: string) =>
    (['blocks', 'index'] as const).map(
      (kind) => statSync(`${dayFile(folder.path, 'acme', day, kind)}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    )
  assert.deepEqual(bytesBeside('2026-11-24'), [0, 0])
  assert.ok(bytesBeside('2026-11-25').every((bytes) => bytes > 0))
})

test('issue 9.8: over all organisations the oldest day goes first, and of each the newest stays', () => {
  const day = (organisation: string, at: string, bytes: number) => ({ organisation, day: at, bytes })
  const held = [
    [day('a', '2026-11-20', 10), day('a', '2026-11-22', 10), day('a', '2026-11-24', 10)],
    [day('b', '2026-11-21', 10)],
    [day('c', '2026-11-21', 10), day('c', '2026-11-23', 10), day('c', '2026-11-24', 10)],
  ]
  const gone = (over: number) =>
    daysOverSize(held, over, '2026-11-24').map((each) => `${each.organisation}${each.day.slice(-2)}`)
  assert.deepEqual(gone(0), [])
  assert.deepEqual(gone(-5), [])
  assert.deepEqual(gone(1), ['a20'])
  assert.deepEqual(gone(11), ['a20', 'c21'])
  assert.deepEqual(gone(1_000), ['a20', 'c21', 'a22', 'c23'])
  // A clock that was ahead has left a day after today's: today's stays though it is not the newest.
  const ahead = [[day('a', '2026-11-23', 10), day('a', '2026-11-24', 10), day('a', '2026-11-25', 10)]]
  assert.deepEqual(
    daysOverSize(ahead, 1_000, '2026-11-24').map((each) => each.day),
    ['2026-11-23'],
  )
})
