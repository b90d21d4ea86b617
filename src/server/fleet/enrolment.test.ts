// Redemption and renewal over the real listener: exactly one certificate a token, lost replies, refusals (security 2).
import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { sql } from 'kysely'
import {
  ask,
  basic,
  certificateIn,
  codeIn,
  enrol,
  enrolDevice,
  newRequest,
  openFleetSite,
  renew,
} from './fleet-fixture.ts'

const minute = 60_000
const hour = 60 * minute

test('security S21: of 50 clients with 50 keys and one token exactly one gets a certificate, 49 hear spent', async () => {
  await using site = await openFleetSite()
  const token = await site.token()
  const requests = await Promise.all(Array.from({ length: 50 }, () => newRequest()))
  const replies = await Promise.all(requests.map(({ csr }) => enrol(site, token, csr)))
  assert.equal(replies.filter(({ status }) => status === 200).length, 1)
  const refused = replies.filter(({ status }) => status !== 200)
  assert.deepEqual(
    [...new Set(refused.map((reply) => `${reply.status} ${codeIn(reply)}`))],
    ['403 enrolment.token.spent'],
  )
  for (const table of ['fleet_certificate', 'fleet_device'] as const) {
    const { n } = await site.db.selectFrom(table).select(sql<number>`count(*)`.as('n')).executeTakeFirstOrThrow()
    assert.equal(n, 1)
  }
})

test('security 2: a lost reply asked again with the same key gives the same bytes, 50 times at once too', async () => {
  await using site = await openFleetSite()
  const token = await site.token()
  const { csr } = await newRequest()
  const replies = await Promise.all(Array.from({ length: 50 }, () => enrol(site, token, csr)))
  assert.deepEqual([...new Set(replies.map(({ status }) => status))], [200])
  assert.equal(new Set(replies.map(({ body }) => body)).size, 1)
  site.advance(23 * hour)
  assert.equal((await enrol(site, token, csr)).body, replies[0]?.body, 'also after the token would have expired')
  site.advance(2 * hour)
  assert.equal(codeIn(await enrol(site, token, csr)), 'enrolment.token.spent')
})

test('security 2: a certificate that was used on the channel is not given again', async () => {
  await using site = await openFleetSite()
  const token = await site.token()
  const { csr } = await newRequest()
  const cert = certificateIn(await enrol(site, token, csr))
  const fingerprint = new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase()
  await site.fleet.registry.channelAccepted(fingerprint)
  const again = await enrol(site, token, csr)
  assert.equal(codeIn(again), 'enrolment.token.spent')
  assert.match(again.body, /used on 20\d\d-.* by device d[0-9a-f]{16} from 127\.0\.0\.1/)
})

test('security S21: what fails between signing and commit leaves nothing, and the token can be used again', async () => {
  await using site = await openFleetSite()
  const token = await site.token()
  const { csr } = await newRequest()
  await sql`create trigger stop before update on fleet_token begin select raise(abort, 'power cut'); end`.execute(
    site.db,
  )
  const failed = await enrol(site, token, csr)
  assert.deepEqual([failed.status, codeIn(failed)], [503, 'enrolment.ca.unavailable'])
  assert.equal(failed.headers['retry-after'], '10')
  assert.deepEqual(await site.db.selectFrom('fleet_certificate').selectAll().execute(), [])
  assert.deepEqual(await site.db.selectFrom('fleet_device').selectAll().execute(), [])
  await sql`drop trigger stop`.execute(site.db)
  assert.equal((await enrol(site, token, csr)).status, 200)
})

test('security 2: a token is kept as a hash; neither its key nor itself is in the database or the log', async () => {
  await using site = await openFleetSite()
  const token = await site.token()
  await enrol(site, { user: token.user, key: 'wrong' }, (await newRequest()).csr)
  await enrol(site, token, (await newRequest()).csr)
  const row = await site.db.selectFrom('fleet_token').selectAll().executeTakeFirstOrThrow()
  assert.equal(row.key_hash, createHash('sha256').update(token.key).digest('hex'))
  const told = JSON.stringify(row) + site.logged.join('')
  assert(!told.includes(token.key) && !told.includes(token.token))
  assert(site.logged.some((line) => line.includes('certificate issued')))
})

