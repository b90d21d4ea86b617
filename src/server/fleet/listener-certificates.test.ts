// Certificates of syslog listeners as devices get them: by which names, from which CA, and who is refused.
import 'reflect-metadata'
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import * as x509 from '@peculiar/x509'
import { makeRequest } from '../../platform/certificate-request.ts'
import { newKeyPair } from './certificate-profile.ts'
import { ask, basic, codeIn, enrolDevice, type FleetSite, openFleetSite, type Reply } from './fleet-fixture.ts'
import { privateKeyPem } from './private-key.ts'

const day = 86_400_000
const path = '/.well-known/est/listenerenroll'
const operator = { by: 'test', reason: 'test' }

type Shown = { readonly key?: string; readonly cert?: string }

async function newKey(): Promise<string> {
  return privateKeyPem((await newKeyPair()).privateKey)
}

async function certify(site: FleetSite, device: Shown, hosts: readonly string[], key?: string): Promise<Reply> {
  const csr = await makeRequest({ key: key ?? (await newKey()), name: 'x', hosts })
  const headers = { 'Content-Type': 'application/pkcs10' }
  return await ask(site, path, { method: 'POST', headers, ...device }, csr)
}

function chainIn(reply: Reply): readonly X509Certificate[] {
  assert.equal(reply.status, 200, reply.body)
  const found = new x509.X509Certificates(new Uint8Array(Buffer.from(reply.body, 'base64')))
  return [...found].map(({ rawData }) => new X509Certificate(Buffer.from(rawData)))
}

async function codeOf(site: FleetSite, device: Shown, hosts: readonly string[]): Promise<string> {
  const reply = await certify(site, device, hosts)
  return reply.status === 200 ? 'issued' : codeIn(reply)
}

test('issue 9.1: a device gets a certificate of its listener by its names, from a CA that no device trusts', async () => {
  await using site = await openFleetSite()
  const device = await enrolDevice(site)
  const [leaf, ca] = chainIn(await certify(site, device, ['192.168.7.7', 'edge-1.lab', 'edge-1', 'fd00::7']))
  assert(leaf !== undefined && ca !== undefined)
  assert.equal(leaf.subjectAltName, 'IP Address:192.168.7.7, DNS:edge-1.lab, DNS:edge-1, IP Address:FD00:0:0:0:0:0:0:7')
  assert.deepEqual([leaf.ca, leaf.keyUsage], [false, ['1.3.6.1.5.5.7.3.1']])
  assert(leaf.checkIssued(ca) && leaf.verify(ca.publicKey))
  assert.match(ca.subject, /^CN=Sallyport listener CA [0-9a-f]{8} 1$/)
  assert.deepEqual(
    site.fleet.authority.listenerAnchors.map((pem) => new X509Certificate(pem).fingerprint256),
    [ca.fingerprint256],
  )
  assert(Math.abs(leaf.validToDate.getTime() - Date.now() - 90 * day) < day)
  // What devices trust: the bundle, the pins, and what the exchange takes for its own.
  const bundle = await ask(site, '/.well-known/est/cacerts')
  const trusted = [...new x509.X509Certificates(new Uint8Array(Buffer.from(bundle.body, 'base64')))]
  for (const { rawData } of trusted) {
    const anchor = new X509Certificate(Buffer.from(rawData))
    assert.notEqual(anchor.fingerprint256, ca.fingerprint256)
    assert.equal(leaf.verify(anchor.publicKey), false)
  }
  assert.equal(site.fleet.authority.signed(leaf), false)
})

const refusedNames: readonly { readonly why: string; readonly hosts: readonly string[]; readonly says: RegExp }[] = [
  { why: 'no name', hosts: [], says: /names no host/ },
  { why: 'a wildcard', hosts: ['*.lab'], says: /"\*\.lab" is a wildcard/ },
  { why: "the exchange's own name", hosts: ['edge-1.lab', 'exchange.example'], says: /is a name of this exchange/ },
  { why: 'the name of the exchange in capitals', hosts: ['Exchange.example'], says: /is not written as/ },
  { why: 'an address in another notation', hosts: ['0x7f000001'], says: /is not written as/ },
  { why: 'a name with a port', hosts: ['edge-1.lab:6514'], says: /is not written as/ },
  { why: 'a name with a final dot', hosts: ['edge-1.lab.'], says: /is not written as/ },
  { why: 'a name with a NUL', hosts: ['edge-1.lab\0.evil.example'], says: /is not written as|cannot be read/ },
  { why: 'every address', hosts: ['0.0.0.0'], says: /no address of one machine/ },
  { why: 'a multicast address', hosts: ['224.0.0.1'], says: /no address of one machine/ },
  { why: 'more than 16', hosts: Array.from({ length: 17 }, (_, n) => `edge-${n}.lab`), says: /names 17 hosts/ },
]

