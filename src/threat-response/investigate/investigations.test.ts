import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Relation, Severity } from '../../core/event.ts'
import { Fault } from '../../core/fault.ts'
import { organisationId } from '../../core/ids.ts'
import { type Observable, normalise } from '../../core/observable.ts'
import { systemClock } from '../../platform/clock.ts'
import type { Coverage, EventRecord } from '../../wire/api/events.ts'
import type { Investigation, InvestigationRequest } from '../../wire/api/investigations.ts'
import type { EventsPort } from '../enrich/events-port.ts'
import { memoryEvents } from '../enrich/events-port-memory.ts'
import { journalAlone } from '../modules/modules-memory.ts'
import { startInvestigations } from './investigations.ts'
import { seedsMax } from '../enrich/seeds.ts'

const here = organisationId('here')
const start = 1_700_000_000_000
const gap = { device: 'fw-1', source: 'eve', cause: 'spool.full', count: 3, from: start, to: start + 5 }
const coverage: Coverage = { from: start, to: start + 60_000, unindexedBlocks: 2, gaps: [gap] }
const never = new AbortController().signal

type Line = {
  readonly n: number
  readonly holds: readonly Observable[]
  readonly device?: string
  readonly type?: string
  readonly severity?: Severity
  readonly sid?: string
  readonly relations?: readonly Relation[]
}

function ip(value: string): Observable {
  return normalise('ip', value) ?? assert.fail(value)
}

function domain(value: string): Observable {
  return { type: 'domain', value }
}

function event({
  n,
  holds,
  device = 'fw-1',
  type = 'alert',
  severity = 'high',
  sid,
  relations = [],
}: Line): EventRecord {
  return {
    id: `${'0'.repeat(32)}:${n}`,
    device,
    source: 'eve',
    format: 'suricata/eve',
    arrivedAt: start + n,
    raw: `{"n":${n}}`,
    body: {
      kind: 'event',
      sensor: 'suricata',
      type,
      at: start + n,
      severity,
      ...(sid === undefined ? {} : { signature: { id: sid, name: `rule ${sid}` } }),
      flow: {},
      observables: holds,
      relations,
      summary: `event ${n}`,
    },
  }
}

/** An attack on one host, beside a flow and an event that has nothing to do with it. */
const bad = ip('203.0.113.7')
const inside = ip('192.0.2.10')
const connected: Relation = { source: inside, relation: 'Connected_To', related: bad }
const story: readonly EventRecord[] = [
  event({ n: 1, holds: [inside, bad], type: 'flow', severity: 'unknown', relations: [connected] }),
  event({ n: 2, holds: [inside, bad], sid: '1:100', severity: 'medium', relations: [connected] }),
  event({ n: 3, holds: [inside, bad, domain('cdn.evil.example')], sid: '1:100', relations: [connected] }),
  event({ n: 4, holds: [ip('192.0.2.11'), bad], sid: '1:100', device: 'fw-2' }),
  event({ n: 5, holds: [ip('192.0.2.99'), domain('unrelated.example')], sid: '1:7' }),
]

async function investigate(events: EventsPort, request: InvestigationRequest): Promise<Investigation> {
  await using investigations = startInvestigations({ modules: journalAlone(events), clock: systemClock })
  const { id } = await investigations.create(here, request)
  return (await investigations.wait(here, id, { timeoutMs: 10_000, signal: never })) ?? assert.fail('gone')
}

function withoutRun(found: Investigation): Partial<Investigation> {
  const { id: _id, createdAt: _createdAt, finishedAt: _finishedAt, modules: _modules, ...rest } = found
  return rest
}

test('issue 8: an investigation of a text groups sightings by signature and device and says what it covers', async () => {
  const found = await investigate(memoryEvents(here, story, coverage), {
    content: 'saw 203.0.113[.]7, not 198.51.100.1',
  })
  assert.equal(found.state, 'done')
  assert.equal(found.failure, null)
  assert.deepEqual(found.observables, [bad, ip('198.51.100.1')])
  assert.deepEqual(found.seen, { 'ip:203.0.113.7': 4, 'ip:198.51.100.1': 0 })
  assert.deepEqual(
    found.sightings.map(({ device, type, signature, severity, count, firstSeen, lastSeen }) => ({
      device,
      what: signature?.id ?? type,
      severity,
      count,
      span: [firstSeen - start, lastSeen - start],
    })),
    [
      { device: 'fw-1', what: '1:100', severity: 'high', count: 2, span: [2, 3] },
      { device: 'fw-2', what: '1:100', severity: 'high', count: 1, span: [4, 4] },
      { device: 'fw-1', what: 'flow', severity: 'unknown', count: 1, span: [1, 1] },
    ],
  )
  assert.deepEqual(found.sightings[0]?.examples, [story[2]?.id, story[1]?.id])
  assert.deepEqual(found.sightings[0]?.observables[0], bad, 'the seed stands first')
  assert.deepEqual(
    found.events.map(({ id }) => id),
    [story[3]?.id, story[2]?.id, story[1]?.id, story[0]?.id],
  )
  assert.deepEqual(found.coverage, coverage)
})

