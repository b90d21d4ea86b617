// What of a certificate request is believed: its public key, once it has proved that it holds the private one
// (security 1.4, in its order). Everything else it says goes to the log.
import 'reflect-metadata'
import { createHash, createPublicKey } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { Fault } from '../../core/fault.ts'

export type CheckedRequest = {
  /** DER of the public key. */
  readonly spki: Buffer
  /** SHA-256 of it, lower-case hexadecimal. */
  readonly spkiHash: string
  /** Attribute challengePassword; may bind the request to its TLS channel. */
  readonly challenge: string | undefined
  /** What it would like to be called: for the log alone. */
  readonly subject: string
}

export const requestBytesMax = 16 * 1024

/**
 * Reads and proves a request. Throws Fault `enrolment.csr.malformed`, `enrolment.key.weak`, `enrolment.csr.signature`.
 * @param body base64 of DER, with or without line breaks (RFC 8951) or PEM armour
 */
export async function checkRequest(body: string): Promise<CheckedRequest> {
  const der = decode(body)
  const request = parse(der)
  const spki = Buffer.from(request.publicKey.rawData)
  checkKey(spki)
  checkSignatureAlgorithm(request)
  await checkSignature(request)
  const challenge = request.attributes.find((attribute) => attribute instanceof x509.ChallengePasswordAttribute)
  return {
    spki,
    spkiHash: createHash('sha256').update(spki).digest('hex'),
    challenge: challenge?.password,
    subject: request.subject.slice(0, 200),
  }
}

function decode(body: string): Buffer {
  const armour = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([^-]*)-----END (?:NEW )?CERTIFICATE REQUEST-----/.exec(
    body,
  )
  const base64 = (armour?.[1] ?? body).replace(/[ \t\r\n]/g, '')
  if (base64 === '' || base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    throw malformed('The body is no base64 of a certificate request')
  const der = Buffer.from(base64, 'base64')
  const length = sequenceLength(der)
  if (length === undefined) throw malformed('The body is no DER SEQUENCE')
  // Libraries swallow what follows the end: what was not read is refused (security, fact 7).
  if (length !== der.length) throw malformed(`The request ends at byte ${length} of ${der.length}`)
  return der
}

/** @returns header and content of the DER SEQUENCE that the buffer begins with, in bytes. */
function sequenceLength(der: Buffer): number | undefined {
  const first = der[1]
  if (der[0] !== 0x30 || first === undefined || der.length < 2) return undefined
  if (first < 0x80) return 2 + first
  const octets = first & 0x7f
  if (octets < 1 || octets > 2 || der.length < 2 + octets) return undefined
  const length = der.readUIntBE(2, octets)
  return length < (octets === 1 ? 0x80 : 0x100) ? undefined : 2 + octets + length
}

function parse(der: Buffer): x509.Pkcs10CertificateRequest {
  try {
    const request = new x509.Pkcs10CertificateRequest(new Uint8Array(der))
    // Some members are parsed when first asked for: all of them now, inside this catch.
    void [request.subject, request.attributes, request.extensions, request.publicKey.rawData, request.signature]
    return request
  } catch (cause) {
    throw malformed('The body is no PKCS#10 request', cause)
  }
}

/** The one encoding each of these keys has as a named curve; explicit parameters begin otherwise. */
const curves: readonly { readonly prefix: Buffer; readonly bytes: number }[] = [
  { prefix: Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex'), bytes: 91 },
  { prefix: Buffer.from('3076301006072a8648ce3d020106052b8104002203620004', 'hex'), bytes: 120 },
  { prefix: Buffer.from('302a300506032b6570032100', 'hex'), bytes: 44 },
]

function checkKey(spki: Buffer): void {
  const key = publicKeyOf(spki)
  if (curves.some(({ prefix, bytes }) => spki.length === bytes && spki.subarray(0, prefix.length).equals(prefix)))
    return
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  const bits = details?.modulusLength ?? 0
  // Written back it must be the same bytes: nothing hides in a key that only some parsers read.
  const canonical = key.export({ format: 'der', type: 'spki' }).equals(spki)
  if (type === 'rsa' && canonical && bits >= 2048 && bits <= 4096 && details?.publicExponent === 65_537n) return
  const seen = type === 'rsa' ? `RSA of ${bits} bits, e = ${details?.publicExponent}` : (details?.namedCurve ?? type)
  throw new Fault('enrolment.key.weak', { what: `The key is none that is taken: ${seen}` })
}

function publicKeyOf(spki: Buffer) {
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' })
  } catch (cause) {
    throw new Fault('enrolment.key.weak', { what: 'The key of the request is of no kind that is taken', cause })
  }
}

function checkSignatureAlgorithm(request: x509.Pkcs10CertificateRequest): void {
  const { name, hash } = signatureAlgorithmOf(request)
  if (/^(Ed25519|EdDSA)$/.test(name)) return
  if (/^(ECDSA|RSASSA-PKCS1-v1_5|RSA-PSS)$/.test(name) && /^SHA-(256|384|512)$/.test(hash)) return
  throw new Fault('enrolment.key.weak', { what: `The request is signed with ${name} and ${hash || 'no known hash'}` })
}

function signatureAlgorithmOf(request: x509.Pkcs10CertificateRequest): { name: string; hash: string } {
  try {
    const { name, hash }: { name?: unknown; hash?: unknown } = request.signatureAlgorithm
    const hashName = typeof hash === 'object' && hash !== null && 'name' in hash ? hash.name : hash
    return { name: String(name), hash: typeof hashName === 'string' ? hashName : '' }
  } catch (cause) {
    throw new Fault('enrolment.key.weak', { what: 'The request is signed in a way that is not known', cause })
  }
}

async function checkSignature(request: x509.Pkcs10CertificateRequest): Promise<void> {
  let holds: boolean
  try {
    holds = await request.verify()
  } catch (cause) {
    throw new Fault('enrolment.csr.signature', { what: 'The signature of the request cannot be checked', cause })
  }
  if (!holds) throw new Fault('enrolment.csr.signature', { what: 'The signature of the request does not hold' })
}

function malformed(what: string, cause?: unknown): Fault {
  return new Fault('enrolment.csr.malformed', { what, cause })
}
