// What every event index must do (delivery J5, D31): one call an index, `eventIndexContract(open, { manyWriters })`.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EventIndex, EventPosition, Tally } from './event-index.ts'
import { indexedBlock } from './index-fixture.ts'
import { anyTime, type Expression, type Plan } from '../query/plan.ts'
import { fixtureStart } from '../stream-fixture.ts'

export type IndexHouse = AsyncDisposable & {
  /** Makes sure that this day exists: an index counts beside the blocks of its day. */
  addDay(day: string): Promise<void>
  open(): Promise<EventIndex>
}

export type IndexCapabilities = {
  /** Several processes may write at once; else the reason why not. */
  readonly manyWriters: boolean
}

const org = 'acme'
const days = ['2026-11-24', '2026-11-25'] as const
const never = new AbortController().signal
const everything: Plan = { where: { kind: 'all' }, times: anyTime }

export function eventIndexContract(makeHouse: () => Promise<IndexHouse>, capabilities: IndexCapabilities): void {
  const withIndex = async (work: (index: EventIndex, house: IndexHouse) => Promise<void>) => {
    await using house = await makeHouse()
    for (const day of days) await house.addDay(day)
    await using index = await house.open()
    await work(index, house)
  }
  /** Two days, two blocks each, two events each; event n happens n seconds after the start. */
  const filled = async (index: EventIndex) => {
    let at = fixtureStart
    for (const day of days)
      for (const ordinal of [1, 2]) {
        const rows = [0, 1].map((line) => ({
          terms: `all:x\nline:${line}\nday:${day}\nn:${(at - fixtureStart) / 1_000 + line}`,
          at: at + line * 1_000,
          severity: line === 0 ? 3 : 1,
        }))
        await index.add(org, day, [indexedBlock(ordinal, rows, { block: ordinal, types: new Map([['t', 2]]) })])
        at += 2_000
      }
  }
  const find = async (index: EventIndex, where: Expression, times = anyTime) =>
    (await index.search(org, { where, times }, { before: null, limit: 100, signal: never })).map(named)

  test('delivery J5: the newest arrival comes first, across days', () =>
    withIndex(async (index) => {
      await filled(index)
      assert.deepEqual(await find(index, { kind: 'all' }), [
        '25 2 1',
        '25 2 0',
        '25 1 1',
        '25 1 0',
        '24 2 1',
        '24 2 0',
        '24 1 1',
        '24 1 0',
      ])
      assert.deepEqual(await find(index, { kind: 'term', term: 'line:0' }), ['25 2 0', '25 1 0', '24 2 0', '24 1 0'])
    }))

  test('delivery J5: a page goes on behind the one before, whatever arrives meanwhile', () =>
    withIndex(async (index) => {
      await filled(index)
      const seen: string[] = []
      let before: EventPosition | null = null
      for (let page = 0; page < 9; page++) {
        const found: readonly EventPosition[] = await index.search(org, everything, { before, limit: 3, signal: never })
        seen.push(...found.map(named))
        before = found.at(-1) ?? before
        await index.add(org, days[1], [indexedBlock(3 + page, [{ terms: 'all:x', at: fixtureStart, severity: 0 }])])
      }
      assert.equal(seen.length, 8)
      assert.equal(new Set(seen).size, 8)
    }))

  test('issue 9, 8: oldest first from a place, events that arrive are found once, and none is passed by', () =>
    withIndex(async (index) => {
      await filled(index)
      const seen: string[] = []
      let behind: EventPosition = { day: days[0], ordinal: 1, index: 0 }
      for (let step = 0; step < 9; step++) {
        const ask = { before: null, behind, limit: 2, signal: never }
        const found: readonly EventPosition[] = await index.search(org, everything, ask)
        seen.push(...found.map(named))
        behind = found.at(-1) ?? behind
        if (step === 1)
          await index.add(org, days[1], [indexedBlock(3, [{ terms: 'line:0', at: fixtureStart, severity: 0 }])])
      }
      assert.deepEqual(seen, ['24 1 1', '24 2 0', '24 2 1', '25 1 0', '25 1 1', '25 2 0', '25 2 1', '25 3 0'])
      const some: Plan = { where: { kind: 'term', term: 'line:0' }, times: { ...anyTime, since: fixtureStart + 1 } }
      const part = { behind: { day: days[0], ordinal: 0, index: 255 }, before: { day: days[1], ordinal: 2, index: 0 } }
      const between = await index.search(org, some, { ...part, limit: 9, signal: never })
      assert.deepEqual(between.map(named), ['24 2 0', '25 1 0'])
    }))

  test('issue 8, 6: terms, beginnings and their combinations find what they say', () =>
    withIndex(async (index) => {
      await filled(index)
      const [n1, line0]: Expression[] = [
        { kind: 'term', term: 'n:1' },
        { kind: 'term', term: 'line:0' },
      ]
      assert(n1 !== undefined && line0 !== undefined)
      assert.deepEqual(await find(index, { kind: 'prefix', prefix: 'day:2026-11-24' }), [
        '24 2 1',
        '24 2 0',
        '24 1 1',
        '24 1 0',
      ])
      assert.deepEqual(await find(index, { kind: 'and', parts: [n1, line0] }), [])
      assert.deepEqual(await find(index, { kind: 'or', parts: [n1, { kind: 'term', term: 'n:6' }] }), [
        '25 2 0',
        '24 1 1',
      ])
      assert.deepEqual(
        await find(index, {
          kind: 'and',
          parts: [
            { kind: 'prefix', prefix: 'n:' },
            { kind: 'not', part: line0 },
          ],
        }),
        ['25 2 1', '25 1 1', '24 2 1', '24 1 1'],
      )
      assert.deepEqual(await find(index, { kind: 'term', term: '"; NEAR(' }), [])
    }))

  test('issue 8, 6: since and until mean event time, arrival that of the device', () =>
    withIndex(async (index) => {
      await filled(index)
      const since = fixtureStart + 2_000
      const until = fixtureStart + 5_000
      assert.deepEqual(await find(index, { kind: 'all' }, { ...anyTime, since, until }), [
        '25 1 1',
        '25 1 0',
        '24 2 1',
        '24 2 0',
      ])
      assert.deepEqual(
        await find(index, { kind: 'term', term: 'line:1' }, { ...anyTime, since: since + 1_000, until }),
        ['25 1 1', '24 2 1'],
      )
      const arrivedSince = fixtureStart + 2_000
      assert.deepEqual(await find(index, { kind: 'all' }, { ...anyTime, arrivedSince }), [
        '25 2 1',
        '25 2 0',
        '24 2 1',
        '24 2 0',
      ])
      const plan: Plan = { where: { kind: 'term', term: 'all:x' }, times: { ...anyTime, since, until } }
      assert.equal(await index.count(org, plan, never), 4)
    }))

  test('issue 8, 6: counts tell time and severity of each event found', () =>
    withIndex(async (index) => {
      await filled(index)
      const tallies: Tally[] = []
      const count = await index.count(
        org,
        { where: { kind: 'term', term: 'line:0' }, times: anyTime },
        never,
        (tally) => tallies.push(tally),
      )
      assert.equal(count, 4)
      assert.deepEqual(
        tallies.sort((a, b) => a.at - b.at),
        [0, 2, 4, 6].map((second) => ({ at: fixtureStart + second * 1_000, severity: 3 })),
      )
    }))

  test('issue 8, 6: the most frequent values of a facet, of all events and of those found', () =>
    withIndex(async (index) => {
      await filled(index)
      await index.add(org, days[0], [indexedBlock(3, [{ terms: 'line:0\nall:x', at: fixtureStart, severity: 0 }])])
      const top = (where: Expression, limit: number) =>
        index.top(org, { where, times: anyTime }, { facet: 'line', limit, signal: never })
      assert.deepEqual(await top({ kind: 'all' }, 9), [
        { term: 'line:0', count: 5 },
        { term: 'line:1', count: 4 },
      ])
      assert.deepEqual(await top({ kind: 'prefix', prefix: 'day:2026-11-25' }, 9), [
        { term: 'line:0', count: 2 },
        { term: 'line:1', count: 2 },
      ])
      assert.deepEqual(await top({ kind: 'term', term: 'all:x' }, 1), [{ term: 'line:0', count: 5 }])
    }))

  test('delivery J5: the cursor moves with the events and survives a restart', () =>
    withIndex(async (index, house) => {
      assert.equal((await index.cursors(org)).get(days[0]) ?? 0, 0)
      await filled(index)
      assert.deepEqual(
        [...(await index.cursors(org))],
        [
          [days[0], 2],
          [days[1], 2],
        ],
      )
      if (capabilities.manyWriters) return
      await index[Symbol.asyncDispose]()
      await using again = await house.open()
      assert.deepEqual(
        [...(await again.cursors(org))],
        [
          [days[0], 2],
          [days[1], 2],
        ],
      )
      assert.equal(await again.count(org, everything, never), 8)
    }))

  test('delivery J5: totals of an input count types, quarantine, what is no event, and losses', () =>
    withIndex(async (index) => {
      const rows = [0, 1, 2].map(() => ({ terms: 'a:b', at: fixtureStart, severity: 0 }))
      await index.add(org, days[0], [
        indexedBlock(1, rows, {
          types: new Map([['alert', 2]]),
          quarantined: [{ index: 2, reason: 'no JSON' }],
          ignored: 4,
          notSelected: 5,
        }),
        indexedBlock(2, [], { loss: { cause: 'file.truncated', count: null } }),
        indexedBlock(3, [], { loss: { cause: 'line.too-long', count: 1 } }),
      ])
      const [totals] = await index.totals(org)
      assert.deepEqual(
        [totals?.events, totals?.quarantined, totals?.ignored, totals?.notSelected, totals?.byType, totals?.lost],
        [3, 1, 4, 5, { alert: 2 }, { 'file.truncated': null, 'line.too-long': 1 }],
      )
      const span = await index.span(org, everything)
      assert.deepEqual([span.from, span.to], [fixtureStart + 1_000, fixtureStart + 3_000])
      assert.deepEqual(
        span.losses.map(({ cause, count }) => [cause, count]),
        [
          ['file.truncated', null],
          ['line.too-long', 1],
        ],
      )
      const part = await index.span(org, everything, { day: days[0], after: 2, through: 3 })
      assert.deepEqual(
        part.losses.map(({ ordinal, sequence, cause }) => [ordinal, sequence, cause]),
        [[3, 513, 'line.too-long']],
      )
      assert.deepEqual([part.from, part.to], [fixtureStart + 3_000, fixtureStart + 3_000])
    }))

  test('delivery J5: a quarantined event that is understood now takes its place among the events', () =>
    withIndex(async (index) => {
      const rows = [0, 1].map(() => ({ terms: 'is:quarantined\nold:1', at: fixtureStart, severity: 0 }))
      const quarantined = [0, 1].map((line) => ({ index: line, reason: 'no JSON' }))
      await index.add(org, days[0], [indexedBlock(1, rows, { quarantined })])
      const [first] = await index.quarantine.list(org, null, 9)
      assert.deepEqual([first?.reason, first?.index], ['no JSON', 0])
      await index.quarantine.recover(org, days[0], [
        {
          day: days[0],
          ordinal: 1,
          index: 0,
          oldTerms: 'is:quarantined\nold:1',
          terms: 'type:alert',
          at: fixtureStart - 5_000,
          severity: 3,
          type: 'alert',
          signature: ['1:1', 'EXAMPLE'],
        },
      ])
      assert.deepEqual(await find(index, { kind: 'term', term: 'is:quarantined' }), ['24 1 1'])
      assert.deepEqual(
        await find(index, { kind: 'term', term: 'type:alert' }, { ...anyTime, until: fixtureStart - 1 }),
        ['24 1 0'],
      )
      assert.deepEqual(await find(index, { kind: 'signature', text: 'exam', whole: false }), [])
      assert.equal((await index.quarantine.list(org, null, 9)).length, 1)
      const [totals] = await index.totals(org)
      assert.deepEqual([totals?.events, totals?.quarantined, totals?.byType], [2, 1, { alert: 1 }])
    }))

  test('delivery J5: a question that nobody waits for any more ends', () =>
    withIndex(async (index) => {
      await filled(index)
      const rows = Array.from({ length: 256 }, () => ({ terms: 'all:x', at: fixtureStart, severity: 0 }))
      const blocks = Array.from({ length: 200 }, (_, number) => indexedBlock(3 + number, rows))
      await index.add(org, days[1], blocks)
      const abort = new AbortController()
      const counting = index.count(
        org,
        { where: { kind: 'term', term: 'all:x' }, times: { ...anyTime, since: 0 } },
        abort.signal,
        () => abort.abort(),
      )
      await assert.rejects(counting, { name: 'AbortError' })
    }))

  test('delivery J7: organisations never meet in the index', () =>
    withIndex(async (index) => {
      await filled(index)
      assert.equal(await index.count('umbrella', everything, never), 0)
    }))
}

function named(position: EventPosition): string {
  return `${position.day.slice(-2)} ${position.ordinal} ${position.index}`
}
