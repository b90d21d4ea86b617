// Checks what devices signed against what is stored (delivery C11, L3). One inside a hole or an expired day is
// unverifiable, one ahead of the head pending, one behind the end of an ended stream withdrawn: none of these is wrong.
import { createPublicKey, type KeyObject, verify, X509Certificate } from 'node:crypto'
import type { LedgerVerification } from '../../../wire/api/ledger.ts'
import { type Block, nextSequence } from '../../../wire/block-format.ts'
import type { Checkpoint } from '../committing.ts'
import type { StreamRecord } from './stream-record.ts'

type Broken = NonNullable<LedgerVerification['broken']>

export class CheckpointCheck {
  /** By stream and block, until the block passes. */
  readonly #waiting = new Map<string, Checkpoint[]>()
  readonly #keys = new Map<string, KeyObject | null>()
  #verified = 0

  constructor(checkpoints: readonly Checkpoint[]) {
    for (const checkpoint of checkpoints) {
      const key = `${checkpoint.stream}:${checkpoint.block}`
      const waiting = this.#waiting.get(key)
      if (waiting === undefined) this.#waiting.set(key, [checkpoint])
      else waiting.push(checkpoint)
    }
  }

  /** A stored block passes. */
  see({ header, hash }: Block): Broken | undefined {
    const key = `${header.stream}:${header.block}`
    const waiting = this.#waiting.get(key)
    if (waiting === undefined) return undefined
    this.#waiting.delete(key)
    let broken: Broken | undefined
    for (const checkpoint of waiting) {
      const { stream, block } = checkpoint
      if (!this.#isSigned(checkpoint))
        broken ??= { stream, block, reason: 'the signature of its checkpoint does not hold' }
      else if (checkpoint.hash !== hash || checkpoint.sequence !== nextSequence(header) - 1)
        broken ??= { stream, block, reason: 'the device signed another hash or sequence' }
      else this.#verified++
    }
    return broken
  }

  /** Tells what became of those whose block did not pass. */
  finish(records: ReadonlyMap<string, StreamRecord>): {
    readonly counts: LedgerVerification['checkpoints']
    readonly broken: Broken | undefined
  } {
    const counts = { verified: this.#verified, pending: 0, unverifiable: 0, withdrawn: 0 }
    let broken: Broken | undefined
    for (const checkpoint of [...this.#waiting.values()].flat()) {
      const { stream, block } = checkpoint
      if (!this.#isSigned(checkpoint)) {
        broken ??= { stream, block, reason: 'the signature of its checkpoint does not hold' }
        continue
      }
      const record = records.get(stream)
      if (record !== undefined && block <= record.block) counts.unverifiable++
      else if (record !== undefined && record.end !== null && block > record.end.block) counts.withdrawn++
      else counts.pending++
    }
    return { counts, broken }
  }

  /** ECDSA P-256 over the text that the channel names, with the certificate stored beside it. */
  #isSigned(checkpoint: Checkpoint): boolean {
    const { stream, block, hash, sequence, at, signature, certificate } = checkpoint
    let key = this.#keys.get(certificate)
    if (key === undefined) {
      key = publicKeyOf(certificate)
      this.#keys.set(certificate, key)
    }
    if (key === null) return false
    const text = Buffer.from(`${stream}:${block}:${hash}:${sequence}:${at}`)
    return verify('sha256', text, key, Buffer.from(signature, 'base64'))
  }
}

function publicKeyOf(pem: string): KeyObject | null {
  try {
    return createPublicKey(new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'pem' }))
  } catch {
    return null
  }
}
