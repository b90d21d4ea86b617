// Tokens: which names they may carry, how long they live, what is kept of them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Fault } from '../../core/fault.ts'
import { decodeToken } from '../../wire/registration/token.ts'
import { codeIn, enrol, newRequest, openFleetSite } from './fleet-fixture.ts'

const wide = { host: '0.0.0.0', port: 8444 }
const minute = 60_000

test('security 2: the string holds what the parts say, and enrols', async () => {
  await using site = await openFleetSite()
  const made = await site.token({ names: ['exchange.example', '127.0.0.1'], deviceName: 'edge 1' })
  const parts = decodeToken(made.token)
  const { port } = site.listener.address
  assert.deepEqual(parts.addresses, [`exchange.example:${port}`, `127.0.0.1:${port}`])
  assert.deepEqual(parts, {
    ...parts,
    pins: made.pins,
    user: made.user,
    key: made.key,
    organisation: 'default',
    deviceName: 'edge 1',
  })
  assert.equal(parts.expires, Math.floor(made.expires / 1_000))
  assert.equal(made.url, `https://exchange.example:${port}/.well-known/est`)
  assert.equal(made.ca, site.fleet.authority.anchors.join(''))
  // Basic must stay short: strongSwan cuts the header (security 1.2).
  assert.equal(`${made.user}:${made.key}`.length, 49)
  assert.match(made.user + made.key, /^[A-Za-z][A-Za-z0-9]{47}$/)
  assert.equal((await enrol(site, made, (await newRequest()).csr)).status, 200)
  assert.equal((await site.fleet.registry.devices('default'))[0]?.name, 'edge 1')
})

const refused: readonly { why: string; names: readonly string[]; bound?: typeof wide }[] = [
  { why: 'no name while bound to all interfaces', names: [] },
  { why: 'the wildcard itself', names: ['0.0.0.0'] },
  { why: 'the IPv6 wildcard', names: ['[::]:8444'] },
  { why: 'loopback while bound wider', names: ['127.0.0.1'] },
  { why: 'loopback in disguise', names: ['0x7f.1'] },
  { why: 'localhost beside a good name', names: ['exchange.example', 'localhost'] },
  { why: 'loopback while bound to one address', names: ['127.0.0.1'], bound: { host: '192.0.2.7', port: 8444 } },
  { why: 'a wildcard even where bound to loopback', names: ['*'], bound: { host: '127.0.0.1', port: 8444 } },
  { why: 'a name that is not in the certificate', names: ['other.example'] },
  { why: 'more than four', names: Array(5).fill('exchange.example') },
  { why: 'four that would not fit', names: ['a', 'b', 'c', 'd'].map((c) => `${`${c.repeat(60)}.`.repeat(4)}example`) },
  { why: 'none at all', names: ['a b'] },
]
for (const { why, names, bound = wide } of refused)
  test(`security 2: a token is refused for ${why}, with the remedy`, async () => {
    await using site = await openFleetSite()
    if (why.includes('fit')) for (const name of names) await site.fleet.authority.server.addName(name)
    await assert.rejects(site.token({ names, bound }), (error) => {
      assert(error instanceof Fault)
      assert.equal(error.code, 'enrolment.token.name')
      assert.match(error.remedy, /name/i)
      if (/wildcard|loopback|bound/.test(why)) assert.match(error.what, /would not lead another machine here/)
      return true
    })
  })

test('security 2: it lives 15 minutes by default, an hour at most', async () => {
  await using site = await openFleetSite()
  const now = Date.now()
  const lives = [(await site.token()).expires, (await site.token({ ttlMs: 24 * 60 * minute })).expires]
  assert.deepEqual(
    lives.map((expires) => Math.round((expires - now) / minute)),
    [15, 60],
  )
})

test('security 2: an unknown device or organisation gets no token', async () => {
  await using site = await openFleetSite()
  await assert.rejects(
    site.token({ device: 'nobody' }),
    (error) => error instanceof Fault && error.code === 'device.unknown',
  )
  await assert.rejects(
    site.token({ organisation: 'nobody' }),
    (error) => error instanceof Fault && error.code === 'enrolment.organisation.unknown',
  )
})

test('security 2: lists show states and no secret; a spent token cannot be withdrawn', async () => {
  await using site = await openFleetSite()
  const [open, spent, late] = [await site.token(), await site.token(), await site.token({ ttlMs: minute })]
  await enrol(site, spent, (await newRequest()).csr)
  site.advance(2 * minute)
  const list = await site.fleet.tokens.list('default')
  const states = new Map(list.map(({ user, state }) => [user, state]))
  assert.deepEqual(
    [open, spent, late].map(({ user }) => states.get(user)),
    ['open', 'spent', 'expired'],
  )
  assert(!JSON.stringify(list).includes(open.key))
  assert.equal(await site.fleet.tokens.withdraw('default', spent.user), false)
})

test('security 2: spent stays spent for 30 days, and does not become unknown before', async () => {
  await using site = await openFleetSite()
  const spent = await site.token()
  await enrol(site, spent, (await newRequest()).csr)
  site.advance(29 * 24 * 60 * minute)
  await site.token()
  assert.equal(codeIn(await enrol(site, spent, (await newRequest()).csr)), 'enrolment.token.spent')
  site.advance(2 * 24 * 60 * minute)
  await site.token()
  assert.equal(codeIn(await enrol(site, spent, (await newRequest()).csr)), 'enrolment.token.unknown')
})
