// The tail over a real port: refused like any question, held by who reads slowly, ended by who goes, signs out or stops.
import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test, type TestContext } from 'node:test'
import { systemClock } from '../../platform/clock.ts'
import type { TailLine } from '../../wire/api/events.ts'
import { type ApiOptions, startApi } from './api.ts'
import { bearer, codeOf, options } from './api-fixture.ts'
import { memoryPorts } from './ports-memory.ts'

type Tail = ApiOptions['ports']['events']['tail']

const line: TailLine = { kind: 'at', cursor: 'c', behind: false }

/** A tail that says a step whenever it is asked, and remembers how often and whether it was ended. */
function endlessTail(step: readonly TailLine[] = [line]) {
  const seen = { steps: 0, aborted: false, from: '' }
  const tail: Tail = async function* (_organisation, _question, { from, signal }) {
    seen.from = from
    signal.addEventListener('abort', () => (seen.aborted = true))
    while (!signal.aborted) {
      seen.steps++
      yield step
      await systemClock.sleep(1, signal)
    }
  }
  return { seen, tail }
}

async function serve(t: TestContext, tail: Tail) {
  const ports = memoryPorts()
  const api = await startApi(options({ ports: { ...ports, events: { ...ports.events, tail } } }))
  t.after(() => api[Symbol.asyncDispose]())
  return api
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const end = systemClock.monotonic() + 20_000
  while (!holds()) {
    assert(systemClock.monotonic() < end, `never: ${what}`)
    await systemClock.sleep(5)
  }
}

test('issue 9, 8: a tail says its lines as they come, and ends when its reader goes', async (t) => {
  const { seen, tail } = endlessTail()
  const api = await serve(t, tail)
  const gone = new AbortController()
  const answer = await fetch(`${api.url}/api/v1/events/tail?from=abc`, { headers: bearer, signal: gone.signal })
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  assert.equal(answer.headers.get('x-accel-buffering'), 'no')
  const reader = answer.body?.getReader()
  const first = await reader?.read()
  assert.match(Buffer.from(first?.value ?? []).toString(), /^\{"kind":"at".*\}\n/)
  assert.equal(seen.from, 'abc')
  gone.abort()
  await until('the tail is ended', () => seen.aborted)
})

test('console-and-cli 4: a reader that does not read holds one step and the buffers of its socket, no more', async (t) => {
  const step = Array.from({ length: 1_000 }, (): TailLine => ({ ...line, cursor: 'c'.repeat(1_000) }))
  const { seen, tail } = endlessTail(step)
  const api = await serve(t, tail)
  const asked = request(`${api.url}/api/v1/events/tail`, { headers: bearer })
  const answered = Promise.withResolvers<void>()
  asked.on('response', (answer) => {
    answer.pause()
    answered.resolve()
  })
  asked.on('error', () => undefined)
  asked.end()
  await answered.promise
  // A megabyte a step, a step a millisecond: what is held stands still, what is not goes on.
  let [count, since] = [0, systemClock.monotonic()]
  await until('it stands still', () => {
    if (seen.steps !== count) [count, since] = [seen.steps, systemClock.monotonic()]
    return count > 0 && systemClock.monotonic() - since > 300
  })
  assert(seen.steps < 64, `${seen.steps} steps`)
  asked.destroy()
  await until('the tail is ended', () => seen.aborted)
})

test('console-and-cli 4: signing out ends what the session reads', async (t) => {
  const { seen, tail } = endlessTail()
  const api = await serve(t, tail)
  const code = api.link().replace(/.*[=#]/, '')
  const signedIn = await fetch(`${api.url}/api/v1/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: api.url },
    body: JSON.stringify({ link: code }),
  })
  assert.ok(signedIn.ok, await signedIn.text())
  const cookie = signedIn.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const answer = await fetch(`${api.url}/api/v1/events/tail`, { headers: { cookie } })
  const rest = answer.text()
  await until('it flows', () => seen.steps > 3)
  const out = await fetch(`${api.url}/api/v1/session`, { method: 'DELETE', headers: { cookie, origin: api.url } })
  assert.equal(out.status, 204)
  assert.match(await rest, /"kind":"at"/)
})

test('issue 9, 8: a server that stops ends its tails at once', async () => {
  const { seen, tail } = endlessTail()
  const ports = memoryPorts()
  const api = await startApi(options({ ports: { ...ports, events: { ...ports.events, tail } } }))
  const answer = await fetch(`${api.url}/api/v1/events/tail`, { headers: bearer })
  const rest = answer.text().catch(() => 'cut off')
  await until('it flows', () => seen.steps > 3)
  await api[Symbol.asyncDispose]()
  assert.ok(seen.aborted)
  await rest
})

test('issue 9, 8: a question that cannot be answered is refused before the answer begins', async (t) => {
  const api = await serve(t, memoryPorts().events.tail)
  const refused = await fetch(`${api.url}/api/v1/events/tail?from=start&q=%22`, { headers: bearer })
  assert.equal(refused.status, 400)
  assert.equal(await codeOf(refused), 'query.malformed')
})

test('issue 9, 8: so many tails and no more; one that ends makes room for another', async (t) => {
  const { tail } = endlessTail()
  const api = await serve(t, tail)
  const follow = async (signal: AbortSignal) =>
    await fetch(`${api.url}/api/v1/events/tail`, { headers: bearer, signal })
  const gone = Array.from({ length: 32 }, () => new AbortController())
  // Kept: an answer that nobody holds is cancelled when it is collected.
  const answers = await Promise.all(gone.map(({ signal }) => follow(signal)))
  for (const { status } of answers) assert.equal(status, 200)
  const refused = await follow(AbortSignal.timeout(20_000))
  assert.deepEqual([refused.status, await codeOf(refused)], [503, 'tail.busy'])
  gone[0]?.abort()
  const end = systemClock.monotonic() + 20_000
  for (;;) {
    const one = new AbortController()
    const { status } = await follow(one.signal)
    one.abort()
    if (status === 200) break
    assert(systemClock.monotonic() < end, 'never: room for another')
    await systemClock.sleep(20)
  }
  for (const each of gone) each.abort()
})
