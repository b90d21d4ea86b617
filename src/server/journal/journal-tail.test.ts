import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Block } from '../../wire/block-format.ts'
import type { TailLine } from '../../wire/api/events.ts'
import { dayFile } from './day-files.ts'
import { journalIn, setClock, temporaryFolder } from './journal-fixture.ts'
import type { Journal } from './journal.ts'
import { fixtureStart, StreamFixture } from './stream-fixture.ts'
import { open } from 'node:fs/promises'

const sender = { organisation: 'acme', device: 'fw-1' }
const day = 86_400_000
/** Longer than any wait of these tests: a tail that ends with it has not found what it should. */
const patienceMs = 20_000

async function give(journal: Journal, blocks: readonly Block[]): Promise<void> {
  await journal.store.append(
    sender,
    blocks.map((block) => block.bytes),
  )
}

const dns = (number: number) =>
  JSON.stringify({ type: 'dns', at: fixtureStart + number, severity: 'low', domain: `n${number}.x.example` })

/** What a tail says until it has said `wanted` events and losses. */
async function read(journal: Journal, from: string, wanted: number, q = ''): Promise<TailLine[]> {
  const lines: TailLine[] = []
  const signal = AbortSignal.timeout(patienceMs)
  for await (const step of journal.tail('acme', { q }, { from, signal })) {
    lines.push(...step)
    if (found(lines).length >= wanted) return lines
  }
  assert.fail(`${found(lines).length} of ${wanted} lines`)
}

function found(lines: readonly TailLine[]) {
  return lines.filter((line) => line.kind === 'event' || line.kind === 'loss')
}

function shown(lines: readonly TailLine[]): string[] {
  return found(lines).map((line) => (line.kind === 'loss' ? `${line.cause} ${line.count}` : String(line.sequence)))
}

test('issue 9, 8: a tail tells events, quarantine and losses in order of arrival, over days, with their identity', async () => {
  await using folder = await temporaryFolder()
  const clock = setClock()
  await using journal = await journalIn(folder.path, clock)
  const stream = new StreamFixture()
  await give(journal, [stream.open(), stream.events([dns(1), 'no json']), stream.loss('datagram.dropped', 7)])
  clock.set(fixtureStart + day)
  await give(journal, [stream.events([dns(3)])])
  const lines = await read(journal, 'start', 4)
  assert.deepEqual(shown(lines), ['1', '2', 'datagram.dropped 7', '3'])
  for (const line of found(lines)) assert.deepEqual([line.device, line.stream], ['fw-1', stream.stream])
  assert.deepEqual(
    lines.flatMap((line) => (line.kind === 'event' ? [line.body.kind] : [])),
    ['event', 'quarantined', 'event'],
  )
  assert.deepEqual(shown(await read(journal, 'start', 1, 'is:lost')), ['datagram.dropped 7'])
  assert.deepEqual(shown(await read(journal, 'start', 2, 'is:event')), ['1', '3'])
  assert.deepEqual(shown(await read(journal, 'start', 2, 'device:fw-1 -is:event')), ['2', 'datagram.dropped 7'])
})

test('issue 9, 8: whichever line it was cut behind, the rest of a tail is what the whole one says', async () => {
  await using folder = await temporaryFolder()
  const clock = setClock()
  await using journal = await journalIn(folder.path, clock)
  const stream = new StreamFixture()
  await give(journal, [stream.open(), stream.events([dns(1), dns(2), dns(3)]), stream.loss('datagram.dropped', 7)])
  clock.set(fixtureStart + day)
  await give(journal, [stream.loss('spool.full', null), stream.events([dns(4), dns(5)])])
  const whole = await read(journal, 'start', 7)
  assert.equal(found(whole).length, 7)
  for (const [index, line] of found(whole).entries()) {
    if (index === 6) continue
    assert.deepEqual(found(await read(journal, line.cursor, 6 - index)), found(whole).slice(index + 1))
  }
})

