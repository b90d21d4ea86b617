// Modules that mean harm, beside one that answers: real HTTP on loopback, asked by a real investigation.
import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { test } from 'node:test'
import { organisationId } from '../../core/ids.ts'
import { systemClock } from '../../platform/clock.ts'
import { memoryModules, type NamedModule } from '../modules/modules-memory.ts'
import { type Resolve, reachOf } from '../modules/relay/address-guard.ts'
import { relayAt, type RelayStub, startRelayStub, type StubAnswer } from '../modules/relay/relay-fixture.ts'
import { startInvestigations } from './investigations.ts'
import type { Placed } from './run-log.ts'

const here = organisationId('here')
const observable = { type: 'ip', value: '203.0.113.7' } as const
const route = '/observe/observables'
const malicious = {
  data: {
    verdicts: { count: 1, docs: [{ type: 'verdict', disposition: 2, observable, valid_time: {} }] },
    sightings: {
      docs: [
        {
          id: 'transient:1',
          observables: [observable],
          relations: [{ source: observable, relation: 'Hosted_By', related: { type: 'domain', value: 'bad.example' } }],
        },
      ],
    },
  },
  errors: [{ type: 'warning', code: 'too-many-messages-warning', message: 'more there' }],
}
const deadlineMs = 1_500

const toLoopback: Resolve = async () => [{ address: '127.0.0.1', family: 4 }]

function relay(name: string, url: string, reach: readonly string[] = ['loopback']): NamedModule {
  const settings = { 'supported-apis': 'observe/observables' }
  return { name, deadlineMs, module: relayAt(url, { settings, reach }) }
}

/** A gigabyte, as fast as it is taken. */
async function gigabyte(response: ServerResponse): Promise<void> {
  const piece = Buffer.alloc(1_048_576, 0x20)
  response.writeHead(200, { 'content-type': 'application/json' })
  // Ends broken off, as soon as the reader has enough.
  await pipeline(Readable.from(Array.from({ length: 1_024 }, () => piece)), response).catch(() => undefined)
}

async function drip(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' })
  while (!response.destroyed) {
    response.write(' ')
    await systemClock.sleep(50)
  }
}

test('security S25: modules that hang, answer 1 GB or garbage, redirect inward or drip are named, and harm nobody', async () => {
  await using up = new AsyncDisposableStack()
  const stub = async (answer: StubAnswer): Promise<RelayStub> => up.use(await startRelayStub({ [route]: answer }))
  const inside = await stub(malicious)
  const html = '<html>no JSON</html>'
  const good = await stub(malicious)
  const cases: readonly (readonly [module: NamedModule, code: string])[] = [
    [relay('hangs', (await stub(() => undefined)).url), 'module-timeout'],
    [relay('floods', (await stub((_request, response) => void gigabyte(response))).url), 'response-too-large'],
    [relay('garbage', (await stub((_request, response) => response.end(html))).url), 'invalid-json-response'],
    [relay('deep', (await stub((_request, response) => response.end('['.repeat(100_000)))).url), 'response-too-large'],
    [relay('drips', (await stub((_request, response) => void drip(response))).url), 'module-timeout'],
    [
      relay(
        'redirects',
        (await stub((_request, response) => response.writeHead(307, { location: inside.url + route }).end())).url,
      ),
      'redirect-refused',
    ],
    [
      relay('loops', (await stub((_request, response) => response.writeHead(308, { location: route }).end())).url),
      'redirect-refused',
    ],
    [
      relay('breaks', (await stub((_request, response) => response.writeHead(500).end('{"message":"boom"}'))).url),
      'server-error',
    ],
    [relay('rebinds', `http://relay.example:${new URL(inside.url).port}`, []), 'address-refused'],
    [relay('absent', 'http://127.0.0.1:1'), 'unreachable'],
  ]
  const modules = memoryModules(relay('good', good.url), ...cases.map(([module]) => module))
  await using investigations = startInvestigations({ modules, clock: systemClock })
  const before = process.memoryUsage.rss()
  const { id } = await investigations.create(here, { observables: [observable] })
  const signal = new AbortController().signal
  const followed = (await investigations.follow(here, id, 0, signal)) ?? assert.fail()
  const told: string[] = []
  for await (const batch of followed.events) for (const { event } of batch) told.push(event.event)
  const found = (await investigations.get(here, id)) ?? assert.fail()

  assert.equal(found.state, 'done')
  const run = (name: string) => found.modules.find((one) => one.name === name) ?? assert.fail(name)
  for (const [{ name }, code] of cases) {
    assert.equal(run(name).state, 'failed', name)
    assert.deepEqual(
      run(name).errors.map((error) => error.code),
      [code],
      name,
    )
  }
  assert.equal(inside.requests.length, 0, 'nothing reached the address inside')
  assert.ok(process.memoryUsage.rss() - before < 400 * 1_048_576, 'a gigabyte is not held')
  assert.equal(run('good').state, 'done')
  assert.ok(run('good').ms < run('hangs').ms, 'the good one was there before the deadline of the others')
  assert.deepEqual(
    run('good').errors.map(({ code }) => code),
    ['too-many-messages-warning'],
    'data and errors',
  )
  assert.equal(found.verdicts[0]?.disposition, 2)
  assert.match(found.verdicts[0]?.why ?? '', /good/)
  const seed = found.graph.nodes.find(({ seed: asked }) => asked)
  assert.equal(seed?.disposition, 2)
  assert.deepEqual(
    found.graph.edges.map(({ relation, sources }) => [relation, sources[0]?.module]),
    [['Hosted_By', 'good']],
  )
  for (const event of [
    'module.started',
    'module.done',
    'module.failed',
    'graph.delta',
    'verdict.changed',
    'investigation.done',
  ])
    assert.ok(told.includes(event), event)
  assert.ok(told.indexOf('module.done') < told.indexOf('investigation.done'))
})

