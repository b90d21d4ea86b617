// The CA: profiles of the certificates, who may read its files, what survives a restart, renewal in the process.
import 'reflect-metadata'
import assert from 'node:assert/strict'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import * as x509 from '@peculiar/x509'
import { pino } from 'pino'
import { Fault } from '../../core/fault.ts'
import { type Clock, systemClock } from '../../platform/clock.ts'
import { type AuthorityOptions, openAuthority } from './authority.ts'
import { pinOf } from './certificate-profile.ts'
import { needs } from '../../../test/needs.ts'
import { run } from './fleet-fixture.ts'

const day = 86_400_000
const who = { organisation: 'default', device: 'd1' }

function place(more: Partial<AuthorityOptions> = {}) {
  const parent = mkdtempSync(join(tmpdir(), 'sallyport-ca-'))
  const options = {
    folder: join(parent, 'ca'),
    names: ['exchange.example'],
    clock: systemClock,
    log: pino({ level: 'silent' }),
  }
  return { ...options, ...more, [Symbol.dispose]: () => rmSync(parent, { recursive: true }) }
}

function newSpki(): Buffer {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'der', type: 'spki' })
}

test('security 1.5: the CA certificate has pathlen 1 and signs certificates alone', async () => {
  using options = place()
  await using authority = await openAuthority(options)
  const [pem = ''] = authority.anchors
  const ca = new x509.X509Certificate(pem)
  assert.match(ca.subject, /^CN=Sallyport CA [0-9a-f]{8} 1$/)
  const constraints = ca.getExtension(x509.BasicConstraintsExtension)
  assert.deepEqual([constraints?.ca, constraints?.pathLength, constraints?.critical], [true, 1, true])
  const usage = ca.getExtension(x509.KeyUsagesExtension)
  assert.deepEqual(
    [usage?.usages, usage?.critical],
    [x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true],
  )
  assert.equal(ca.getExtension(x509.ExtendedKeyUsageExtension), null)
  identifiers(ca)
  const life = ca.notAfter.getTime() - ca.notBefore.getTime()
  assert(Math.abs(life - 3_650 * day) < day)
  assert.deepEqual(authority.pins, [pinOf(ca.publicKey.rawData)])
})

test('security 1.5: a device certificate says who it is and nothing of the request', async () => {
  using options = place()
  await using authority = await openAuthority(options)
  const issued = await authority.issueDevice(newSpki(), who)
  const certificate = new x509.X509Certificate(issued.pem)
  assert.equal(certificate.subject, 'CN=d1, O=default')
  assert.equal(new X509Certificate(issued.pem).subjectAltName, 'URI:urn:sallyport:default:d1')
  const constraints = certificate.getExtension(x509.BasicConstraintsExtension)
  assert.deepEqual([constraints?.ca, constraints?.pathLength, constraints?.critical], [false, undefined, true])
  const usage = certificate.getExtension(x509.KeyUsagesExtension)
  assert.deepEqual([usage?.usages, usage?.critical], [x509.KeyUsageFlags.digitalSignature, true])
  assert.deepEqual(new X509Certificate(issued.pem).keyUsage, ['1.3.6.1.5.5.7.3.2'])
  assert.equal(certificate.extensions.length, 6)
  identifiers(certificate)
  assert.match(issued.serial, /^[0-9a-f]{26,32}$/)
  const from = certificate.notBefore.getTime()
  assert(Math.abs(systemClock.now() - 3_600_000 - from) < 60_000, 'one hour back')
  assert(Math.abs(certificate.notAfter.getTime() - systemClock.now() - 90 * day) < 60_000)
})

test('security 1.5: no certificate outlives its CA', async () => {
  let now = systemClock.now()
  using options = place({ clock: { ...systemClock, now: () => now } })
  await using authority = await openAuthority(options)
  now += 3_640 * day
  const issued = await authority.issueDevice(newSpki(), who)
  assert.equal(issued.notAfter, new X509Certificate(authority.anchors[0] ?? '').validToDate.getTime())
})

test('security 1.5: the server certificate carries every name and loopback, and is sent with its CA', async () => {
  using options = place({
    names: ['exchange.example:8444', '192.0.2.7', '[2001:db8::7]:9000', `${'a'.repeat(60)}.example`],
  })
  await using authority = await openAuthority(options)
  const { cert } = authority.server.credentials
  const leaf = new X509Certificate(cert)
  for (const name of ['exchange.example', 'localhost', `${'a'.repeat(60)}.example`])
    assert.equal(leaf.checkHost(name), name)
  for (const ip of ['192.0.2.7', '2001:db8::7', '127.0.0.1', '::1']) assert.equal(leaf.checkIP(ip), ip)
  assert.equal(leaf.checkHost('other.example'), undefined)
  assert.equal(leaf.subject, 'CN=exchange.example')
  assert.deepEqual(leaf.keyUsage, ['1.3.6.1.5.5.7.3.1'])
  assert.equal(cert.match(/BEGIN CERTIFICATE/g)?.length, 2)
  assert(cert.endsWith(authority.anchors[0] ?? '?'))
})

