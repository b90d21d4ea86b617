// The block: the same bytes in spool, local socket, channel and journal (delivery 1.0).
//   "SPB1" · u32 header length · u32 payload length · u32 CRC-32 of header and payload · header (UTF-8 JSON) · payload
// Little endian. The hash is SHA-256 over header and payload as they are: nobody re-encodes them.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { crc32, zstdCompressSync, zstdDecompressSync, constants as zlib } from 'node:zlib'
import { frameLength } from './zstd-frame.ts'

export const blockVersion = 1
export const blockHeadBytes = 16
/** Events a writer puts into a block (performance 8.2) and a reader accepts. */
export const blockEventsWritten = 64
export const blockEventsMax = 256
/** Raw bytes after which a block is closed; one longer line is a block of its own. */
export const blockRawBytes = 256 * 1024
/** A line is kept whole up to here (delivery N1), so no block unpacks to more. */
export const lineBytesMax = 16 * 1024 * 1024
/** Largest block that travels: a line of 16 MiB that does not compress, with its header (delivery C1). */
export const blockBytesMax = 17 * 1024 * 1024
export const headerBytesMax = 256 * 1024

const magic = Buffer.from('SPB1')

/** Bytes of a file's beginning, and the first 16 hexadecimal digits of their SHA-256 (delivery N2). */
export type Fingerprint = { readonly length: number; readonly sha256: string }

/** A file that was read to its end: not read again after a restart. */
export type FinishedFile = { readonly fingerprint: Fingerprint; readonly end: number }

/** Where a block's lines begin and end. It travels inside blocks and nowhere else (delivery N4). */
export type Position =
  | {
      readonly kind: 'file'
      /** Counts the files of the source from 1; a truncated file is a new one. */
      readonly generation: number
      readonly fingerprint: Fingerprint
      /** Base name of the file: what a reader may need to type its lines. */
      readonly name: string
      /** Byte offsets in the unpacked file: of the first byte this block covers, and behind the last. */
      readonly begin: number
      readonly end: number
      /** The last 16 finished files; only in `open` blocks and in the first block of a new file. */
      readonly finished?: readonly FinishedFile[]
    }
  | { readonly kind: 'socket' }

/** Declared losses of the stream before this block, as `first` and `prev`; `unknown` where one had no count. */
export type LostSoFar = { readonly count: number; readonly unknown: boolean }

type Common = {
  readonly v: 1
  readonly source: string
  readonly format: string
  readonly stream: string
  /** Number of the block in its stream, from 0. */
  readonly block: number
  /** Hash of the block before; 64 zeros in block 0. */
  readonly prev: string
  /** Sequence of the block's first event, or the next one where it has none. */
  readonly first: number
  readonly lost: LostSoFar
}

export type StreamEnd = {
  readonly stream: string
  readonly block: number
  readonly hash: string
  readonly sequence: number
}

export type OpenHeader = Common & {
  readonly kind: 'open'
  readonly device: string
  readonly version: string
  readonly position: Position
  /** The stream of this source before, with the last block and sequence the device vouches for. */
  readonly previous: StreamEnd | null
  readonly reason: 'first' | 'start' | 'behind' | 'refused'
}

export type EventsHeader = Common & {
  readonly kind: 'events'
  /** Lines in the payload; 0 where only the position and the counters move. */
  readonly count: number
  /** Arrival at the device, Unix ms. */
  readonly from: number
  readonly to: number
  /** Length of the payload before compression. */
  readonly raw: number
  readonly codec: 'zstd' | 'none'
  readonly position: Position
  /** Each line's byte offset in the file, only where lines between were skipped. */
  readonly at?: readonly number[]
  /** Header lines of stateful formats in force at the first line. */
  readonly context?: string
  /** Events not selected since the block before, by type. */
  readonly notSelected?: Readonly<Record<string, number>>
  /** Lines that are no events, since the block before. */
  readonly ignored?: number
  /** The last line had no LF when its file was left (delivery N1). */
  readonly unterminated?: true
  /** Zone of times without offset at the device, minutes east of UTC. */
  readonly zone?: number
}

