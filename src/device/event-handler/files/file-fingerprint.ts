// By what a file is known again under another name, also when gzipped meanwhile: SHA-256 of the beginning of its
// (unpacked) bytes (delivery N2).
import { createHash } from 'node:crypto'
import type { Fingerprint } from '../../../wire/block-format.ts'

const lengths = [1024, 512, 256, 128, 64]
/** As much of a file's beginning as a fingerprint can stand for. */
export const fingerprintBytesMax = 1024

/** @param head the first bytes of a file, all of a shorter one @returns its fingerprint at the longest length it has */
export function fingerprintOf(head: Buffer): Fingerprint {
  const length = lengths.find((wanted) => head.length >= wanted) ?? head.length
  return { length, sha256: digest(head.subarray(0, length)) }
}

/** @returns whether a file with this beginning is the one known by the fingerprint; an empty one never is */
export function hasFingerprint(head: Buffer, known: Fingerprint): boolean {
  return known.length > 0 && head.length >= known.length && digest(head.subarray(0, known.length)) === known.sha256
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16)
}