test('issue 8: the graph holds observables, signatures and devices, relations merged with their count', async () => {
  const { graph } = await investigate(memoryEvents(here, story, coverage), { observables: [bad] })
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]))
  assert.deepEqual([...nodes.keys()].sort(), [
    'device:fw-1',
    'device:fw-2',
    'domain:cdn.evil.example',
    'ip:192.0.2.10',
    'ip:192.0.2.11',
    'ip:203.0.113.7',
    'signature:suricata:1:100',
  ])
  const seed = nodes.get('ip:203.0.113.7')
  assert.deepEqual(
    { seed: seed?.seed, count: seed?.count, severity: seed?.severity },
    { seed: true, count: 4, severity: 'high' },
  )
  assert.equal(nodes.get('signature:suricata:1:100')?.label, 'rule 1:100')
  const edges = graph.edges.map(({ source, relation, target, count }) => `${source} ${relation} ${target} ${count}`)
  assert.deepEqual(edges.sort(), [
    'domain:cdn.evil.example matched signature:suricata:1:100 1',
    'ip:192.0.2.10 Connected_To ip:203.0.113.7 3',
    'ip:192.0.2.11 matched signature:suricata:1:100 1',
    'ip:203.0.113.7 matched signature:suricata:1:100 3',
    'ip:203.0.113.7 seen by device:fw-1 1',
    'signature:suricata:1:100 reported by device:fw-1 2',
    'signature:suricata:1:100 reported by device:fw-2 1',
  ])
  const ends = graph.edges.flatMap(({ source, target }) => [source, target])
  assert.ok(
    ends.every((id) => nodes.has(id)),
    'every edge has both nodes',
  )
  assert.equal(graph.folded, 0)
})

test('issue 8: a network is asked whole and a domain with what is under it; the picture says what belongs to them', async () => {
  const events = memoryEvents(here, story, coverage)
  const found = await investigate(events, { content: '192.0.2.0/24 and evil.example' })
  assert.deepEqual(found.networks, ['192.0.2.0/24'])
  assert.deepEqual(found.observables, [ip('192.0.2.0'), domain('evil.example')])
  assert.deepEqual(found.seen, { 'ip:192.0.2.0': 0, 'domain:evil.example': 1, 'ip:192.0.2.0/24': 5 })
  const edges = found.graph.edges.map(({ source, relation, target }) => `${source} ${relation} ${target}`)
  for (const edge of [
    'domain:evil.example Supra-domain_Of domain:cdn.evil.example',
    'ip:192.0.2.0/24 Contains ip:192.0.2.10',
    'ip:192.0.2.0/24 Contains ip:192.0.2.99',
  ])
    assert.ok(edges.includes(edge), `${edge} in ${edges.join('\n')}`)
  const whole = found.graph.nodes.find(({ id }) => id === 'ip:192.0.2.0/24')
  assert.deepEqual([whole?.seed, whole?.type, whole?.count, whole?.severity], [true, 'network', 5, 'high'])
  const given = await investigate(events, { observables: [{ type: 'ip', value: '192.0.2.77/24' }] })
  assert.deepEqual([given.networks, given.observables], [['192.0.2.0/24'], [ip('192.0.2.77')]])
})

test('issue 8: values are quoted, so that none of them is read as a query', async () => {
  const events = memoryEvents(here, story, coverage)
  const value = 'a" OR type:"alert.exe'
  const found = await investigate(events, { observables: [{ type: 'file_name', value }] })
  assert.equal(events.asked[0], 'file_name:"a\\" OR type:\\"alert.exe"')
  assert.deepEqual(found.seen, { [`file_name:${value}`]: 0 })
})

test('threat-response 4.6: a value that is none of its type is kept, asked of nobody and seen nowhere', async () => {
  const events = memoryEvents(here, story, coverage)
  const long = 'x'.repeat(5_000)
  const observables: readonly Observable[] = [
    { type: 'ip', value: '123.421.123.1' },
    { type: 'md5', value: 'XYZ' },
    { type: 'user_agent', value: long },
  ]
  const found = await investigate(events, { observables })
  assert.deepEqual(found.observables, observables)
  assert.deepEqual(found.seen, { 'ip:123.421.123.1': 0, 'md5:XYZ': 0, [`user_agent:${long}`]: 0 })
  assert.deepEqual(events.asked, [])
})

