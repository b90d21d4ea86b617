// The certificate request and the certificates that come back (security 1.2, 1.3). Loaded only where one is needed:
// the library brings 21 packages into memory.
import 'reflect-metadata'
import { createPrivateKey, createPublicKey, webcrypto, X509Certificate } from 'node:crypto'
import {
  ChallengePasswordAttribute,
  cryptoProvider,
  Pkcs10CertificateRequestGenerator,
  X509Certificates,
} from '@peculiar/x509'

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

/**
 * @param key PEM of a P-256 key
 * @param name common name: a wish, the exchange decides
 * @param binding value that ties the request to its TLS channel (RFC 9266), as challengePassword
 * @returns PKCS#10, DER in base64 on one line
 */
export async function makeRequest(key: string, name: string, binding: Buffer): Promise<string> {
  cryptoProvider.set(webcrypto)
  const privateKey = createPrivateKey(key)
  const [pkcs8, spki] = [
    privateKey.export({ type: 'pkcs8', format: 'der' }),
    createPublicKey(privateKey).export({ type: 'spki', format: 'der' }),
  ]
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [name] }],
    keys: {
      privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, ecdsa, false, ['sign']),
      publicKey: await webcrypto.subtle.importKey('spki', spki, ecdsa, true, ['verify']),
    },
    signingAlgorithm: ecdsa,
    attributes: [new ChallengePasswordAttribute(binding.toString('base64'))],
  })
  return Buffer.from(request.rawData).toString('base64')
}

/** @returns the certificates of a degenerate PKCS#7 in base64, whatever its line breaks; throws where it is none */
export function readCertificates(body: string): X509Certificate[] {
  cryptoProvider.set(webcrypto)
  const der = Buffer.from(body.replace(/[\s]/g, ''), 'base64')
  return [...new X509Certificates(der)].map((certificate) => new X509Certificate(Buffer.from(certificate.rawData)))
}