test('issue 9, 8: a step ends where its lines are large or many, and the next begins at the line behind it', async () => {
  await using folder = await temporaryFolder()
  await using journal = await journalIn(folder.path)
  const stream = new StreamFixture()
  const opened = stream.open()
  const pad = 'x'.repeat(300_000)
  const large = Array.from({ length: 40 }, () =>
    stream.events([JSON.stringify({ type: 'dns', at: fixtureStart, pad })]),
  )
  const many = Array.from({ length: 10 }, () => stream.events(Array.from({ length: 60 }, (_, number) => dns(number))))
  await give(journal, [opened, ...large, ...many])
  await journal.indexed()
  const lines = await read(journal, 'start', 640)
  assert.ok(lines.filter(({ kind }) => kind === 'at').length >= 4, 'in steps')
  assert.deepEqual(
    shown(lines),
    Array.from({ length: 640 }, (_, index) => String(index + 1)),
  )
})

test('issue 9, 8: a tail from now waits, then says what is committed, also when nothing was there at all', async () => {
  await using folder = await temporaryFolder()
  await using journal = await journalIn(folder.path)
  const stream = new StreamFixture()
  const steps = journal.tail('acme', { q: '' }, { from: 'now', signal: AbortSignal.timeout(patienceMs) })
  const tail = steps[Symbol.asyncIterator]()
  const first = await tail.next()
  assert.deepEqual(
    first.value?.map(({ kind }: TailLine) => kind),
    ['at'],
  )
  await give(journal, [stream.open(), stream.events([dns(1)])])
  const heard: TailLine[] = []
  while (found(heard).length === 0) heard.push(...((await tail.next()).value ?? assert.fail('it ended')))
  assert.deepEqual(shown(heard), ['1'])
  await tail.return?.()
  const later = journal.tail('acme', { q: '' }, { from: 'now', signal: AbortSignal.timeout(patienceMs) })
  const said: string[] = []
  for await (const step of later) {
    // What was committed before it first looked is not new to it; what is behind that comes.
    said.push(...shown(step))
    if (said.length > 0) break
    await give(journal, [stream.events([dns(2)])])
  }
  assert.deepEqual(said, ['2'])
})

test('issue 9, 8: a question moves the cursor past what it does not mean', async () => {
  await using folder = await temporaryFolder()
  await using journal = await journalIn(folder.path)
  const stream = new StreamFixture()
  await give(journal, [stream.open(), ...Array.from({ length: 40 }, (_, number) => stream.events([dns(number)]))])
  await journal.indexed()
  const signal = AbortSignal.timeout(patienceMs)
  for await (const step of journal.tail('acme', { q: 'domain:n3.x.example' }, { from: 'start', signal })) {
    assert.deepEqual(shown(step), ['4'])
    const at = step.at(-1)
    assert(at?.kind === 'at')
    await give(journal, [stream.events([dns(3)])])
    assert.deepEqual(shown(await read(journal, at.cursor, 1, 'domain:n3.x.example')), ['41'])
    break
  }
})

test('issue 9, 7: the first page and the tail above it join without a gap, also while blocks wait to be indexed', async () => {
  await using folder = await temporaryFolder()
  await using journal = await journalIn(folder.path)
  const stream = new StreamFixture()
  await give(journal, [stream.open(), stream.events([dns(1)])])
  for (let round = 2; round < 12; round++) {
    await give(journal, [stream.events([dns(round)])])
    const page = await journal.search('acme', { q: '', limit: 100 })
    const seen = new Set(page.events.map(({ id }) => id))
    assert(page.live !== null)
    await give(journal, [stream.events([dns(100 + round)])])
    await journal.indexed()
    const total = (await journal.count('acme', { q: '' })).count
    for await (const step of journal.tail(
      'acme',
      { q: '' },
      { from: page.live, signal: AbortSignal.timeout(patienceMs) },
    )) {
      for (const line of found(step)) if (line.kind === 'event') seen.add(line.id)
      if (step.at(-1)?.kind === 'at') break
    }
    assert.equal(seen.size, total)
  }
})

