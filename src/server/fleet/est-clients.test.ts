// EST against clients that are not ours: strongSwan's pki, and curl with openssl (security 1.1–1.3).
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Needs, needs } from '../../../test/needs.ts'
import { type FleetSite, openFleetSite, run } from './fleet-fixture.ts'

const needsPki = await needsStrongSwan()

/** Its tool alone, without two of its plugins, knows neither elliptic curves nor HTTP. It names those it loads. */
async function needsStrongSwan(): Promise<Needs> {
  const absent = needs('pki')
  if (absent.skip !== undefined) return absent
  const found = await run('pki', ['--help'])
  const loaded = /^loaded plugins: (.*)$/m.exec(`${found.stdout.toString()}\n${found.stderr}`)?.[1]?.split(' ') ?? []
  const missing = ['openssl', 'curl'].filter((plugin) => !loaded.includes(plugin))
  if (missing.length === 0) return {}
  return { skip: `NOT TESTED: strongSwan's pki has no plugin ${missing.join(', ')}` }
}

test(
  'security 1.1: strongSwan fetches the CA, enrols with a token and re-enrols with the old certificate',
  needsPki,
  async () => {
    await using site = await openFleetSite()
    const file = (name: string) => join(site.folder, name)
    const ca = await caFile(site)
    const fetched = await run('pki', [
      '--estca',
      '--url',
      site.base,
      '--cacert',
      ca,
      '--caout',
      file('got.pem'),
      '--outform',
      'pem',
    ])
    assert.equal(fetched.code, 0, fetched.stderr)
    assert.equal(fingerprint(await readFile(file('got.pem'))), fingerprint(await readFile(ca)))

    const token = await site.token()
    const first = await strongSwanRequest(site, 'first')
    const pair = ['--userpass', `${token.user}:${token.key}`]
    const enrolled = await run('pki', [
      '--est',
      '--url',
      site.base,
      '--cacert',
      ca,
      ...pair,
      '--in',
      first.csr,
      '--outform',
      'pem',
    ])
    assert.equal(enrolled.code, 0, enrolled.stderr)
    await writeFile(file('first.pem'), enrolled.stdout)
    const certificate = new X509Certificate(enrolled.stdout)
    assert(site.fleet.authority.signed(certificate))
    assert.match(certificate.subject, /^CN=d[0-9a-f]{16}\nO=default$/)

    const second = await strongSwanRequest(site, 'second')
    const renewed = await run('pki', [
      ...['--est', '--url', site.base, '--cacert', ca, '--cert', file('first.pem'), '--key', first.key],
      ...['--in', second.csr, '--outform', 'pem'],
    ])
    assert.equal(renewed.code, 0, renewed.stderr)
    const next = new X509Certificate(renewed.stdout)
    assert.equal(next.subject, certificate.subject)
    assert.notEqual(
      next.publicKey.export({ format: 'pem', type: 'spki' }),
      certificate.publicKey.export({ format: 'pem', type: 'spki' }),
    )
  },
)

test('security 2: strongSwan is told of a wrong, spent and expired token by status and code', needsPki, async () => {
  await using site = await openFleetSite()
  const ca = await caFile(site)
  const enrol = async (pair: string) => {
    const { csr } = await strongSwanRequest(site, 'any')
    const { code, stderr } = await run('pki', [
      '--est',
      '-v',
      '2',
      '--url',
      site.base,
      '--cacert',
      ca,
      '--userpass',
      pair,
      '--in',
      csr,
    ])
    return { code, stderr: textOfDump(stderr) }
  }
  const token = await site.token()
  assert.match((await enrol(`${token.user}:${'x'.repeat(32)}`)).stderr, /401[^]*enrolment\.token\.wrong: /)
  assert.equal((await enrol(`${token.user}:${token.key}`)).code, 0)
  assert.match(
    (await enrol(`${token.user}:${token.key}`)).stderr,
    /403[^]*enrolment\.token\.spent: The token was used on /,
  )
  const late = await site.token()
  site.advance(16 * 60_000)
  assert.match(
    (await enrol(`${late.user}:${late.key}`)).stderr,
    /403[^]*enrolment\.token\.expired: The token expired on /,
  )
})

