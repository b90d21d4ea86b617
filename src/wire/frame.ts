// One message between two of our processes, on the local socket and on the channel alike: a small JSON head and
// whole blocks (delivery H1, C1).   u32 head length · head (UTF-8 JSON) · blocks one behind the other
import { blockLength } from './block-format.ts'

/** A head is small; blocks are what is large. */
export const frameHeadBytesMax = 4 * 1024 * 1024

export type Frame = { readonly head: unknown /** Each looks into the message. */; readonly blocks: readonly Buffer[] }
export type BadFrame = { readonly kind: 'bad-frame'; readonly reason: string }

/** Writes a message into memory of its own. */
export function encodeFrame(head: unknown, blocks: readonly Buffer[] = []): Buffer {
  const json = Buffer.from(JSON.stringify(head))
  const prefix = Buffer.allocUnsafe(4)
  prefix.writeUInt32LE(json.length, 0)
  return Buffer.concat([prefix, json, ...blocks])
}

/** Reads a message; the blocks are cut apart by their heads, not checked (decodeBlock does that). */
export function decodeFrame(message: Buffer): Frame | BadFrame {
  if (message.length < 4) return { kind: 'bad-frame', reason: 'shorter than its head length' }
  const headLength = message.readUInt32LE(0)
  if (headLength > frameHeadBytesMax || 4 + headLength > message.length)
    return { kind: 'bad-frame', reason: `head of ${headLength} bytes` }
  let head: unknown
  try {
    head = JSON.parse(message.toString('utf8', 4, 4 + headLength))
  } catch {
    return { kind: 'bad-frame', reason: 'its head is no JSON' }
  }
  const blocks: Buffer[] = []
  for (let offset = 4 + headLength; offset < message.length; ) {
    const length = blockLength(message, offset)
    if (typeof length !== 'number') return { kind: 'bad-frame', reason: `a block with ${length.reason}` }
    if (length === 0 || offset + length > message.length) return { kind: 'bad-frame', reason: 'a block is cut' }
    blocks.push(message.subarray(offset, offset + length))
    offset += length
  }
  return { head, blocks }
}

/** @returns whether a decoded message is one. */
export function isFrame(value: Frame | BadFrame): value is Frame {
  return 'blocks' in value
}