test('security S19: folder 0700, files 0600; a key that others can read is refused with the remedy', async () => {
  using options = place()
  await (await openAuthority(options))[Symbol.asyncDispose]()
  assert.equal(statSync(options.folder).mode & 0o777, 0o700)
  const files = readdirSync(options.folder)
  const pairs = ['ca-1.key', 'ca-1.pem', 'listener-ca-1.key', 'listener-ca-1.pem']
  assert.deepEqual(files.toSorted(), [...pairs, 'server.pem'])
  for (const file of files) assert.equal(statSync(join(options.folder, file)).mode & 0o777, 0o600)
  for (const [path, mode] of [
    [options.folder, 0o750],
    [join(options.folder, 'ca-1.key'), 0o640],
    [join(options.folder, 'listener-ca-1.key'), 0o640],
  ] as const) {
    const before = statSync(path).mode
    chmodSync(path, mode)
    await assert.rejects(
      openAuthority(options),
      (error) => error instanceof Fault && error.code === 'data.rights' && /chmod/.test(error.remedy),
    )
    chmodSync(path, before)
  }
})

test('security 1.5: a restart keeps CA and server certificate; a new name makes a new server certificate', async () => {
  using options = place()
  const [anchors, server] = await opened(options)
  assert.deepEqual(await opened(options), [anchors, server])
  const [, wider] = await opened({ ...options, names: ['exchange.example', 'second.example'] })
  assert.notDeepEqual(wider, server)
  assert.equal(new X509Certificate(wider.cert).checkHost('second.example'), 'second.example')
})

test('security 1.5: a name that was added stays, and whoever listens is told', async () => {
  using options = place()
  {
    await using authority = await openAuthority(options)
    const told: string[] = []
    using _ = authority.server.onRenewal(({ cert }) => told.push(cert))
    assert.equal(await authority.server.addName('added.example:8444'), true)
    assert.equal(await authority.server.addName('added.example'), false)
    assert.deepEqual(told, [authority.server.credentials.cert])
    assert.equal(new X509Certificate(told[0] ?? '').checkHost('added.example'), 'added.example')
  }
  await using authority = await openAuthority(options)
  assert(authority.server.names.includes('added.example'))
})

test('security 1.5: the server certificate is renewed with a new key at two thirds of its life', async () => {
  let now = systemClock.now()
  let tick = Promise.withResolvers<void>()
  const clock: Clock = {
    ...systemClock,
    now: () => now,
    sleep: (_ms, signal) =>
      Promise.race([tick.promise, new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))]),
  }
  using options = place({ clock })
  await using authority = await openAuthority(options)
  const first = authority.server.credentials
  const renewed = Promise.withResolvers<void>()
  using _ = authority.server.onRenewal(() => renewed.resolve())
  const pass = async () => {
    const { resolve } = tick
    tick = Promise.withResolvers()
    resolve()
    await new Promise(setImmediate)
  }
  now += 260 * day
  await pass()
  assert.equal(authority.server.credentials, first)
  now += 10 * day
  await pass()
  await renewed.promise
  assert.notEqual(authority.server.credentials.key, first.key)
  assert(authority.server.notAfter > now + 390 * day)
})

test('security 1.6: only what one of our CAs signed is ours, whatever name another CA bears', async () => {
  using options = place()
  using otherOptions = place()
  await using authority = await openAuthority(options)
  await using other = await openAuthority(otherOptions)
  const ours = await authority.issueDevice(newSpki(), who)
  assert(authority.signed(new X509Certificate(ours.pem)))
  assert(!authority.signed(new X509Certificate((await other.issueDevice(newSpki(), who)).pem)))
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const ca = new x509.X509Certificate(authority.anchors[0] ?? '')
  const sameName = await x509.X509CertificateGenerator.create({
    subject: 'CN=d1, O=default',
    issuer: ca.subjectName,
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey)],
  })
  const forged = new X509Certificate(Buffer.from(sameName.rawData))
  assert(forged.checkIssued(new X509Certificate(ca.toString('pem'))), 'the name and key id alone would pass')
  assert(!authority.signed(forged))
})

test('security 1.5: openssl finds nothing to object to in strict mode', needs('openssl'), async () => {
  using options = place()
  await using authority = await openAuthority(options)
  const { cert } = authority.server.credentials
  for (const [purpose, pem] of [
    ['sslserver', cert],
    ['sslclient', (await authority.issueDevice(newSpki(), who)).pem],
  ] as const) {
    const checked = await run(
      'openssl',
      ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', join(options.folder, 'ca-1.pem')],
      pem,
    )
    assert.equal(checked.code, 0, checked.stderr)
  }
})

async function opened(options: AuthorityOptions) {
  await using authority = await openAuthority(options)
  return [authority.anchors, authority.server.credentials] as const
}

function identifiers(certificate: x509.X509Certificate): void {
  assert(certificate.getExtension(x509.SubjectKeyIdentifierExtension))
  assert(certificate.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId)
}
