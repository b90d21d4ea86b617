// EST on the wire: its routes and methods, what a body may be, and requests that are bound to their channel.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import type { TLSSocket } from 'node:tls'
import { ask, codeIn, newRequest, openFleetSite, secure } from './fleet-fixture.ts'

const est = '/.well-known/est'
const pkcs10 = { 'Content-Type': 'application/pkcs10' }

test('security 1.1: routes and methods of EST', async () => {
  await using site = await openFleetSite()
  const cacerts = await ask(site, `${est}/cacerts`)
  assert.deepEqual([cacerts.status, cacerts.headers['content-type']], [200, 'application/pkcs7-mime'])
  assert.match(cacerts.body, /^[A-Za-z0-9+/=]+\n$/, 'one line and a final LF')
  assert.equal(cacerts.headers['content-length'], String(cacerts.body.length))
  assert.equal((await ask(site, `${est}/default/cacerts`)).body, cacerts.body)
  const wrapped = await ask(site, `${est}/cacerts`, { headers: { 'User-Agent': 'Cisco EST client 1.0' } })
  assert.match(wrapped.body, /^([A-Za-z0-9+/=]{1,64}\n)+$/)
  assert.equal((await ask(site, `${est}/csrattrs`)).status, 204)
  await site.db.updateTable('fleet_organisation').set({ channel_link: 1 }).execute()
  const attributes = await ask(site, `${est}/default/csrattrs`)
  assert.deepEqual([attributes.status, attributes.headers['content-type']], [200, 'application/csrattrs'])
  for (const [method, path, status, code] of [
    ['POST', `${est}/cacerts`, 405, 'enrolment.request.method'],
    ['GET', `${est}/simpleenroll`, 405, 'enrolment.request.method'],
    ['GET', `${est}/fullcmc`, 404, 'enrolment.route.unknown'],
    ['GET', `${est}/`, 404, 'enrolment.route.unknown'],
    ['GET', `${est}/a/b/cacerts`, 404, 'enrolment.route.unknown'],
    ['GET', `${est}/cacerts/cacerts`, 404, 'enrolment.route.unknown'],
    ['GET', `${est}/..%2f/cacerts`, 404, 'enrolment.route.unknown'],
    ['GET', `${est}/nobody/cacerts`, 404, 'enrolment.organisation.unknown'],
    ['GET', '/api/v1/devices', 404, 'route.unknown'],
  ] as const) {
    const reply = await ask(site, path, { method })
    assert.deepEqual([reply.status, codeIn(reply)], [status, code], path)
    assert.match(reply.headers['content-type'] ?? '', /^text\/plain/)
  }
})

test('security 1.2: a body that is large, of another type or without credentials is named', async () => {
  await using site = await openFleetSite()
  const token = await site.token()
  const { csr } = await newRequest()
  const authorization = `Basic ${Buffer.from(`${token.user}:${token.key}`).toString('base64')}`
  for (const [headers, body, status, code] of [
    [{ ...pkcs10, authorization }, 'A'.repeat(16 * 1024 + 1), 413, 'enrolment.request.large'],
    [{ ...pkcs10, authorization, 'Transfer-Encoding': 'chunked' }, 'A'.repeat(20_000), 413, 'enrolment.request.large'],
    [{ 'Content-Type': 'text/plain', authorization }, csr, 415, 'enrolment.request.type'],
    [{ authorization }, csr, 415, 'enrolment.request.type'],
    [pkcs10, csr, 401, 'enrolment.credentials.missing'],
    [{ ...pkcs10, authorization: 'Bearer x' }, csr, 401, 'enrolment.credentials.missing'],
    [{ ...pkcs10, authorization: 'Basic eA==' }, csr, 401, 'enrolment.credentials.missing'],
    [{ ...pkcs10, authorization }, 'no base64!', 400, 'enrolment.csr.malformed'],
    [{ 'Content-Type': 'Application/PKCS10; charset=x', authorization }, csr, 200, ''],
  ] as const) {
    const reply = await ask(site, `${est}/simpleenroll`, { method: 'POST', headers }, body)
    assert.equal(reply.status, status, reply.body)
    if (status === 200) continue
    assert.equal(codeIn(reply), code)
    assert(Buffer.byteLength(reply.body) <= 400)
    if (status === 401) assert.equal(reply.headers['www-authenticate'], 'Basic realm="sallyport"')
  }
})

test('security 1.3: a request bound to its channel enrols on it and nowhere else', async () => {
  await using site = await openFleetSite()
  await site.db.updateTable('fleet_organisation').set({ channel_link: 1 }).execute()
  for (const [version, bind] of [
    ['TLSv1.3', (socket: TLSSocket) => socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))],
    ['TLSv1.2', (socket: TLSSocket) => socket.getFinished() ?? Buffer.alloc(0)],
  ] as const) {
    const socket = await secure(site, { minVersion: version, maxVersion: version })
    const bound = await newRequest(bind(socket).toString('base64'))
    const token = await site.token()
    assert.match(await enrolOn(socket, token, bound.csr), /^HTTP\/1.1 200 /)
    socket.destroy()
    const other = await secure(site, { minVersion: version, maxVersion: version })
    assert.match(await enrolOn(other, await site.token(), bound.csr), /^HTTP\/1.1 400 [^]*enrolment\.pop\.mismatch: /)
    assert.match(
      await enrolOn(other, await site.token(), (await newRequest()).csr),
      /^HTTP\/1.1 400 [^]*enrolment\.pop\.missing: /,
    )
    assert.match(
      await enrolOn(other, await site.token(), (await newRequest('a password')).csr),
      /enrolment\.pop\.missing: /,
    )
    other.destroy()
  }
})

async function enrolOn(socket: TLSSocket, pair: { user: string; key: string }, csr: string): Promise<string> {
  const authorization = Buffer.from(`${pair.user}:${pair.key}`).toString('base64')
  socket.write(
    `POST ${est}/simpleenroll HTTP/1.1\r\nHost: x\r\nContent-Type: application/pkcs10\r\nAuthorization: Basic ${authorization}\r\nContent-Length: ${csr.length}\r\n\r\n${csr}`,
  )
  const [data] = await once(socket, 'data')
  return String(data)
}
