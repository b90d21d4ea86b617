// PKCS#10 requests for P-256 keys. To be loaded only where one is made: the library brings 21 packages into memory.
import 'reflect-metadata'
import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto'
import { isIP } from 'node:net'
import {
  ChallengePasswordAttribute,
  cryptoProvider,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
} from '@peculiar/x509'

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

export type RequestWishes = {
  /** PEM of a P-256 key. */
  readonly key: string
  /** Common name. */
  readonly name: string
  /** Value that ties the request to its TLS channel (RFC 9266), as challengePassword. */
  readonly binding?: Buffer
  /** Host names and addresses for the subjectAltName. */
  readonly hosts?: readonly string[]
}

/** @returns PKCS#10, DER in base64 on one line */
export async function makeRequest({ key, name, binding, hosts = [] }: RequestWishes): Promise<string> {
  cryptoProvider.set(webcrypto)
  const privateKey = createPrivateKey(key)
  const [pkcs8, spki] = [
    privateKey.export({ type: 'pkcs8', format: 'der' }),
    createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
  ]
  const names = hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value }) as const)
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [name] }],
    keys: {
      privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, ecdsa, false, ['sign']),
      publicKey: await webcrypto.subtle.importKey('spki', spki, ecdsa, true, ['verify']),
    },
    signingAlgorithm: ecdsa,
    attributes: binding === undefined ? [] : [new ChallengePasswordAttribute(binding.toString('base64'))],
    extensions: names.length === 0 ? [] : [new SubjectAlternativeNameExtension(names)],
  })
  return Buffer.from(request.rawData).toString('base64')
}