test('issue 8: the same question on the same store gives the same answer, whatever the order of its events', async () => {
  const request: InvestigationRequest = { content: '203.0.113.7 192.0.2.0/24 evil.example' }
  const first = await investigate(memoryEvents(here, story, coverage), request)
  const second = await investigate(memoryEvents(here, story.toReversed(), coverage), request)
  assert.deepEqual(withoutRun(second), withoutRun(first))
})

test('issue 8: a storm is counted whole though only its newest events are read', async () => {
  const storm = Array.from({ length: 2_600 }, (_, n) =>
    event({ n: n + 10, holds: [bad], sid: '1:100', severity: 'low' }),
  )
  const flows = Array.from({ length: 5 }, (_, n) => event({ n: n + 5_000, holds: [bad], type: 'flow' }))
  const found = await investigate(memoryEvents(here, [...storm, ...flows], coverage), { observables: [bad] })
  assert.equal(found.seen['ip:203.0.113.7'], 2_605)
  assert.deepEqual(
    found.sightings.map(({ type, count }) => `${type} ${count}`),
    ['flow 5', 'alert 2600'],
  )
  assert.equal(found.events.length, 200)
  assert.equal(found.events[0]?.id, flows.at(-1)?.id)
})

test('issue 8: look-alikes beyond the cap are folded; seen seeds, signatures and the shape stay', async () => {
  const scan = Array.from({ length: 900 }, (_, n) =>
    event({ n: n + 1, holds: [bad, ip(`198.51.${100 + (n >> 8)}.${n & 255}`)], sid: '1:100', relations: [] }),
  )
  const asked = [bad, ip('198.51.101.7'), ip('192.0.2.1')]
  const { graph } = await investigate(memoryEvents(here, scan, coverage), { observables: asked })
  assert.equal(graph.nodes.length, 500)
  assert.equal(graph.folded, 900 + 4 - 500)
  const ids = new Set(graph.nodes.map(({ id }) => id))
  for (const id of ['ip:203.0.113.7', 'ip:198.51.101.7', 'signature:suricata:1:100', 'device:fw-1'])
    assert.ok(ids.has(id), id)
  assert.ok(graph.edges.every(({ source, target }) => ids.has(source) && ids.has(target)))
})

test('issue 8: a report of which nothing was seen draws no field of loose nodes', async () => {
  const observables = Array.from({ length: 1_000 }, (_, n) => domain(`n${n}.example`))
  const events = memoryEvents(here, [event({ n: 1, holds: [domain('n999.example')], sid: '1:100' })], coverage)
  const { graph, seen } = await investigate(events, { observables })
  assert.equal(Object.keys(seen).length, 1_000)
  assert.equal(graph.nodes.length, 500)
  assert.ok(graph.nodes.some(({ id, count }) => id === 'domain:n999.example' && count === 1))
})

test('issue 8: GET answers the same later, only for the organisation that asked', async () => {
  await using investigations = startInvestigations({
    modules: journalAlone(memoryEvents(here, story, coverage)),
    clock: systemClock,
  })
  const begun = await investigations.create(here, { observables: [bad] })
  assert.equal(begun.state, 'running')
  assert.deepEqual(begun.observables, [bad])
  const waited = await investigations.wait(here, begun.id, { timeoutMs: 10_000, signal: never })
  assert.equal(waited?.state, 'done')
  await investigations.create(here, { content: 'unrelated.example' })
  assert.deepEqual(await investigations.get(here, begun.id), waited)
  assert.deepEqual(await investigations.wait(here, begun.id, { timeoutMs: 0, signal: never }), waited)
  assert.equal(await investigations.get(organisationId('other'), begun.id), undefined)
  assert.equal(await investigations.wait(organisationId('other'), begun.id, { timeoutMs: 0, signal: never }), undefined)
  assert.equal(await investigations.get(here, 'no-such-id'), undefined)
})

test('issue 8: waiting ends with its limit and at abort, as the investigation stands then', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const inner = memoryEvents(here, story, coverage)
  const events: EventsPort = {
    search: inner.search,
    async count(organisation, question, ask) {
      await gate
      return await inner.count(organisation, question, ask)
    },
  }
  await using investigations = startInvestigations({ modules: journalAlone(events), clock: systemClock })
  const { id } = await investigations.create(here, { observables: [bad] })
  assert.equal((await investigations.wait(here, id, { timeoutMs: 5, signal: never }))?.state, 'running')
  assert.equal(
    (await investigations.wait(here, id, { timeoutMs: 60_000, signal: AbortSignal.abort() }))?.state,
    'running',
  )
  open()
  assert.equal((await investigations.wait(here, id, { timeoutMs: 10_000, signal: never }))?.state, 'done')
})