test('issue 9, 8: an index that is made anew in the middle of a tail costs it nothing', async () => {
  await using folder = await temporaryFolder()
  const stream = new StreamFixture()
  let cursor: string
  {
    await using journal = await journalIn(folder.path)
    await give(journal, [stream.open(), stream.events([dns(1), dns(2)]), stream.events([dns(3)])])
    const line = found(await read(journal, 'start', 1))[0]
    assert(line !== undefined)
    cursor = line.cursor
  }
  const damaged = await open(dayFile(folder.path, 'acme', '2026-11-24', 'index'), 'r+')
  await damaged.write(Buffer.alloc(4_096, 7), 0, 4_096, 0)
  await damaged.close()
  await using journal = await journalIn(folder.path)
  await give(journal, [stream.events([dns(4)])])
  assert.deepEqual(shown(await read(journal, cursor, 3)), ['2', '3', '4'])
})

test('issue 9, 8: what expired behind a cursor is said, and a cursor of another journal is none', async () => {
  await using folder = await temporaryFolder()
  await using other = await temporaryFolder()
  const clock = setClock()
  await using journal = await journalIn(folder.path, clock, 1)
  const stream = new StreamFixture()
  await give(journal, [stream.open(), stream.events([dns(1), dns(2)])])
  const line = found(await read(journal, 'start', 1))[0]
  assert(line !== undefined)
  clock.set(fixtureStart + 5 * day)
  await give(journal, [stream.events([dns(3)])])
  await journal.expire()
  const lines = await read(journal, line.cursor, 1)
  assert.deepEqual(lines[0], { kind: 'expired', cursor: lines[0]?.cursor, before: '2026-11-29' })
  assert.deepEqual(shown(lines), ['3'])
  await using elsewhere = await journalIn(other.path, clock)
  await assert.rejects(read(elsewhere, line.cursor, 1), { code: 'query.cursor' })
  await assert.rejects(read(journal, 'none', 1), { code: 'query.cursor' })
  await assert.rejects(read(journal, 'start', 1, '('), { code: 'query.malformed' })
})

test('issue 9, 7: losses and holes stand as rows where they arrived, each on one page', async () => {
  await using folder = await temporaryFolder()
  const clock = setClock()
  await using journal = await journalIn(folder.path, clock)
  const stream = new StreamFixture()
  await give(journal, [stream.open(), stream.events([dns(1), dns(2)]), stream.loss('datagram.dropped', 7)])
  await give(journal, [stream.events([dns(3), dns(4)])])
  clock.set(fixtureStart + 1)
  const lost = stream.events(['lost', 'too'])
  await journal.store.missing(sender, {
    stream: stream.stream,
    from: lost.header.block,
    through: lost.header.block,
    cause: 'spool.damaged',
  })
  clock.set(fixtureStart + 2)
  await give(journal, [stream.events([dns(7)])])
  await journal.indexed()
  for (const limit of [1, 2, 3, 100]) {
    const rows: string[] = []
    let cursor: string | undefined
    do {
      const page = await journal.search('acme', { q: '', limit, ...(cursor !== undefined && { cursor }) })
      for (const [index, event] of [...page.events, undefined].entries()) {
        rows.push(
          ...page.losses.filter(({ above }) => above === index).map(({ loss }) => `${loss.cause} ${loss.count}`),
        )
        if (event !== undefined) rows.push(String(event.id.split(':')[1]))
      }
      cursor = page.next ?? undefined
    } while (cursor !== undefined)
    assert.deepEqual(rows, ['7', 'spool.damaged 2', '4', '3', 'datagram.dropped 7', '2', '1'], `pages of ${limit}`)
  }
  const page = await journal.search('acme', { q: 'is:lost', limit: 10 })
  assert.deepEqual([page.events.length, page.losses.length], [0, 2])
  assert.deepEqual((await journal.search('acme', { q: 'type:dns', limit: 10 })).losses, [])
  assert.equal((await journal.count('acme', { q: 'is:lost' })).count, 0)
})

