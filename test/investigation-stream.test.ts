// The stream of an investigation over the real listener, as a browser and a program read it (console-and-cli 4).
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test } from 'node:test'
import { organisationId } from '../src/core/ids.ts'
import { systemClock } from '../src/platform/clock.ts'
import { bearer, codeOf, options } from '../src/server/api/api-fixture.ts'
import { type RunningApi, startApi } from '../src/server/api/api.ts'
import { memoryPorts } from '../src/server/api/ports-memory.ts'
import { type Investigations, startInvestigations } from '../src/threat-response/investigate/investigations.ts'
import type { Module } from '../src/threat-response/modules/module.ts'
import { memoryModules } from '../src/threat-response/modules/modules-memory.ts'
import type { Investigation } from '../src/wire/api/investigations.ts'
import { until } from './sallyport.ts'

const observable = { type: 'ip', value: '203.0.113.7' } as const

/** A module that answers when it is told to. */
function held(name: string) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const none = async (): Promise<never> => assert.fail('not asked')
  const module: Module = {
    verbs: ['observe'],
    health: none,
    deliberate: none,
    refer: none,
    async observe() {
      await promise
      const judgement = { id: name, observable, disposition: 2, reason: name, valid_time: {} }
      return { kind: 'documents', docs: { judgements: [judgement] }, errors: [] }
    },
  }
  return { name, module, answer: resolve }
}

type Held = ReturnType<typeof held>

async function serve(up: AsyncDisposableStack, modules: readonly Held[]) {
  const investigations = up.use(startInvestigations({ modules: memoryModules(...modules), clock: systemClock }))
  const api = await listen(up, investigations)
  const headers = { ...bearer, 'content-type': 'application/json' }
  const body = JSON.stringify({ observables: [observable] })
  const begun = await fetch(`${api.url}/api/v1/investigations`, { method: 'POST', headers, body })
  assert.equal(begun.status, 202)
  const { id }: Investigation = JSON.parse(await begun.text())
  const path = `/api/v1/investigations/${id}/stream`
  return { api, investigations, path, url: `${api.url}${path}` }
}

async function listen(up: AsyncDisposableStack, investigations: Investigations, organisation = 'default') {
  const ports = { ...memoryPorts(), investigations }
  return up.use(await startApi(options({ ports, organisation: organisationId(organisation) })))
}

type Told = { readonly id: number; readonly event: string; readonly data: string }

/** The events of a stream as they come, until it ends or the signal cuts it. */
async function* read(url: string, headers: Readonly<Record<string, string>> = {}, signal?: AbortSignal) {
  const answer = await fetch(url, { headers: { ...bearer, ...headers }, ...(signal && { signal }) })
  assert.equal(answer.status, 200)
  assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/)
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  let rest = ''
  for await (const piece of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const parts = `${rest}${piece}`.split('\n\n')
    rest = parts.pop() ?? ''
    for (const part of parts) {
      const fields = new Map(part.split('\n').map((line) => [line.split(':')[0], line.slice(line.indexOf(':') + 2)]))
      if (fields.has('event'))
        yield { id: Number(fields.get('id')), event: fields.get('event') ?? '', data: fields.get('data') ?? '' }
    }
  }
  assert.equal(rest, '', 'it ends behind a whole event')
}

async function whole(stream: AsyncIterable<Told>): Promise<readonly Told[]> {
  const told: Told[] = []
  for await (const one of stream) told.push(one)
  return told
}

async function next(stream: AsyncGenerator<Told>, event: string): Promise<Told> {
  for (;;) {
    const { value, done } = await stream.next()
    if (done === true) assert.fail(`it ended before ${event}`)
    if (value.event === event) return value
  }
}

test('console-and-cli 4: answers are told as they come, and the stream ends with the investigation', async () => {
  await using up = new AsyncDisposableStack()
  const modules = ['a', 'b', 'c'].map(held)
  const { url } = await serve(up, modules)
  const stream = read(`${url}?after=0`)
  for (const { name, answer } of modules.toReversed()) {
    answer()
    assert.equal(JSON.parse((await next(stream, 'module.done')).data).name, name)
  }
  const { id } = await next(stream, 'investigation.done')
  assert.equal((await stream.next()).done, true)
  const again = await fetch(url, { headers: { ...bearer, 'last-event-id': String(id) } })
  assert.equal(again.status, 204, 'a browser asks no more')
  const unknown = await fetch(url.replace('/stream', 'x/stream'), { headers: bearer })
  assert.deepEqual([unknown.status, await codeOf(unknown)], [404, 'investigation.unknown'])
})

