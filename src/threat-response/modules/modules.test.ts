// The registry of modules over a real state database and a real relay on loopback.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { organisationId } from '../../core/ids.ts'
import { systemClock } from '../../platform/clock.ts'
import { openState } from '../../platform/sqlite.ts'
import { memoryEvents } from '../enrich/events-port-memory.ts'
import { noCoverage } from '../enrich/merge-coverage.ts'
import { type Modules, openModules } from './modules.ts'
import { startRelayStub } from './relay/relay-fixture.ts'

const acme = organisationId('acme')
const other = organisationId('other')
const never = new AbortController().signal
const canary = 'canary-9f8e7d6c5b4a'

type Folder = { readonly path: string; readonly key: Buffer }

async function scratch(up: AsyncDisposableStack): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'sallyport-modules-'))
  up.defer(() => rm(path, { recursive: true, force: true }))
  return { path, key: randomBytes(32) }
}

async function open(up: AsyncDisposableStack, { path, key }: Folder): Promise<Modules> {
  const { db } = up.use(await openState(join(path, 'state.sqlite')))
  const report = (error: unknown) => assert.fail(String(error))
  const events = memoryEvents(acme, [], noCoverage)
  const needs = { db, events, clock: systemClock, sealingKey: key, listsFolder: join(path, 'lists'), report }
  return await openModules({ ...needs, jwksHost: () => '127.0.0.1:1' })
}

const relay = (url: string, more: Record<string, string> = {}) => ({
  type: 'relay',
  name: 'One',
  settings: { url, 'auth-type': 'bearer', token: canary, custom_key: `${canary}-2`, custom_HOST: 'a.example', ...more },
})

test('contract 2.4: a secret is in no answer and in no byte of the database, and is sent after a restart', async () => {
  await using up = new AsyncDisposableStack()
  const folder = await scratch(up)
  await using stub = await startRelayStub({ '/health': { data: { status: 'ok' } } })
  {
    await using first = new AsyncDisposableStack()
    const modules = await open(first, folder)
    const made = await modules.add(acme, relay(stub.url))
    const { token, custom_key: key, custom_HOST: host } = made.settings
    assert.deepEqual([token, key, host], ['********', '********', 'a.example'])
    assert.doesNotMatch(JSON.stringify(await modules.list(acme)), new RegExp(canary))
    assert.deepEqual((await modules.list(acme)).map(({ name, builtIn }) => `${name} ${builtIn}`).at(-1), 'One false')
  }
  for (const name of ['state.sqlite', 'state.sqlite-wal']) {
    const bytes = await readFileSyncOrNothing(join(folder.path, name))
    assert.ok(!bytes.includes(canary), name)
  }
  await using second = new AsyncDisposableStack()
  const modules = await open(second, folder)
  const kept = (await modules.list(acme)).find(({ name }) => name === 'One') ?? assert.fail()
  const tested = await modules.test(acme, kept.id, [], never)
  assert.equal(tested?.passed, true, JSON.stringify(tested))
  assert.equal(stub.requests.at(-1)?.authorization, `Bearer ${canary}`)
  assert.equal((await modules.list(acme)).find(({ name }) => name === 'One')?.health.state, 'ok')
})

async function readFileSyncOrNothing(path: string): Promise<Buffer> {
  try {
    return readFileSync(path)
  } catch {
    return Buffer.alloc(0)
  }
}

test('contract 2.4: with another key the secrets do not open, and the code says so', async () => {
  await using up = new AsyncDisposableStack()
  const folder = await scratch(up)
  {
    await using first = new AsyncDisposableStack()
    await (await open(first, folder)).add(acme, relay('http://127.0.0.1:9'))
  }
  await using second = new AsyncDisposableStack()
  await assert.rejects(open(second, { ...folder, key: randomBytes(32) }), { code: 'module.sealed' })
})

test('security S11: a module is seen, tested and removed by its organisation alone; the built-in ones stay', async () => {
  await using up = new AsyncDisposableStack()
  const modules = await open(up, await scratch(up))
  const { id } = await modules.add(acme, relay('http://127.0.0.1:9'))
  assert.ok(!(await modules.list(other)).some((one) => one.id === id))
  assert.equal(await modules.test(other, id, [], never), undefined)
  assert.equal(await modules.remove(other, id), false)
  assert.equal(await modules.remove(acme, id), true)
  assert.equal(await modules.remove(acme, id), false)
  const [events] = await modules.list(acme)
  assert.equal(events?.typeTitle, 'Events')
  await assert.rejects(modules.remove(acme, events.id), { code: 'module.builtin' })
})