test('issue 8: a journal that cannot answer fails the investigation with its code; others go on', async () => {
  const events: EventsPort = {
    ...memoryEvents(here, story, coverage),
    count: async () => Promise.reject(new Fault('journal.unavailable', { what: 'The index is being rebuilt' })),
  }
  const failed = await investigate(events, { observables: [bad] })
  assert.equal(failed.state, 'failed')
  assert.deepEqual(failed.failure, { code: 'journal.unavailable', detail: 'The index is being rebuilt' })
  const reported: unknown[] = []
  const broken: EventsPort = { ...events, count: async () => Promise.reject(new TypeError('secret detail')) }
  await using investigations = startInvestigations({
    modules: journalAlone(broken, (error) => reported.push(error)),
    clock: systemClock,
  })
  const { id } = await investigations.create(here, { observables: [bad] })
  const found = await investigations.wait(here, id, { timeoutMs: 10_000, signal: never })
  assert.equal(found?.failure?.code, 'module-broken')
  assert.doesNotMatch(JSON.stringify(found), /secret detail/)
  assert.equal(reported.length, 1)
})

test('issue 8: runs, waiting ones and kept ones are bounded', async () => {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const inner = memoryEvents(here, [], coverage)
  let running = 0
  let most = 0
  const events: EventsPort = {
    search: inner.search,
    async count(organisation, question, ask) {
      most = Math.max(most, ++running)
      await gate
      running--
      return await inner.count(organisation, question, ask)
    },
  }
  await using investigations = startInvestigations({ modules: journalAlone(events), clock: systemClock })
  const ids: string[] = []
  const refusal = async (): Promise<unknown> => {
    for (;;) ids.push((await investigations.create(here, { observables: [bad] })).id)
  }
  await assert.rejects(refusal, { code: 'investigation.busy' })
  assert.equal(ids.length, 80)
  open()
  for (const id of ids)
    assert.equal((await investigations.wait(here, id, { timeoutMs: 10_000, signal: never }))?.state, 'done')
  assert.equal(most, 2)
  for (let n = 0; n < 200; n++) {
    const { id } = await investigations.create(here, { observables: [bad] })
    await investigations.wait(here, id, { timeoutMs: 10_000, signal: never })
  }
  assert.equal(await investigations.get(here, ids[0] ?? ''), undefined, 'the oldest went')
  const many = Array.from({ length: seedsMax + 1 }, (_, n) => domain(`n${n}.example`))
  await assert.rejects(investigations.create(here, { observables: many }), { code: 'input.large' })
  // Who pastes a text is not turned away: the first of it are asked about, and it says how many more there are.
  const content = `198.51.100.0/24 ${Array.from({ length: seedsMax + 5 }, (_, n) => `n${n}.example`).join(' ')}`
  const begun = await investigations.create(here, { content })
  const found = await investigations.wait(here, begun.id, { timeoutMs: 30_000, signal: never })
  assert.deepEqual([found?.state, found?.networks.length, found?.observables.length], ['done', 1, seedsMax - 1])
  // The address of the network counts too.
  assert.deepEqual([found?.observables.at(-1)?.value, found?.notAsked], [`n${seedsMax - 3}.example`, 7])
})

test('issue 8: what is kept is bounded by its size too; the newest is kept, whatever its size', async () => {
  const one = JSON.stringify(await investigate(memoryEvents(here, story, coverage), { observables: [bad] })).length
  const keptAfter = async (keptCharactersMax: number) => {
    const modules = journalAlone(memoryEvents(here, story, coverage))
    await using investigations = startInvestigations({ modules, clock: systemClock, keptCharactersMax })
    const ids: string[] = []
    for (let n = 0; n < 5; n++) {
      const { id } = await investigations.create(here, { observables: [bad] })
      await investigations.wait(here, id, { timeoutMs: 10_000, signal: never })
      ids.push(id)
    }
    // What is forgotten is forgotten at an end, behind the answer: the next question finds it done.
    const kept = await Promise.all(ids.map((id) => investigations.get(here, id)))
    return kept.map((found) => found !== undefined)
  }
  assert.deepEqual(await keptAfter(one), [false, false, false, false, true])
  // With its log, one takes up more than its answer and less than twice as much.
  const some = await keptAfter(4 * one)
  assert.equal(some.at(-1), true)
  assert.ok(some.filter((kept) => kept).length >= 2 && some[0] === false, String(some))
})
