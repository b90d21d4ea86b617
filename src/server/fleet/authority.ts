// The certificate authority of an exchange: its keys in one folder, the certificates it makes, and whether a
// certificate is one of its own (security 1.5, 1.6). Several generations may be trusted; the last one signs. What it
// issues to syslog listeners is signed by keys apart, which no device trusts (docs/decisions/0021).
import 'reflect-metadata'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import * as x509 from '@peculiar/x509'
import { Fault } from '../../core/fault.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Log } from '../../platform/log.ts'
import { writeDurably } from '../../platform/write-durably.ts'
import {
  deviceLifeMs,
  listenerLifeMs,
  makeCaCertificate,
  makeDeviceCertificate,
  makeListenerCertificate,
  newKeyPair,
  pemOf,
  pinOf,
  type Signer,
} from './certificate-profile.ts'
import { privateKeyPem, signingKey } from './private-key.ts'
import { makeSecretFolder, readSecretFile } from './secret-file.ts'
import { openServerCertificate, type ServerCertificate } from './server-certificate.ts'

export type AuthorityOptions = {
  /** Made with 0700 if absent; keys inside are 0600. */
  readonly folder: string
  /** Hosts of `--name`; loopback names are always added. */
  readonly names: readonly string[]
  readonly clock: Clock
  readonly log: Log
  /** Life of a device certificate in ms, 1 to 398 days; 90 by default. */
  readonly deviceLifeMs?: number
}

export type IssuedCertificate = {
  readonly pem: string
  readonly der: Buffer
  readonly serial: string
  /** SHA-256 of the DER, lower-case hexadecimal. */
  readonly fingerprint: string
  readonly generation: number
  readonly notBefore: number
  readonly notAfter: number
}

export type Authority = AsyncDisposable & {
  /** PEM of every trusted CA generation, oldest first. */
  readonly anchors: readonly string[]
  /** SHA-256 of the SPKI of each, base64url: what tokens carry. */
  readonly pins: readonly string[]
  /** Base64 of the degenerate PKCS#7 of every generation, on one line with a final LF (security, fact 3). */
  readonly caBundle: string
  /** The certificate of the listener, renewed while the process runs. */
  readonly server: ServerCertificate
  /** @param spki DER of a public key that was checked (csr.ts) */
  issueDevice(spki: Buffer, who: { readonly organisation: string; readonly device: string }): Promise<IssuedCertificate>
  /** PEM of every generation of the CA of listeners, oldest first: for senders, never among `anchors`. */
  readonly listenerAnchors: readonly string[]
  /** @param names that were checked (listener-names.ts) */
  issueListener(
    spki: Buffer,
    who: { readonly organisation: string; readonly names: readonly string[] },
  ): Promise<IssuedCertificate>
  /** @returns whether one of the generations signed it, those of listeners not among them; dates and purpose are not looked at. */
  signed(certificate: X509Certificate): boolean
}

type Generation = { readonly number: number; readonly signer: Signer; readonly node: X509Certificate }

/** Opens the authority, making the first generation where the folder holds none. */
export async function openAuthority(options: AuthorityOptions): Promise<Authority> {
  const { folder, clock, log } = options
  await makeSecretFolder(folder)
  const generations = await openGenerations(options, 'ca')
  const listeners = await openGenerations(options, 'listener-ca')
  const [current, listener] = [generations.at(-1), listeners.at(-1)]
  if (current === undefined || listener === undefined) throw new Fault('internal', { what: `${folder} holds no CA` })
  const server = await openServerCertificate({ folder, names: options.names, signer: current.signer, clock, log })
  const lifeMs = options.deviceLifeMs ?? deviceLifeMs
  return {
    anchors: generations.map(({ signer }) => pemOf(signer.certificate)),
    pins: generations.map(({ signer }) => pinOf(signer.certificate.publicKey.rawData)),
    caBundle: certificateBundle(generations.map(({ signer }) => signer.certificate)),
    server,
    async issueDevice(spki, who) {
      return issued(await makeDeviceCertificate(current.signer, spki, who, clock.now(), lifeMs), current.number)
    },
    listenerAnchors: listeners.map(({ signer }) => pemOf(signer.certificate)),
    async issueListener(spki, who) {
      const made = await makeListenerCertificate(listener.signer, spki, who, clock.now(), listenerLifeMs)
      return issued(made, listener.number)
    },
    signed: (certificate) =>
      generations.some(({ node }) => certificate.checkIssued(node) && verifies(certificate, node)),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

/** @returns SHA-256 of the DER in lower-case hexadecimal: the key of a certificate's row. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase()
}

/** @returns base64 of the degenerate PKCS#7 on one line with a final LF: strongSwan reads no breaks, libest wants one. */
export function certificateBundle(certificates: readonly x509.X509Certificate[]): string {
  return `${Buffer.from(new x509.X509Certificates([...certificates]).export('raw')).toString('base64')}\n`
}

function issued(made: x509.X509Certificate, generation: number): IssuedCertificate {
  const der = Buffer.from(made.rawData)
  const read = new X509Certificate(der)
  return {
    pem: pemOf(made),
    der,
    serial: read.serialNumber.toLowerCase(),
    fingerprint: fingerprintOf(read),
    generation,
    notBefore: read.validFromDate.getTime(),
    notAfter: read.validToDate.getTime(),
  }
}

const names = { ca: 'Sallyport CA', 'listener-ca': 'Sallyport listener CA' } as const

async function openGenerations(
  { folder, clock, log }: AuthorityOptions,
  kind: keyof typeof names,
): Promise<readonly Generation[]> {
  const generations: Generation[] = []
  for (let number = 1; ; number++) {
    const signer = await readSigner(join(folder, `${kind}-${number}`))
    if (signer === undefined) break
    generations.push({ number, signer, node: new X509Certificate(pemOf(signer.certificate)) })
  }
  if (generations.length > 0) return generations
  const keys = await newKeyPair()
  const certificate = await makeCaCertificate(keys, names[kind], 1, clock.now())
  // The certificate is what makes a generation: written last, a crash in between leaves none.
  writeDurably(join(folder, `${kind}-1.key`), await privateKeyPem(keys.privateKey))
  writeDurably(join(folder, `${kind}-1.pem`), pemOf(certificate))
  log.info({ subject: certificate.subject, pin: pinOf(certificate.publicKey.rawData) }, 'made a certificate authority')
  return [{ number: 1, signer: { certificate, key: keys.privateKey }, node: new X509Certificate(pemOf(certificate)) }]
}

async function readSigner(base: string): Promise<Signer | undefined> {
  const pem = await readSecretFile(`${base}.pem`)
  if (pem === undefined) return undefined
  const keyPem = await readSecretFile(`${base}.key`)
  if (keyPem === undefined || !new X509Certificate(pem).checkPrivateKey(createPrivateKey(keyPem)))
    throw new Fault('data.damaged', {
      what: `${base}.key is not the key of ${base}.pem`,
      remedy: 'Restore both from a backup: without this key no certificate can be renewed.',
    })
  return { certificate: new x509.X509Certificate(pem), key: await signingKey(keyPem) }
}

function verifies(certificate: X509Certificate, ca: X509Certificate): boolean {
  try {
    return certificate.verify(ca.publicKey)
  } catch {
    // An algorithm OpenSSL does not know: certainly not ours.
    return false
  }
}