test('contract 2.2, 2.4: settings that do not fit their form are refused by name', async () => {
  await using up = new AsyncDisposableStack()
  const modules = await open(up, await scratch(up))
  const url = 'http://127.0.0.1:9'
  const cases: readonly (readonly [settings: Record<string, string>, says: RegExp])[] = [
    [{}, /"url" is missing/],
    [{ url: 'ftp://relay.example' }, /no http or https/],
    [{ url: 'https://user:pw@relay.example' }, /neither user/],
    [{ url: 'https://ciscohosted.url' }, /no http or https/],
    [{ url, colour: 'red' }, /"colour" is no setting/],
    [{ url, token: '********' }, /placeholder/],
    [{ url, 'auth-type': 'magic' }, /none of none, configuration-token/],
    [{ url, 'auth-type': 'bearer' }, /needs "token"/],
    [{ url, 'auth-type': 'configuration-token', 'configuration-token-alg': 'HS256' }, /configuration-token-key/],
    [{ url, custom_exp: '1' }, /replace a claim/],
    [{ url, timeout: '0' }, /1 to 120/],
    [{ url: 'http://169.254.169.254/latest' }, /metadata/],
    [{ url: 'http://0.0.0.0' }, /unspecified/],
  ]
  for (const [settings, what] of cases) {
    const adding = modules.add(acme, { type: 'relay', name: 'One', settings })
    await assert.rejects(adding, (error) => error instanceof Error && what.test(error.message), what.source)
  }
  await assert.rejects(modules.add(acme, { type: 'events', name: 'Two' }), { code: 'module.settings' })
  await modules.add(acme, relay(url))
  await assert.rejects(modules.add(acme, relay(url)), { code: 'module.name' })
})

test('contract 2.4: a credential that a module repeats comes back masked, in every form in which it was sent', async () => {
  await using up = new AsyncDisposableStack()
  const modules = await open(up, await scratch(up))
  await using stub = await startRelayStub({
    '/health': ({ headers }, response) => {
      const said = String(headers.authorization)
      response.writeHead(401).end(JSON.stringify({ errors: [{ code: said, message: `Bad ${said}, ${canary}` }] }))
    },
  })
  const basic = { 'basic-auth-user': 'alice', 'basic-auth-password': canary }
  for (const settings of [{}, { 'auth-type': 'basic', ...basic }, { 'auth-type': 'configuration-token' }]) {
    const made = await modules.add(acme, { ...relay(stub.url, settings), name: `Of ${JSON.stringify(settings)}` })
    const tested = await modules.test(acme, made.id, [], never)
    const sent = stub.requests.at(-1)?.authorization?.split(' ')[1]
    assert.ok(sent !== undefined && sent.length > canary.length - 1)
    assert.match(JSON.stringify(tested), /Bad \S+ \*{8}, \*{8}/)
    assert.ok(!JSON.stringify([tested, await modules.list(acme)]).includes(sent), sent)
  }
})

test('contract 2.4: a credential that a message is cut in is masked as far as it stands', async () => {
  await using up = new AsyncDisposableStack()
  const modules = await open(up, await scratch(up))
  await using stub = await startRelayStub({
    '/health': ({ headers }, response) => {
      const said = String(headers.authorization).replace('Bearer ', '')
      response.writeHead(401).end(JSON.stringify({ errors: [{ code: 'x', message: 'p'.repeat(2_048 - 12) + said }] }))
    },
  })
  const made = await modules.add(acme, relay(stub.url, { 'auth-type': 'bearer', token: canary }))
  const message = (await modules.test(acme, made.id, [], never))?.steps[0]?.errors[0]?.message ?? ''
  assert.match(message, /^p{2036}\*{8}/)
})

test('contract 2.4: a secret of few characters is masked too, and one that a module gives as its status', async () => {
  await using up = new AsyncDisposableStack()
  const modules = await open(up, await scratch(up))
  const pin = 'a1b2'
  const said: Readonly<Record<string, object>> = {
    errors: { errors: [{ code: pin, message: `Pin ${pin} is not that of a1b2c3` }] },
    status: { data: { status: `no pin ${pin}` } },
    outside: { message: `?pin=${pin}` },
  }
  for (const [name, body] of Object.entries(said)) {
    const answer = JSON.stringify(body)
    await using stub = await startRelayStub({
      '/health': (_request, response) => response.writeHead(name === 'outside' ? 401 : 200).end(answer),
    })
    const settings = { 'auth-type': 'none', custom_key: pin }
    const made = await modules.add(acme, { ...relay(stub.url, settings), name })
    const tested = await modules.test(acme, made.id, [], never)
    assert.equal(tested?.passed, false, name)
    const shown = JSON.stringify([tested, await modules.list(acme)])
    assert.match(shown, /\*{8}/, name)
    assert.doesNotMatch(shown, /\ba1b2\b/, name)
    if (name === 'errors') assert.match(shown, /Pin \*{8} is not that of a1b2c3/)
  }
})

test('contract 2.5: an answer in 200,000 parts is read at once, and warned of once', async () => {
  await using up = new AsyncDisposableStack()
  const modules = await open(up, await scratch(up))
  const parts = Array.from({ length: 200_000 }, () => ({ verdicts: [{}] }))
  await using stub = await startRelayStub({
    '/health': { data: { status: 'ok' } },
    '/deliberate/observables': { data: parts },
  })
  const made = await modules.add(acme, relay(stub.url))
  const before = process.cpuUsage()
  const tested = await modules.test(acme, made.id, [{ type: 'ip', value: '192.0.2.1' }], never)
  const { user } = process.cpuUsage(before)
  const step = tested?.steps.find(({ verb }) => verb === 'deliberate')
  assert.deepEqual([step?.count, step?.errors.map(({ code }) => code)], [5_000, ['response-too-large']])
  // Copying what was kept for each part took 16 s.
  assert.ok(user < 6_000_000, `${user} µs`)
})
