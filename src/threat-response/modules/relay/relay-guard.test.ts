// What a relay cannot bring the server to do: reach elsewhere, wait, or hold too much (security S2, S25).
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { mayReach, rangeOf, reachOf } from './address-guard.ts'
import { startRelayStub } from './relay-fixture.ts'
import { pinnedLookup, postToRelay } from './relay-http.ts'

const never = new AbortController().signal
const nobody = () => Promise.reject(new TypeError('nobody is asked'))

const post = (url: string, more: Partial<Parameters<typeof postToRelay>[0]> = {}) =>
  postToRelay({
    url: new URL(url),
    headers: {},
    body: {},
    reach: ['loopback'],
    resolve: nobody,
    signal: never,
    ...more,
  })

test('security S2: an address is reached where it is public, or of the inner kind that was typed; metadata never', () => {
  for (const { address, range } of [
    { address: '203.0.113.7', range: 'reserved' },
    { address: '8.8.8.8', range: 'unicast' },
    { address: '127.0.0.1', range: 'loopback' },
    { address: '[::1]', range: 'loopback' },
    { address: '::ffff:10.0.0.1', range: 'private' },
    { address: '64:ff9b::7f00:1', range: 'loopback' },
    { address: '2002:a9fe:a9fe::1', range: 'metadata' },
    { address: '::127.0.0.1', range: 'loopback' },
    { address: '64:ff9b:1::a00:1', range: 'private' },
    { address: '::ffff:0:127.0.0.1', range: 'loopback' },
    { address: '2001:0:808:808:0:0:5601:5601', range: 'metadata' },
    { address: '169.254.169.254', range: 'metadata' },
    { address: '[fd00:ec2::254]', range: 'metadata' },
    { address: '0.0.0.0', range: 'unspecified' },
  ]) {
    assert.equal(rangeOf(address), range, address)
    assert.equal(mayReach(address, []), range === 'unicast', address)
    const inner = range === 'loopback' || range === 'private'
    assert.equal(mayReach(address, [range]), range === 'unicast' || inner, address)
    assert.equal(mayReach(address, ['uniqueLocal']), range === 'unicast', address)
  }
})

test('security S2: what the typed name leads to is kept beside the instance, and what is nobody’s relay is refused', async () => {
  const to = (...addresses: string[]) => Promise.resolve(addresses.map((address) => ({ address, family: 4 })))
  assert.deepEqual(await reachOf('relay.example', () => to('8.8.8.8')), [])
  assert.deepEqual(await reachOf('relay.example', () => to('8.8.8.8', '10.0.0.1')), ['private'])
  assert.deepEqual(await reachOf('[::1]', nobody), ['loopback'])
  assert.deepEqual(await reachOf('relay.example', nobody), [])
  await assert.rejects(
    reachOf('relay.example', () => to('169.254.169.254')),
    { code: 'module.settings' },
  )
})

test('security S2: a name that turns inward later is refused when the socket connects, and so is an address in text', async () => {
  await using stub = await startRelayStub({ '/health': {} })
  const { port } = new URL(stub.url)
  const inward = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }])
  const named = `http://relay.example:${port}/health`
  for (const answer of [
    await post(named, { reach: [], resolve: inward }),
    await post(`${stub.url}/health`, { reach: [] }),
  ]) {
    assert(answer.kind === 'failed')
    assert.equal(answer.errors[0]?.code, 'address-refused')
  }
  assert.equal(stub.requests.length, 0)
  assert.equal((await post(named, { resolve: inward })).kind, 'answer')
})

test('security S2: of several addresses only those that may be reached are given to the socket, whichever it asks for', async () => {
  const mixed = ['10.0.0.1', '169.254.169.254', '127.0.0.1', '8.8.8.8'].map((address) => ({ address, family: 4 }))
  const lookup = pinnedLookup({ reach: ['loopback'], resolve: () => Promise.resolve(mixed) })
  const asked = async (all: boolean) => {
    const { promise, resolve } = Promise.withResolvers<unknown>()
    lookup('relay.example', { all }, (error, address) => resolve(error ?? address))
    return await promise
  }
  assert.deepEqual(await asked(true), mixed.slice(2))
  assert.equal(await asked(false), '127.0.0.1')
})

test('security S2: a redirect is followed within its own origin alone, and only where it keeps the question', async (t) => {
  let reached = 0
  const inner = createServer((_request, response) => {
    reached++
    response.end('{}')
  })
  await new Promise<void>((resolve) => inner.listen(0, '127.0.0.1', resolve))
  t.after(() => inner.close())
  const address = inner.address()
  const port = typeof address === 'object' ? address?.port : undefined
  await using stub = await startRelayStub({
    '/inward': (_, response) => response.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end(),
    '/to-get': (_, response) => response.writeHead(302, { location: '/own' }).end(),
    '/round': (_, response) => response.writeHead(307, { location: '/round' }).end(),
    '/moved': (_, response) => response.writeHead(308, { location: '/own' }).end(),
    '/own': { data: 1 },
  })
  for (const path of ['/inward', '/to-get', '/round']) {
    const answer = await post(`${stub.url}${path}`)
    assert.equal(answer.kind === 'failed' ? answer.errors[0]?.code : answer.kind, 'redirect-refused', path)
  }
  assert.equal(reached, 0)
  assert.deepEqual(await post(`${stub.url}/moved`), { kind: 'answer', status: 200, body: { data: 1 } })
})

test('security S25: an answer without end, too deep, of garbage or cut off is a failure with its code', async () => {
  const mebibyte = Buffer.alloc(1_048_576, 32)
  await using stub = await startRelayStub({
    '/endless': (_, response) => {
      const more = () => {
        while (!response.destroyed && response.write(mebibyte));
        response.once('drain', more)
      }
      more()
    },
    '/announced': (_, response) => response.writeHead(200, { 'content-length': 2 ** 30 }).write(' '),
    '/deep': (_, response) => response.end('['.repeat(100_000)),
    '/garbage': (_, response) => response.end('\u0000<html>'),
    '/cut': (_, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('{"data"')
      setImmediate(() => response.destroy())
    },
  })
  for (const [path, code] of [
    ['/endless', 'response-too-large'],
    ['/announced', 'response-too-large'],
    ['/deep', 'response-too-large'],
    ['/garbage', 'invalid-json-response'],
    ['/cut', 'unreachable'],
  ] as const) {
    const answer = await post(`${stub.url}${path}`)
    assert.equal(answer.kind === 'failed' ? answer.errors[0]?.code : answer.kind, code, path)
  }
})