for (const { why, hosts, says } of refusedNames)
  test(`issue 9.1: a listener is not certified for ${why}`, async () => {
    await using site = await openFleetSite()
    const reply = await certify(site, await enrolDevice(site), hosts)
    assert.deepEqual([reply.status, codeIn(reply)], [403, 'listener.name.refused'])
    assert.match(reply.body, says)
  })

test('issue 9.1: loopback names are free though the exchange has them too, and a URI is no name', async () => {
  await using site = await openFleetSite()
  const device = await enrolDevice(site)
  assert.equal(await codeOf(site, device, ['localhost', '127.0.0.1', '::1']), 'issued')
  const keys = await newKeyPair()
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: 'CN=x',
    keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: 'url', value: 'urn:sallyport:default:d1' }])],
  })
  const options = { method: 'POST', headers: { 'Content-Type': 'application/pkcs10' }, ...device }
  assert.equal(codeIn(await ask(site, path, options, request.toString('base64'))), 'listener.name.refused')
})

test('issue 9.1: only a device in good standing is given one, and a token does not count as one', async () => {
  await using site = await openFleetSite()
  const [revoked, removed] = [await enrolDevice(site), await enrolDevice(site)]
  assert.equal(await codeOf(site, {}, ['edge-1.lab']), 'identity.missing')
  const csr = await makeRequest({ key: await newKey(), name: 'x', hosts: ['edge-1.lab'] })
  const headers = { 'Content-Type': 'application/pkcs10', Authorization: basic(await site.token()) }
  assert.equal(codeIn(await ask(site, path, { method: 'POST', headers }, csr)), 'identity.missing')
  await site.fleet.registry.revoke({ organisation: 'default', device: revoked.device }, operator)
  await site.fleet.registry.setStanding({ organisation: 'default', device: removed.device }, 'removed', operator)
  assert.equal(await codeOf(site, revoked, ['edge-1.lab']), 'identity.revoked')
  assert.equal(await codeOf(site, removed, ['edge-1.lab']), 'identity.removed')
  const stranger = await ask(site, '/.well-known/est/nobody/listenerenroll', { method: 'POST' })
  assert.equal(codeIn(stranger), 'enrolment.organisation.unknown')
})

test('issue 9.1: a name with a domain is that of one device until it is revoked; others are the same at many sites', async () => {
  await using site = await openFleetSite()
  const [first, second] = [await enrolDevice(site), await enrolDevice(site)]
  assert.equal(await codeOf(site, first, ['edge.example', 'edge', '10.0.0.1']), 'issued')
  assert.equal(await codeOf(site, first, ['edge.example']), 'issued', 'again: renewed')
  assert.equal(await codeOf(site, second, ['edge', '10.0.0.1']), 'issued')
  const taken = await certify(site, second, ['edge.example'])
  assert.deepEqual([taken.status, codeIn(taken)], [409, 'listener.name.taken'])
  assert.match(taken.body, new RegExp(first.device))
  await site.fleet.registry.revoke({ organisation: 'default', device: first.device }, operator)
  assert.equal(await codeOf(site, second, ['edge.example']), 'issued')
})

test('issue 9.1: names cannot be collected, and those of a certificate that has ended do not count', async () => {
  await using site = await openFleetSite()
  const device = await enrolDevice(site)
  for (let n = 0; n < 4; n++)
    assert.equal(
      await codeOf(
        site,
        device,
        Array.from({ length: 16 }, (_, at) => `edge-${n}-${at}.lab`),
      ),
      'issued',
    )
  assert.equal(await codeOf(site, device, ['edge-0-0.lab']), 'issued', 'one that it has')
  assert.equal(await codeOf(site, device, ['one-more.lab']), 'listener.name.refused')
  site.advance(91 * day)
  const later = await enrolDevice(site)
  assert.equal(await codeOf(site, later, ['edge-0-0.lab']), 'issued')
})

test('issue 9.1: the key of a device is none for its listener', async () => {
  await using site = await openFleetSite()
  const device = await enrolDevice(site)
  const reply = await certify(site, device, ['edge-1.lab'], device.key)
  assert.deepEqual([reply.status, codeIn(reply)], [409, 'enrolment.key.reused'])
})
