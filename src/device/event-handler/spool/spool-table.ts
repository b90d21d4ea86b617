// The table at the beginning of each segment, twice in different 4 KiB pages (delivery S3). It speaks of synced things
// only; the newest one alone is enough to go on.   Each copy, padded to whole pages:
//   "SPT1" · u32 length · u32 CRC-32 of the JSON · JSON
import { crc32 } from 'node:zlib'
import type { LostSoFar, Position, StreamEnd } from '../../../wire/block-format.ts'
import type { StreamHead } from '../../../wire/streams.ts'

const pageBytes = 4096
const tableMagic = Buffer.from('SPT1')
/** Ten thousand ended streams of 200 bytes are 2 MiB: a table is never larger than this. */
const tableBytesMax = 16 * 1024 * 1024

/** Where a source's reading goes on, and what it needs for that; always taken from one valid block. */
export type SourceMark = {
  readonly position: Position
  readonly format: string
  /** Header lines in force at the end of `position`. */
  readonly context: string
  /** End of the source's newest stream, as the device vouches for it. */
  readonly last: StreamEnd
}

export type TableStream = {
  readonly stream: string
  readonly source: string
  readonly head: StreamHead
  readonly lost: LostSoFar
  /** Last block acknowledged as far as this device knew: a note, which the exchange's answer replaces (C3). */
  readonly acknowledged: number
}

export type EndedStream = {
  readonly stream: string
  readonly source: string
  readonly head: StreamHead
  /** Unix ms. */
  readonly endedAt: number
}

export type SpoolTable = {
  readonly v: 1
  readonly segment: number
  /** The segment's 16 random bytes in hexadecimal. */
  readonly id: string
  /** Number of the next group. */
  readonly group: number
  /** The segment before and the byte up to which it is synced and counts. */
  readonly previous: { readonly segment: number; readonly end: number } | null
  /** The stop before was clean (S5). */
  readonly clean: boolean
  /** Every stream not yet drained. */
  readonly streams: readonly TableStream[]
  readonly sources: Readonly<Record<string, SourceMark>>
  /** Streams ended in the last 90 days. */
  readonly ended: readonly EndedStream[]
}

/** @returns both copies, ready to stand at the beginning of a segment; frames begin behind them */
export function encodeTable(table: SpoolTable): Buffer {
  const json = Buffer.from(JSON.stringify(table))
  const copyBytes = Math.ceil((12 + json.length) / pageBytes) * pageBytes
  const bytes = Buffer.alloc(2 * copyBytes)
  for (const at of [0, copyBytes]) {
    tableMagic.copy(bytes, at)
    bytes.writeUInt32LE(json.length, at + 4)
    bytes.writeUInt32LE(crc32(json), at + 8)
    json.copy(bytes, at + 12)
  }
  return bytes
}

/** @returns the table of a segment from whichever copy holds, and where its frames begin; undefined where none does */
export function decodeTable(bytes: Buffer): { readonly table: SpoolTable; readonly framesAt: number } | undefined {
  const last = Math.min(bytes.length, 2 * tableBytesMax) - 12
  for (let at = 0; at <= last; at += pageBytes) {
    if (bytes.compare(tableMagic, 0, 4, at, at + 4) !== 0) continue
    const length = bytes.readUInt32LE(at + 4)
    if (length > tableBytesMax || at + 12 + length > bytes.length) continue
    const json = bytes.subarray(at + 12, at + 12 + length)
    if (crc32(json) !== bytes.readUInt32LE(at + 8)) continue
    const table = JSON.parse(json.toString('utf8')) as SpoolTable
    if (table.v !== 1) continue
    return { table, framesAt: 2 * Math.ceil((12 + length) / pageBytes) * pageBytes }
  }
  return undefined
}
