// How long a zstd frame is, told from its headers alone: a payload is exactly one frame (delivery J5), and what stands
// behind the first Node 24 ignores and Node 26 decodes (performance 9). Source: RFC 8878, section 3.1.1.

const magic = 0xfd2fb528
const dictionaryBytes = [0, 1, 2, 4] as const
const contentSizeBytes = [0, 2, 4, 8] as const

/** @returns the bytes of the frame that begins `bytes`; 0 where none does, or it is cut. */
export function frameLength(bytes: Buffer): number {
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== magic) return 0
  const descriptor = bytes[4] ?? 0
  const isSingleSegment = (descriptor & 0x20) !== 0
  const sizeFlag = descriptor >> 6
  const contentSize = sizeFlag === 0 && isSingleSegment ? 1 : (contentSizeBytes[sizeFlag] ?? 0)
  let at = 5 + (isSingleSegment ? 0 : 1) + (dictionaryBytes[descriptor & 3] ?? 0) + contentSize
  for (let isLast = false; !isLast; ) {
    if (at + 3 > bytes.length) return 0
    const head = bytes.readUIntLE(at, 3)
    isLast = (head & 1) === 1
    // A block of one repeated byte has its length before expansion in the head, and one byte here.
    at += 3 + (((head >> 1) & 3) === 1 ? 1 : head >> 3)
  }
  if ((descriptor & 4) !== 0) at += 4
  return at <= bytes.length ? at : 0
}
