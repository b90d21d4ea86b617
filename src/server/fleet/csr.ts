// What of a certificate request is believed: its public key, once it has proved that it holds the private one
// (security 1.4, in its order). Everything else it says goes to the log.
import 'reflect-metadata'
import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto'
import * as x509 from '@peculiar/x509'
import { Fault } from '../../core/fault.ts'

export type CheckedRequest = {
  /** DER of the public key. */
  readonly spki: Buffer
  /** SHA-256 of it, lower-case hexadecimal. */
  readonly spkiHash: string
  /** Attribute challengePassword; may bind the request to its TLS channel. */
  readonly challenge: string | undefined
  /** Names of its subjectAltName, as written: judged for a listener (listener-names.ts), ignored for a device. */
  readonly names: readonly RequestedName[]
  /** What it would like to be: for the log alone. */
  readonly wishes: { readonly subject: string; readonly extensions: Readonly<Record<string, string>> }
}

export type RequestedName = { readonly kind: 'dns' | 'ip' | 'other'; readonly value: string }

export const requestBytesMax = 16 * 1024

/**
 * Reads and proves a request. Throws Fault `enrolment.csr.malformed`, `enrolment.key.weak`, `enrolment.csr.signature`.
 * @param body base64 of DER, with or without line breaks (RFC 8951) or PEM armour
 */
export function checkRequest(body: string): CheckedRequest {
  const der = decode(body)
  const request = parse(der)
  const spki = Buffer.from(request.publicKey.rawData)
  checkSignature(der, checkKey(spki))
  const challenge = request.attributes.find((attribute) => attribute instanceof x509.ChallengePasswordAttribute)
  return {
    spki,
    spkiHash: createHash('sha256').update(spki).digest('hex'),
    challenge: challenge?.password,
    names: namesOf(request),
    wishes: { subject: request.subject.slice(0, 200), extensions: extensionsOf(request) },
  }
}

function namesOf(request: x509.Pkcs10CertificateRequest): readonly RequestedName[] {
  try {
    const found = request.extensions.filter((extension) => extension instanceof x509.SubjectAlternativeNameExtension)
    return found.flatMap(({ names }) =>
      names.toJSON().map(({ type, value }) => ({ kind: type === 'dns' || type === 'ip' ? type : 'other', value })),
    )
  } catch {
    // Such as an address of five bytes: no name that anybody is given.
    return [{ kind: 'other', value: 'a name that cannot be read' }]
  }
}

/** OID → DER in hexadecimal, bounded for a log. */
function extensionsOf(request: x509.Pkcs10CertificateRequest): Readonly<Record<string, string>> {
  const entries = request.extensions
    .slice(0, 8)
    .map(({ type, value }) => [type, Buffer.from(value).toString('hex').slice(0, 200)] as const)
  return Object.fromEntries(entries)
}

function decode(body: string): Buffer {
  const armour = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([^-]*)-----END (?:NEW )?CERTIFICATE REQUEST-----/.exec(
    body,
  )
  const base64 = (armour?.[1] ?? body).replace(/[ \t\r\n]/g, '')
  if (base64 === '' || base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    throw malformed('The body is no base64 of a certificate request')
  const der = Buffer.from(base64, 'base64')
  const length = der[0] === 0x30 ? elementLength(der) : undefined
  if (length === undefined) throw malformed('The body is no DER SEQUENCE')
  // Libraries swallow what follows the end: what was not read is refused (security, fact 7).
  if (length !== der.length) throw malformed(`The request ends at byte ${length} of ${der.length}`)
  return der
}

/** @returns bytes of the header of an element whose length was read. */
function headerLength(der: Buffer): number {
  const first = der[1] ?? 0
  return first < 0x80 ? 2 : 2 + (first & 0x7f)
}

/** @returns bytes of header and content of the DER element that the buffer begins with; definite, minimal lengths. */
function elementLength(der: Buffer): number | undefined {
  const first = der[1]
  if (first === undefined) return undefined
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
    void [request.subject, request.attributes, request.extensions, request.publicKey.rawData]
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

function checkKey(spki: Buffer): KeyObject {
  const key = publicKeyOf(spki)
  if (curves.some(({ prefix, bytes }) => spki.length === bytes && spki.subarray(0, prefix.length).equals(prefix)))
    return key
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key
  const bits = details?.modulusLength ?? 0
  // Written back it must be the same bytes: nothing hides in a key that only some parsers read.
  const canonical = key.export({ format: 'der', type: 'spki' }).equals(spki)
  if (type === 'rsa' && canonical && bits >= 2048 && bits <= 4096 && details?.publicExponent === 65_537n) return key
  const seen = type === 'rsa' ? `RSA of ${bits} bits, e = ${details?.publicExponent}` : (details?.namedCurve ?? type)
  throw new Fault('enrolment.key.weak', { what: `The key is none that is taken: ${seen}` })
}

function publicKeyOf(spki: Buffer): KeyObject {
  try {
    return createPublicKey({ key: spki, format: 'der', type: 'spki' })
  } catch (cause) {
    throw new Fault('enrolment.key.weak', { what: 'The key of the request is of no kind that is taken', cause })
  }
}

/** AlgorithmIdentifiers in the one encoding each has; they are outside of what is signed, so nothing else passes. */
const algorithms = new Map([
  ['300a06082a8648ce3d040302', 'sha256'],
  ['300a06082a8648ce3d040303', 'sha384'],
  ['300a06082a8648ce3d040304', 'sha512'],
  ['300506032b6570', null],
  ['300d06092a864886f70d01010b0500', 'sha256'],
  ['300d06092a864886f70d01010c0500', 'sha384'],
  ['300d06092a864886f70d01010d0500', 'sha512'],
])

/** Checked by OpenSSL over the bytes as they came, which is strict where libraries parse and write again. */
function checkSignature(der: Buffer, key: KeyObject): void {
  const [signed, algorithm, signature, ...more] = elements(der)
  if (signed === undefined || algorithm === undefined || signature === undefined || more.length > 0)
    throw malformed('The body is no PKCS#10 request')
  const hash = algorithms.get(algorithm.toString('hex'))
  if (hash === undefined)
    throw new Fault('enrolment.key.weak', { what: 'The request is signed in a way that is not taken' })
  // BIT STRING: its first content byte counts unused bits.
  const start = headerLength(signature)
  if (signature[0] !== 0x03 || signature[start] !== 0) throw malformed('The signature is no BIT STRING')
  let holds: boolean
  try {
    holds = verify(hash, signed, key, signature.subarray(start + 1))
  } catch (cause) {
    throw new Fault('enrolment.csr.signature', { what: 'The signature of the request cannot be checked', cause })
  }
  if (!holds) throw new Fault('enrolment.csr.signature', { what: 'The signature of the request does not hold' })
}

/** @returns the elements of a SEQUENCE whose length was checked. */
function elements(sequence: Buffer): readonly Buffer[] {
  const found: Buffer[] = []
  for (let at = headerLength(sequence); at < sequence.length; ) {
    const length = elementLength(sequence.subarray(at))
    if (length === undefined || at + length > sequence.length) throw malformed('The body is no PKCS#10 request')
    found.push(sequence.subarray(at, at + length))
    at += length
  }
  return found
}

function malformed(what: string, cause?: unknown): Fault {
  return new Fault('enrolment.csr.malformed', { what, cause })
}
