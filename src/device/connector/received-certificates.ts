// The certificates that come back from EST (security 1.2). Loaded only where some are awaited: the library brings 21
// packages into memory.
import 'reflect-metadata'
import { webcrypto, X509Certificate } from 'node:crypto'
import { cryptoProvider, Pkcs10CertificateRequest, X509Certificates } from '@peculiar/x509'

/** @returns the certificates of a degenerate PKCS#7 in base64, whatever its line breaks; throws where it is none */
export function readCertificates(body: string): X509Certificate[] {
  cryptoProvider.set(webcrypto)
  const der = Buffer.from(body.replace(/[\s]/g, ''), 'base64')
  return [...new X509Certificates(der)].map((certificate) => new X509Certificate(Buffer.from(certificate.rawData)))
}

/** @returns DER of the public key of a PKCS#10 in base64; throws where it is none */
export function keyOfRequest(csr: string): Buffer {
  cryptoProvider.set(webcrypto)
  return Buffer.from(new Pkcs10CertificateRequest(Buffer.from(csr, 'base64')).publicKey.rawData)
}