test('console-and-cli 4: cut anywhere and taken up again by Last-Event-ID, every event is told once', async () => {
  await using up = new AsyncDisposableStack()
  const modules = ['a', 'b', 'c', 'd'].map(held)
  const { url } = await serve(up, modules)
  const told: Told[] = []
  // Cut while it runs, behind each answer, once in the middle of what belongs to it.
  for (const [index, { answer }] of modules.entries()) {
    const gone = new AbortController()
    const last = told.at(-1)?.id
    const stream = read(`${url}?after=0`, last === undefined ? {} : { 'last-event-id': String(last) }, gone.signal)
    answer()
    const wanted = index % 2 === 0 ? 'module.done' : 'verdict.changed'
    for (;;) {
      const { value, done } = await stream.next()
      if (done === true) assert.fail('it ended')
      told.push(value)
      if (value.event === wanted && value.data.includes(modules[index]?.name ?? '')) break
    }
    gone.abort()
    // What is on its way still is not counted as heard.
    await stream.next().catch(() => undefined)
  }
  for await (const one of read(url, { 'last-event-id': String(told.at(-1)?.id) })) told.push(one)
  assert.deepEqual(
    told.map(({ id }) => id),
    told.map((_, index) => index + 1),
  )
  assert.equal(told.at(-1)?.event, 'investigation.done')
  // Afterwards from every place, the header before the older place in the address.
  for (let place = 0; place < told.length; place++) {
    const rest = await whole(read(`${url}?after=1`, { 'last-event-id': String(place) }))
    assert.deepEqual(rest, told.slice(place))
  }
})

test('security: nobody without a key, and nobody of another organisation, hears of an investigation', async () => {
  await using up = new AsyncDisposableStack()
  const [module] = [held('a')]
  const { api, investigations, path, url } = await serve(up, [module])
  const elsewhere = await listen(up, investigations, 'other')
  const cases: readonly (readonly [api: RunningApi, headers: Record<string, string>, status: number, code: string])[] =
    [
      [api, {}, 401, 'session.missing'],
      [api, { authorization: 'Bearer another-key' }, 401, 'session.missing'],
      [api, { cookie: 'sallyport=x' }, 401, 'session.missing'],
      [api, { ...bearer, origin: 'https://evil.example' }, 403, 'local.origin'],
      [elsewhere, bearer, 404, 'investigation.unknown'],
      [elsewhere, { ...bearer, 'last-event-id': '1' }, 404, 'investigation.unknown'],
    ]
  for (const [at, headers, status, code] of cases) {
    const answer = await fetch(`${at.url}${path}`, { headers })
    assert.deepEqual([answer.status, await codeOf(answer)], [status, code], JSON.stringify(headers))
  }
  module.answer()
  assert.equal((await whole(read(url))).at(-1)?.event, 'investigation.done')
})

test('console-and-cli 4: who signs out hears nothing more, and a server that stops ends the stream', async () => {
  await using up = new AsyncDisposableStack()
  const [first, second] = [held('a'), held('b')]
  const { api, url } = await serve(up, [first, second])
  const headers = { 'content-type': 'application/json', origin: api.url }
  const body = JSON.stringify({ link: api.link().replace(/.*[=#]/, '') })
  const signedIn = await fetch(`${api.url}/api/v1/sessions`, { method: 'POST', headers, body })
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? assert.fail(await signedIn.text())
  const heard = fetch(url, { headers: { cookie } }).then((answer) => answer.text())
  const stays = read(url)
  await next(stays, 'module.started')
  const out = await fetch(`${api.url}/api/v1/session`, { method: 'DELETE', headers: { cookie, origin: api.url } })
  assert.equal(out.status, 204)
  first.answer()
  await next(stays, 'module.done')
  assert.doesNotMatch(await heard, /module\.done/)
  await api[Symbol.asyncDispose]()
  await stays.next().catch(() => undefined)
  assert.equal((await stays.next()).done, true)
})

test('console-and-cli 4: a reader that does not read holds one piece and the buffers of its socket', async () => {
  await using up = new AsyncDisposableStack()
  const seen = { batches: 0, ended: false }
  const large = { event: 'graph.delta', data: { nodes: [], edges: [], removedNodes: [], removedEdges: [] } } as const
  const investigations: Investigations = {
    ...up.use(startInvestigations({ modules: memoryModules(), clock: systemClock })),
    async follow(_organisation, _id, _after, signal) {
      async function* endless() {
        try {
          for (;;) {
            seen.batches++
            const removedNodes = ['x'.repeat(4_194_304)]
            yield [{ id: seen.batches, event: { ...large, data: { ...large.data, removedNodes } } }]
            if (signal.aborted) return
          }
        } finally {
          seen.ended = true
        }
      }
      return { over: false, events: endless() }
    },
  }
  const api = await listen(up, investigations)
  const asked = request(`${api.url}/api/v1/investigations/x/stream`, { headers: bearer })
  const answered = Promise.withResolvers<void>()
  asked.on('response', (answer) => {
    answer.pause()
    answered.resolve()
  })
  asked.on('error', () => undefined)
  asked.end()
  await answered.promise
  // A piece each 100 ms at most: what stands still for ten of them is held.
  let [count, since] = [0, systemClock.monotonic()]
  await until('it stands still', () => {
    if (seen.batches !== count) [count, since] = [seen.batches, systemClock.monotonic()]
    return count > 0 && systemClock.monotonic() - since > 1_000
  })
  assert.ok(seen.batches < 16, `${seen.batches} pieces of 4 MiB`)
  asked.destroy()
  await until('it is let go of', () => seen.ended)
})