test('security S21: ten wrong credentials a minute, then 429; right ones never count, nor does a wrong key spend', async () => {
  await using site = await openFleetSite()
  const token = await site.token()
  const { csr } = await newRequest()
  for (let i = 0; i < 12; i++) assert.equal(codeIn(await enrol(site, await spentToken(), csr)), 'enrolment.token.spent')
  for (let i = 0; i < 10; i++) {
    const reply = await enrol(site, { user: i % 2 === 0 ? token.user : `u${i}`, key: 'x'.repeat(32) }, csr)
    assert.deepEqual(
      [reply.status, codeIn(reply)],
      [401, i % 2 === 0 ? 'enrolment.token.wrong' : 'enrolment.token.unknown'],
    )
    assert.equal(reply.headers['www-authenticate'], 'Basic realm="sallyport"')
  }
  const limited = await enrol(site, token, csr)
  assert.deepEqual([limited.status, codeIn(limited)], [429, 'enrolment.rate'])
  assert(Number(limited.headers['retry-after']) >= 1)
  const row = await site.db
    .selectFrom('fleet_token')
    .selectAll()
    .where('user', '=', token.user)
    .executeTakeFirstOrThrow()
  assert.equal(row.state, 'open')

  async function spentToken() {
    const spent = await site.token()
    await enrol(site, spent, (await newRequest()).csr)
    return spent
  }
})

test('security S21: an unknown user takes no less time than a wrong key', async () => {
  await using site = await openFleetSite()
  const { user } = await site.token()
  const median = async (name: string) => {
    const times: number[] = []
    for (let i = 0; i < 101; i++) {
      const began = performance.now()
      await site.fleet.tokens.authenticate(name, 'x'.repeat(32)).catch(() => undefined)
      times.push(performance.now() - began)
    }
    return times.toSorted((a, b) => a - b)[50] ?? 0
  }
  await median(user)
  const [wrong, unknown] = [await median(user), await median('tUnknownUser1234')]
  assert(Math.abs(wrong - unknown) < Math.max(1, wrong), `wrong ${wrong} ms, unknown ${unknown} ms`)
})

test('security 2: withdrawn, expired and foreign tokens are named', async () => {
  await using site = await openFleetSite()
  const { csr } = await newRequest()
  const withdrawn = await site.token()
  assert.equal(await site.fleet.tokens.withdraw('default', withdrawn.user), true)
  assert.equal(codeIn(await enrol(site, withdrawn, csr)), 'enrolment.token.withdrawn')
  const late = await site.token({ ttlMs: minute })
  site.advance(minute)
  const expired = await enrol(site, late, csr)
  assert.deepEqual([expired.status, codeIn(expired)], [403, 'enrolment.token.expired'])
  await site.db
    .insertInto('fleet_organisation')
    .values({ id: 'other', created_at: 0, grace_days: 90, channel_link: 0 })
    .execute()
  const headers = { 'Content-Type': 'application/pkcs10', Authorization: basic(await site.token()) }
  const foreign = await ask(site, '/.well-known/est/other/simpleenroll', { method: 'POST', headers }, csr)
  assert.deepEqual([foreign.status, codeIn(foreign)], [403, 'enrolment.organisation.mismatch'])
})

test('security 1.4: the key of another device is 409, a compromised one 403', async () => {
  await using site = await openFleetSite()
  const request = await newRequest()
  assert.equal((await enrol(site, await site.token(), request.csr)).status, 200)
  const reused = await enrol(site, await site.token(), request.csr)
  assert.deepEqual([reused.status, codeIn(reused)], [409, 'enrolment.key.reused'])
  const [row] = await site.fleet.registry.devices('default')
  const key = { organisation: 'default', device: row?.id ?? '' }
  await site.fleet.registry.revoke(key, { by: 'test', reason: 'stolen', compromised: true })
  const banned = await enrol(site, await site.token({ device: key.device }), request.csr)
  assert.deepEqual([banned.status, codeIn(banned)], [403, 'enrolment.key.banned'])
})