export const lossCauses = [
  'line.too-long',
  'file.truncated',
  'file.rotated-away',
  'file.written-after-rotation',
  'datagram.dropped',
  'stopped.unclean',
  'spool.full',
  'spool.unwritable',
  'stream.refused',
] as const
export type LossCause = (typeof lossCauses)[number]

export type LossHeader = Common & {
  readonly kind: 'loss'
  readonly cause: LossCause
  /** null = unknown. */
  readonly count: number | null
  readonly bytes?: number
  readonly sha256?: string
  readonly from: number
  readonly to: number
  readonly position: Position
}

export type BlockHeader = OpenHeader | EventsHeader | LossHeader

/** A block's bytes with what was read in them; the bytes are the block. */
export type Block = {
  readonly bytes: Buffer
  readonly header: BlockHeader
  readonly payload: Buffer
  /** Hex SHA-256 over header and payload. */
  readonly hash: string
}

export type BadBlock = { readonly kind: 'bad-block'; readonly reason: string }

export const noHash = '0'.repeat(64)
const empty = Buffer.alloc(0)

/** Writes a block. Asserts what a reader checks. */
export function encodeBlock(header: BlockHeader, payload: Buffer = empty): Block {
  const json = Buffer.from(JSON.stringify(header))
  assert(
    json.length <= headerBytesMax && blockHeadBytes + json.length + payload.length <= blockBytesMax,
    'block too large',
  )
  const bytes = Buffer.allocUnsafeSlow(blockHeadBytes + json.length + payload.length)
  magic.copy(bytes, 0)
  bytes.writeUInt32LE(json.length, 4)
  bytes.writeUInt32LE(payload.length, 8)
  json.copy(bytes, blockHeadBytes)
  payload.copy(bytes, blockHeadBytes + json.length)
  const body = bytes.subarray(blockHeadBytes)
  bytes.writeUInt32LE(crc32(body), 12)
  return { bytes, header, payload: bytes.subarray(blockHeadBytes + json.length), hash: sha256(body) }
}

/** @returns the length of the block that begins at `offset`, 0 where 16 bytes are not there yet, or why it is none. */
export function blockLength(bytes: Buffer, offset: number): number | BadBlock {
  if (bytes.length - offset < blockHeadBytes) return 0
  if (bytes.compare(magic, 0, 4, offset, offset + 4) !== 0) return bad('no SPB1 at its beginning')
  const headerLength = bytes.readUInt32LE(offset + 4)
  const payloadLength = bytes.readUInt32LE(offset + 8)
  if (headerLength > headerBytesMax) return bad(`header of ${headerLength} bytes`)
  const length = blockHeadBytes + headerLength + payloadLength
  return length > blockBytesMax ? bad(`${length} bytes`) : length
}

/**
 * Reads exactly one block that fills `bytes`; checks length, CRC and the shape of the header. The result looks into
 * `bytes`: copy what must outlive it.
 */
export function decodeBlock(bytes: Buffer): Block | BadBlock {
  const header = checkBlock(bytes)
  if (header.kind === 'bad-block') return header
  const body = bytes.subarray(blockHeadBytes)
  return { bytes, header, payload: body.subarray(bytes.readUInt32LE(4)), hash: sha256(body) }
}

/** Checks what `decodeBlock` checks, without the hash: for a scan of gigabytes. @returns the header, or why it is no block */
export function checkBlock(bytes: Buffer): BlockHeader | BadBlock {
  const length = blockLength(bytes, 0)
  if (typeof length !== 'number') return length
  if (length === 0 || length !== bytes.length) return bad(`${bytes.length} bytes where the head says ${length}`)
  const body = bytes.subarray(blockHeadBytes)
  if (crc32(body) !== bytes.readUInt32LE(12)) return bad('its CRC does not hold')
  const headerLength = bytes.readUInt32LE(4)
  let header: unknown
  try {
    header = JSON.parse(body.toString('utf8', 0, headerLength))
  } catch {
    return bad('its header is no JSON')
  }
  const wrong = headerFault(header)
  return wrong === undefined ? (header as BlockHeader) : bad(wrong)
}

/** @returns whether a decoded value is a block. */
export function isBlock(value: Block | BadBlock): value is Block {
  return 'bytes' in value
}

