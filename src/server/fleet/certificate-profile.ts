// What stands in the certificates that this exchange makes, and nothing else ever does (security 1.5).
import 'reflect-metadata'
import { createHash, randomBytes, type webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import * as x509 from '@peculiar/x509'

const hour = 3_600_000
const day = 24 * hour
/** A device 30 minutes behind connects, one two hours behind does not and is told (security 3.3). */
const backDateMs = hour
const caLifeMs = 3_650 * day
const serverLifeMs = 397 * day
export const deviceLifeMs = 90 * day
export const listenerLifeMs = 90 * day
/** Upper bound of a CN (RFC 5280, ub-common-name). */
const commonNameMax = 64

const algorithm = { name: 'ECDSA', namedCurve: 'P-256' } as const
const signing = { name: 'ECDSA', hash: 'SHA-256' } as const

/** A CA that can sign: its certificate and private key. */
export type Signer = { readonly certificate: x509.X509Certificate; readonly key: CryptoKey }

/** @returns a new P-256 pair whose private key can be exported. */
export async function newKeyPair(): Promise<webcrypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
}

/** A root with pathlen 1: with 0 the cross certificate of a later roll-over would fail (security, fact 8). */
export async function makeCaCertificate(
  keys: webcrypto.CryptoKeyPair,
  name: string,
  generation: number,
  now: number,
): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.createSelfSigned({
    name: [{ CN: [`${name} ${randomBytes(4).toString('hex')} ${generation}`] }],
    keys,
    notBefore: new Date(now - backDateMs),
    notAfter: new Date(now + caLifeMs),
    signingAlgorithm: signing,
    extensions: [
      new x509.BasicConstraintsExtension(true, 1, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
}

/** @param names DNS names and IP addresses of the listener; the first is the CN where it fits */
export async function makeServerCertificate(
  signer: Signer,
  publicKey: CryptoKey,
  names: readonly string[],
  now: number,
): Promise<x509.X509Certificate> {
  const fitting = names.find((name) => name.length <= commonNameMax) ?? 'Sallyport exchange'
  return make(signer, publicKey, now, serverLifeMs, [{ CN: [fitting] }], forServers(names))
}

/**
 * The certificate of a device's syslog listener, by the CA of listeners. Its names are what senders check; the device
 * stands in the table alone, for nothing may take this certificate for one of a device.
 */
export async function makeListenerCertificate(
  signer: Signer,
  spki: Buffer,
  who: { readonly organisation: string; readonly names: readonly string[] },
  now: number,
  lifeMs: number,
): Promise<x509.X509Certificate> {
  const fitting = who.names.find((name) => name.length <= commonNameMax) ?? 'Sallyport listener'
  const subject = [{ CN: [fitting] }, { O: [who.organisation] }]
  return make(signer, new x509.PublicKey(spki), now, lifeMs, subject, forServers(who.names))
}

function forServers(names: readonly string[]): readonly x509.Extension[] {
  return [
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
    new x509.SubjectAlternativeNameExtension(
      names.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const),
    ),
  ]
}

/** @param spki DER of the public key of the request: all that is taken from it (security 1.4) */
export async function makeDeviceCertificate(
  signer: Signer,
  spki: Buffer,
  who: { readonly organisation: string; readonly device: string },
  now: number,
  lifeMs: number,
): Promise<x509.X509Certificate> {
  const key = new x509.PublicKey(spki)
  return make(
    signer,
    key,
    now,
    lifeMs,
    [{ CN: [who.device] }, { O: [who.organisation] }],
    [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'url', value: `urn:sallyport:${who.organisation}:${who.device}` },
      ]),
    ],
  )
}

async function make(
  signer: Signer,
  publicKey: CryptoKey | x509.PublicKey,
  now: number,
  lifeMs: number,
  subject: x509.JsonName,
  extensions: readonly x509.Extension[],
): Promise<x509.X509Certificate> {
  const notAfter = Math.min(now + lifeMs, signer.certificate.notAfter.getTime())
  return x509.X509CertificateGenerator.create({
    subject,
    issuer: signer.certificate.subjectName,
    publicKey,
    signingKey: signer.key,
    signingAlgorithm: signing,
    notBefore: new Date(now - backDateMs),
    notAfter: new Date(notAfter),
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      ...extensions,
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(signer.certificate.publicKey),
    ],
  })
}

/** @returns PEM with the final newline that the library leaves out: two joined would be a "bad end line". */
export function pemOf(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`
}

/** @returns SHA-256 of a public key's SPKI, base64url: what a token's pin is (security 2). */
export function pinOf(spki: ArrayBuffer | Uint8Array): string {
  return createHash('sha256').update(new Uint8Array(spki)).digest('base64url')
}
