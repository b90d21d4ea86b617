// A frame of the spool: one block behind a head that says where it stands, so that a forged, misplaced or torn one is
// none (delivery S2).   "SPF1" · segment id (16) · u64 own offset · u64 group · u32 index in the group · u32 length ·
// u32 CRC-32 of the 44 bytes before · the block
import { crc32 } from 'node:zlib'
import { blockBytesMax } from '../../../wire/block-format.ts'

export const frameHeadBytes = 48
const frameMagic = Buffer.from('SPF1')

export type FrameHead = {
  readonly offset: number
  readonly group: number
  readonly index: number
  /** Bytes of the block behind the head. */
  readonly length: number
}

/** Writes a frame's head at `at` of `into`. @param id the segment's 16 random bytes */
export function writeFrameHead(into: Buffer, at: number, id: Buffer, head: FrameHead): void {
  frameMagic.copy(into, at)
  id.copy(into, at + 4)
  into.writeBigUInt64LE(BigInt(head.offset), at + 20)
  into.writeBigUInt64LE(BigInt(head.group), at + 28)
  into.writeUInt32LE(head.index, at + 36)
  into.writeUInt32LE(head.length, at + 40)
  into.writeUInt32LE(crc32(into.subarray(at, at + 44)), at + 44)
}

/** @returns the head at `at` of `bytes`, which begin at `base` in the segment; undefined where none holds there */
export function readFrameHead(bytes: Buffer, at: number, id: Buffer | undefined, base = 0): FrameHead | undefined {
  if (bytes.length - at < frameHeadBytes) return undefined
  if (bytes.compare(frameMagic, 0, 4, at, at + 4) !== 0) return undefined
  if (id !== undefined && bytes.compare(id, 0, 16, at + 4, at + 20) !== 0) return undefined
  if (crc32(bytes.subarray(at, at + 44)) !== bytes.readUInt32LE(at + 44)) return undefined
  const offset = Number(bytes.readBigUInt64LE(at + 20))
  const length = bytes.readUInt32LE(at + 40)
  if (offset !== base + at || length > blockBytesMax) return undefined
  return { offset, group: Number(bytes.readBigUInt64LE(at + 28)), index: bytes.readUInt32LE(at + 36), length }
}

/** @returns where the next frame head may begin at or behind `from`, -1 where none does */
export function findFrameMagic(bytes: Buffer, from: number): number {
  return bytes.indexOf(frameMagic, from)
}