/** Compresses newline-joined lines once, on the device; a few small events stay as they are (performance 8.7). */
export function packLines(raw: Buffer): { codec: 'zstd' | 'none'; payload: Buffer } {
  if (raw.length < 512) return { codec: 'none', payload: raw }
  const packed = zstdCompressSync(raw, zstdLevel1)
  return packed.length < raw.length ? { codec: 'zstd', payload: packed } : { codec: 'none', payload: raw }
}

/**
 * @returns the newline-joined lines of an events block; throws where the payload is not exactly one frame of the
 * length that the header says.
 */
export function unpackLines(header: EventsHeader, payload: Buffer): Buffer {
  if (header.codec === 'none') {
    if (payload.length !== header.raw)
      throw new RangeError(`payload of ${payload.length} bytes where the header says ${header.raw}`)
    return payload
  }
  if (frameLength(payload) !== payload.length) throw new RangeError('not exactly one compressed frame')
  const buffer = zstdDecompressSync(payload, {
    maxOutputLength: Math.max(header.raw, 1),
    chunkSize: Math.max(header.raw, 64),
  })
  if (buffer.length !== header.raw) throw new RangeError(`${buffer.length} bytes where the header says ${header.raw}`)
  return buffer
}

/** Splits what `unpackLines` gives into exactly `count` lines; each looks into `raw`. */
export function splitLines(raw: Buffer, count: number): Buffer[] {
  const lines: Buffer[] = []
  if (count === 0) {
    if (raw.length > 0) throw new RangeError('lines where the header counts none')
    return lines
  }
  let begin = 0
  for (let index = 1; index < count; index++) {
    const end = raw.indexOf(10, begin)
    if (end < 0) throw new RangeError(`${index} lines where the header counts ${count}`)
    lines.push(raw.subarray(begin, end))
    begin = end + 1
  }
  if (raw.indexOf(10, begin) >= 0) throw new RangeError(`more lines than the ${count} of the header`)
  lines.push(raw.subarray(begin))
  return lines
}

/** @returns the sequence behind the block's last event. */
export function nextSequence(header: BlockHeader): number {
  return header.kind === 'events' ? header.first + header.count : header.first
}

const zstdLevel1 = { params: { [zlib.ZSTD_c_compressionLevel]: 1, [zlib.ZSTD_c_checksumFlag]: 0 } }

function headerFault(header: unknown): string | undefined {
  if (typeof header !== 'object' || header === null) return 'its header is no object'
  const h = header as Record<string, unknown>
  if (h['v'] !== blockVersion) return `version ${String(h['v'])}`
  if (typeof h['stream'] !== 'string' || !/^[0-9a-f]{32}$/.test(h['stream'])) return 'its stream is none'
  if (typeof h['prev'] !== 'string' || !/^[0-9a-f]{64}$/.test(h['prev'])) return 'its prev is no hash'
  if (!natural(h['block'])) return 'its number is none'
  if (!natural(h['first']) || h['first'] < 1) return 'its first sequence is none'
  if (typeof h['source'] !== 'string' || h['source'].length > 255) return 'its source is none'
  if (typeof h['format'] !== 'string' || h['format'].length > 64) return 'its format is none'
  const lost = h['lost'] as Record<string, unknown> | undefined
  if (typeof lost !== 'object' || lost === null || !natural(lost['count']) || typeof lost['unknown'] !== 'boolean')
    return 'its losses are none'
  switch (h['kind']) {
    case 'open':
      return h['block'] === 0 && h['first'] === 1 && typeof h['device'] === 'string' ? undefined : 'its open is none'
    case 'events':
      if (!natural(h['count']) || h['count'] > blockEventsMax) return 'its count is out of bounds'
      if (!natural(h['raw']) || h['raw'] > lineBytesMax + 1) return 'its raw length is out of bounds'
      if (h['codec'] !== 'zstd' && h['codec'] !== 'none') return `codec ${String(h['codec'])}`
      return natural(h['from']) && natural(h['to']) ? undefined : 'its times are none'
    case 'loss':
      return h['count'] === null || natural(h['count']) ? undefined : 'its count is none'
    default:
      return `kind ${String(h['kind'])}`
  }
}

function natural(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function sha256(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex')
}

function bad(reason: string): BadBlock {
  return { kind: 'bad-block', reason }
}
