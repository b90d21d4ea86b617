// Private keys between WebCrypto, which signs certificates, and PEM, which files and TLS want.
import { createPrivateKey } from 'node:crypto'

/** @returns PKCS#8 PEM of an exportable private key. */
export async function privateKeyPem(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', key))
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' })
}

/** @returns a key that signs with ECDSA P-256, not exportable. */
export async function signingKey(pem: string): Promise<CryptoKey> {
  const der = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' })
  return crypto.subtle.importKey('pkcs8', new Uint8Array(der), { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
}