test('security S22: what a request asks to be is not what its certificate says', async () => {
  await using site = await openFleetSite()
  const lines = (await readFile(join(import.meta.dirname, 'csr-cases.jsonl'), 'utf8')).split('\n')
  const greedy = JSON.parse(lines.find((line) => line.includes('CA:TRUE')) ?? '')
  const pem = certificateIn(await enrol(site, await site.token(), greedy.csr))
  const certificate = new X509Certificate(pem)
  const device = (await site.fleet.registry.devices('default'))[0]?.id
  assert.equal(certificate.ca, false)
  assert.equal(certificate.subject, `CN=${device}\nO=default`)
  assert.equal(certificate.subjectAltName, `URI:urn:sallyport:default:${device}`)
  assert.deepEqual(certificate.keyUsage, ['1.3.6.1.5.5.7.3.2'])
  assert(
    site.logged.some((line) => line.includes('CN=sensor')),
    'it goes to the log',
  )
})

test('security 3.1: a token meant for a device brings it back as itself; a banned one stays out', async () => {
  await using site = await openFleetSite()
  const first = await enrolDevice(site)
  const key = { organisation: 'default', device: first.device }
  await site.fleet.registry.setStanding(key, 'removed', { by: 'test', reason: 'sold' })
  assert.equal(codeIn(await renew(site, first, await newRequest())), 'identity.removed')
  const again = await enrolDevice(site, { device: first.device })
  assert.equal(again.device, first.device)
  assert.equal((await site.fleet.registry.device(key))?.states.enrolled, true)
  await site.fleet.registry.setStanding(key, 'banned', { by: 'test', reason: 'hostile' })
  const banned = await enrol(site, await site.token({ device: first.device }), (await newRequest()).csr)
  assert.deepEqual([banned.status, codeIn(banned)], [403, 'identity.banned'])
  await site.fleet.registry.setStanding(key, 'enrolled', { by: 'test', reason: 'cleared' })
  assert.equal((await renew(site, again, await newRequest())).status, 200)
})

test('security 3.1: renewal takes a new key or the same, repeats a lost reply, and has a bound', async () => {
  await using site = await openFleetSite()
  const device = await enrolDevice(site)
  const fresh = await newRequest()
  const [one, two] = [await renew(site, device, fresh), await renew(site, device, fresh)]
  assert.equal(one.status, 200, one.body)
  assert.equal(one.body, two.body)
  assert.equal(new X509Certificate(certificateIn(one)).subject, new X509Certificate(device.cert).subject)
  const codes: string[] = []
  for (let i = 0; i < 25; i++) codes.push(codeIn(await renew(site, device, await newRequest())))
  assert.equal(codes.at(-1), 'enrolment.rate')
  site.advance(2 * hour)
  assert.equal((await renew(site, device, await newRequest())).status, 200)
})

test('security 3.1: the first channel with a new certificate ends the older ones ten minutes later', async () => {
  await using site = await openFleetSite()
  const old = await enrolDevice(site)
  const request = await newRequest()
  const next = { ...old, key: request.key, cert: certificateIn(await renew(site, old, request)) }
  await site.fleet.registry.channelAccepted(fingerprint(next.cert))
  assert.equal((await renew(site, old, await newRequest())).status, 200, 'the overlap')
  site.advance(10 * minute)
  const superseded = await renew(site, old, await newRequest())
  assert.deepEqual([superseded.status, codeIn(superseded)], [403, 'identity.superseded'])
  assert.equal((await renew(site, next, await newRequest())).status, 200)
})

function fingerprint(pem: string): string {
  return new X509Certificate(pem).fingerprint256.replaceAll(':', '').toLowerCase()
}
