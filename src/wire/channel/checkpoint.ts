// The checkpoint: what a device swears to have had, signed with its key (delivery C11, L3).
import { createPrivateKey, createPublicKey, sign, verify, X509Certificate } from 'node:crypto'

export type CheckpointFacts = {
  readonly stream: string
  readonly block: number
  readonly hash: string
  readonly sequence: number
  /** Time of the device, Unix ms. */
  readonly at: number
}

/** @returns the text that is signed. */
export function checkpointText(facts: CheckpointFacts): string {
  return `${facts.stream}:${facts.block}:${facts.hash}:${facts.sequence}:${facts.at}`
}

/** @returns the signature in base64: SHA-256, ECDSA in DER; Ed25519 as it is. */
export function signCheckpoint(facts: CheckpointFacts, keyPem: string): string {
  const key = createPrivateKey(keyPem)
  return sign(digestOf(key.asymmetricKeyType), Buffer.from(checkpointText(facts)), key).toString('base64')
}

/** @returns whether the key of the certificate made the signature; the certificate itself is judged elsewhere. */
export function verifyCheckpoint(facts: CheckpointFacts, signature: string, certificatePem: string): boolean {
  try {
    const key = createPublicKey(new X509Certificate(certificatePem).publicKey.export({ type: 'spki', format: 'pem' }))
    return verify(
      digestOf(key.asymmetricKeyType),
      Buffer.from(checkpointText(facts)),
      key,
      Buffer.from(signature, 'base64'),
    )
  } catch {
    return false
  }
}

function digestOf(keyType: string | undefined): 'sha256' | null {
  return keyType === 'ed25519' ? null : 'sha256'
}