/** Declares the next block of a stream missing. @param closed whether it is the last one, so that its count is known */
async function lose(journal: Journal, stream: StreamFixture, lines: readonly string[], closed = false): Promise<void> {
  const { header, hash } = stream.events(lines)
  const final = closed ? { final: { hash, sequence: header.first + lines.length - 1 } } : {}
  const range = { stream: stream.stream, from: header.block, through: header.block }
  await journal.store.missing(sender, { ...range, cause: 'spool.damaged', ...final })
}

test('issue 9, 7: a tail tells holes among the events as they came, each once, whichever line it was cut behind', async () => {
  await using folder = await temporaryFolder()
  const clock = setClock()
  await using journal = await journalIn(folder.path, clock)
  const [stream, other] = [new StreamFixture(), new StreamFixture({ source: 'other' })]
  await give(journal, [stream.open(), stream.events([dns(1)]), other.open(), other.events([dns(2)])])
  clock.set(fixtureStart + 1_000)
  await lose(journal, stream, ['lost', 'too'])
  await lose(journal, other, ['a', 'b', 'c'], true)
  clock.set(fixtureStart + 2_000)
  await give(journal, [stream.events([dns(4)])])
  clock.set(fixtureStart + 3_000)
  await lose(journal, stream, ['end'], true)
  const whole = await read(journal, 'start', 6)
  assert.deepEqual(shown(whole), ['1', '1', 'spool.damaged 2', 'spool.damaged 3', '4', 'spool.damaged 1'])
  const page = await journal.search('acme', { q: '', limit: 100 })
  const ids = (lines: readonly TailLine[]) => found(lines).flatMap((line) => (line.kind === 'loss' ? [line.id] : []))
  assert.deepEqual(ids(whole).sort(), page.losses.map(({ loss }) => loss.id).sort(), 'the rows of the page')
  for (const [index, line] of found(whole).slice(0, -1).entries())
    assert.deepEqual(found(await read(journal, line.cursor, 5 - index)), found(whole).slice(index + 1))
  assert.deepEqual(shown(await read(journal, 'start', 1, 'source:other is:lost')), ['spool.damaged 3'])
  assert(page.live !== null)
  await lose(journal, new StreamFixture({ source: 'third' }), ['new'], true)
  assert.deepEqual(shown(await read(journal, page.live, 1)), ['spool.damaged 1'], 'nothing of the page comes again')
})

test('issue 9, 7: a tail that waits is woken by a hole; one without a block behind it is told after a minute', async () => {
  await using folder = await temporaryFolder()
  const clock = setClock()
  await using journal = await journalIn(folder.path, clock)
  const stream = new StreamFixture()
  await give(journal, [stream.open(), stream.events([dns(1)])])
  // Below the 15 s after which a tail looks again by itself.
  const signal = AbortSignal.timeout(10_000)
  const tail = journal.tail('acme', { q: '' }, { from: 'now', signal })[Symbol.asyncIterator]()
  await tail.next()
  await lose(journal, new StreamFixture({ source: 'other' }), ['lost'], true)
  const heard: TailLine[] = []
  while (found(heard).length === 0) heard.push(...((await tail.next()).value ?? assert.fail('it ended')))
  assert.deepEqual(shown(heard), ['spool.damaged 1'])
  await tail.return?.()
  await lose(journal, stream, ['of unknown count'])
  const at = found(heard).at(-1)?.cursor ?? ''
  clock.set(fixtureStart + 59_000)
  for await (const step of journal.tail('acme', { q: '' }, { from: at, signal })) {
    assert.deepEqual(shown(step), [], 'the block behind it may come')
    break
  }
  clock.set(fixtureStart + 61_000)
  assert.deepEqual(shown(await read(journal, at, 1)), ['spool.damaged null'])
})
