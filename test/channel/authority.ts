// A small CA for tests of the channel: real certificates for a server on loopback and for devices.
import 'reflect-metadata'
import { randomBytes, webcrypto } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { systemClock } from '../../src/platform/clock.ts'

x509.cryptoProvider.set(webcrypto)
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

export type Pair = { readonly certificate: string; readonly key: string }
export type TestAuthority = {
  readonly ca: string
  server(names: readonly string[]): Promise<Pair>
  device(organisation: string, device: string): Promise<Pair>
  /** A device's certificate for a key that somebody else holds. */
  certify(organisation: string, device: string, key: x509.PublicKey): Promise<string>
}

export async function testAuthority(): Promise<TestAuthority> {
  const caKeys = await newKeys()
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: 'CN=Test CA',
    ...life(),
    signingAlgorithm: algorithm,
    keys: caKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
    ],
  })
  const sign = async (subject: string, publicKey: x509.PublicKeyType, extensions: x509.Extension[]) => {
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: serial(),
      subject,
      issuer: ca.subject,
      ...life(),
      signingAlgorithm: algorithm,
      publicKey,
      signingKey: caKeys.privateKey,
      extensions: [new x509.BasicConstraintsExtension(false, undefined, true), ...extensions],
    })
    return `${certificate.toString('pem')}\n`
  }
  const issue = async (subject: string, extensions: x509.Extension[]): Promise<Pair> => {
    const keys = await newKeys()
    const certificate = await sign(subject, keys.publicKey, extensions)
    const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey))
    return { certificate, key: x509.PemConverter.encode(pkcs8, 'PRIVATE KEY') }
  }
  return {
    ca: `${ca.toString('pem')}\n`,
    server: (names) =>
      issue('CN=server', [
        new x509.SubjectAlternativeNameExtension(
          names.map((name) => ({ type: /^[\d.]+$/.test(name) ? ('ip' as const) : ('dns' as const), value: name })),
        ),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      ]),
    device: (organisation, device) => issue(`CN=${device}, O=${organisation}`, forClients()),
    certify: (organisation, device, key) => sign(`CN=${device}, O=${organisation}`, key, forClients()),
  }
}

function forClients(): x509.Extension[] {
  return [new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth])]
}

function newKeys() {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

function life() {
  return { notBefore: new Date(systemClock.now() - 3_600_000), notAfter: new Date(systemClock.now() + 3_600_000) }
}

function serial(): string {
  return `0${randomBytes(15).toString('hex')}`
}