test('issue 9 What must hold: the first partial result is there within 300 ms of the fastest answer', async () => {
  let answeredAt = 0
  await using fast = await startRelayStub({
    [route]: (_request, response) => {
      response.end(JSON.stringify(malicious), () => {
        answeredAt = systemClock.monotonic()
      })
    },
  })
  await using slow = await startRelayStub({ [route]: () => undefined })
  const modules = memoryModules(relay('slow', slow.url), relay('fast', fast.url))
  await using investigations = startInvestigations({ modules, clock: systemClock })
  const { id } = await investigations.create(here, { observables: [observable] })
  const followed = (await investigations.follow(here, id, 0, new AbortController().signal)) ?? assert.fail()
  for await (const batch of followed.events) {
    if (!batch.some(({ event }) => event.event === 'module.done')) continue
    assert.ok(systemClock.monotonic() - answeredAt < 300)
    const found = await investigations.get(here, id)
    assert.equal(found?.state, 'running')
    assert.equal(found.verdicts.length, 1)
    return
  }
  assert.fail('nothing came')
})

test('console-and-cli 4: a place goes on without a gap, and an unknown one is told to begin again', async () => {
  await using fast = await startRelayStub({ [route]: malicious })
  await using investigations = startInvestigations({
    modules: memoryModules(relay('fast', fast.url)),
    clock: systemClock,
  })
  const { id } = await investigations.create(here, { observables: [observable] })
  const signal = new AbortController().signal
  const done = await investigations.wait(here, id, { timeoutMs: 10_000 })
  const from = async (after: number) => {
    const followed = (await investigations.follow(here, id, after, signal)) ?? assert.fail()
    const told: Placed[] = []
    for await (const batch of followed.events) told.push(...batch)
    return told
  }
  const all = await from(0)
  assert.deepEqual(
    all.map((placed) => placed.id),
    all.map((_, index) => index + 1),
  )
  assert.equal(all.at(-1)?.id, done?.asOf)
  assert.deepEqual(await from(2), all.slice(2))
  assert.equal((await from(999))[0]?.event.event, 'reset')
  assert.equal((await investigations.follow(here, id, all.length, signal))?.over, true)
  assert.equal(await investigations.follow(organisationId('other'), id, 0, signal), undefined)
})

test('security S2: an address counts by what it is when it is reached, whatever it carries inside', async () => {
  const cases: readonly (readonly [host: string, refused: boolean])[] = [
    ['127.0.0.1', false],
    ['10.1.2.3', false],
    ['198.18.0.1', true],
    ['169.254.169.254', true],
    ['[::ffff:169.254.169.254]', true],
    ['[64:ff9b::a9fe:a9fe]', true],
    ['[2002:a9fe:a9fe::1]', true],
    ['[fd00:ec2::254]', true],
    ['0.0.0.0', true],
    ['[::]', true],
    ['224.0.0.1', true],
  ]
  for (const [host, refused] of cases) {
    const judged = reachOf(new URL(`http://${host}`).hostname, toLoopback)
    if (refused) await assert.rejects(judged, { code: 'module.settings' }, host)
    else await judged
  }
})