test('security 1.2: curl and openssl enrol and renew; the chain verifies for its purpose', {
  ...needs('openssl', 'curl'),
}, async () => {
  await using site = await openFleetSite()
  const file = (name: string) => join(site.folder, name)
  const ca = await caFile(site)
  const token = await site.token()
  const est = `${site.base}/.well-known/est`
  const cacerts = await run('curl', ['-s', '-v', '--cacert', ca, `${est}/cacerts`])
  assert.match(cacerts.stderr, /Connection #0 to host [^ ]* left intact/)
  const listed = await run(
    'openssl',
    ['pkcs7', '-inform', 'der', '-print_certs'],
    Buffer.from(cacerts.stdout.toString(), 'base64'),
  )
  assert.equal(fingerprint(listed.stdout), fingerprint(await readFile(ca)))

  for (const [name, credentials] of [
    ['a', ['-u', `${token.user}:${token.key}`, `${est}/default/simpleenroll`]],
    ['b', ['--cert', file('a.pem'), '--key', file('a.key'), `${est}/simplereenroll`]],
  ] as const) {
    await run('openssl', ['ecparam', '-name', 'secp384r1', '-genkey', '-noout', '-out', file(`${name}.key`)])
    await run('openssl', [
      'req',
      '-new',
      '-key',
      file(`${name}.key`),
      '-subj',
      '/CN=whatever',
      '-out',
      file(`${name}.csr`),
    ])
    const type = ['-H', 'Content-Type: application/pkcs10', '--data-binary', `@${file(`${name}.csr`)}`]
    const reply = await run('curl', ['-s', '--cacert', ca, ...type, ...credentials])
    const der = Buffer.from(reply.stdout.toString(), 'base64')
    const printed = await run('openssl', ['pkcs7', '-inform', 'der', '-print_certs'], der)
    assert.equal(printed.code, 0, reply.stdout.toString())
    await writeFile(file(`${name}.pem`), printed.stdout)
    const verified = await run('openssl', [
      'verify',
      '-x509_strict',
      '-purpose',
      'sslclient',
      '-CAfile',
      ca,
      file(`${name}.pem`),
    ])
    assert.equal(verified.code, 0, verified.stderr)
  }
  const form = await run('curl', [
    '-s',
    '--cacert',
    ca,
    '-u',
    `${token.user}:${token.key}`,
    '-d',
    'x',
    `${est}/simpleenroll`,
  ])
  assert.match(form.stdout.toString(), /^enrolment\.request\.type: .*application\/pkcs10/)
})

async function caFile(site: FleetSite): Promise<string> {
  const path = join(site.folder, 'anchors.pem')
  await writeFile(path, site.fleet.authority.anchors.join(''))
  return path
}

async function strongSwanRequest(site: FleetSite, name: string): Promise<{ key: string; csr: string }> {
  const key = join(site.folder, `${name}.key`)
  const csr = join(site.folder, `${name}.csr`)
  await writeFile(key, (await run('pki', ['--gen', '--type', 'ecdsa', '--size', '256', '--outform', 'pem'])).stdout)
  await writeFile(csr, (await run('pki', ['--req', '--in', key, '--type', 'ecdsa', '--dn', 'CN=a sensor'])).stdout)
  return { key, csr }
}

/** At `-v 2` strongSwan shows what it received as a hex dump, 16 bytes a line. */
function textOfDump(stderr: string): string {
  const bytes = [...stderr.matchAll(/^ *[0-9]+: ((?:[0-9A-F]{2} )+)/gm)].map((match) => match[1]?.replaceAll(' ', ''))
  return Buffer.from(bytes.join(''), 'hex').toString('latin1')
}

function fingerprint(pem: Buffer): string {
  return new X509Certificate(pem).fingerprint256
}
