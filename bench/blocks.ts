// Lines in blocks as a device packs them, for benches: made before the clock starts.
import {
  type Block,
  blockEventsWritten,
  encodeBlock,
  nextSequence,
  noHash,
  packLines,
} from '../src/wire/block-format.ts'
import type { LineMaker } from './lines.ts'

export type PackedLines = { readonly blocks: readonly Block[]; readonly events: number; readonly rawBytes: number }

/** @param stream 32 hexadecimal digits */
export function packStream(maker: LineMaker, events: number, stream: string): PackedLines {
  const fingerprint = { length: 1_024, sha256: '5a11f0471b0bbe55' }
  const common = { v: 1 as const, source: 'eve', format: 'suricata/eve', stream, lost: { count: 0, unknown: false } }
  const open = encodeBlock({
    ...common,
    block: 0,
    prev: noHash,
    first: 1,
    kind: 'open',
    device: 'bench-1',
    version: '0',
    position: { kind: 'file', generation: 1, fingerprint, name: 'eve.json', begin: 0, end: 0 },
    previous: null,
    reason: 'first',
  })
  const blocks: Block[] = [open]
  let last = open
  let rawBytes = 0
  let arrived = Date.UTC(2026, 10, 24, 6, 0, 1)
  for (let made = 0; made < events; ) {
    const count = Math.min(blockEventsWritten, events - made)
    const lines: string[] = []
    for (let index = 0; index < count; index++) lines.push(maker.next())
    const raw = Buffer.from(lines.join('\n'))
    const { codec, payload } = packLines(raw)
    arrived += 2 * count
    last = encodeBlock(
      {
        ...common,
        block: last.header.block + 1,
        prev: last.hash,
        first: nextSequence(last.header),
        kind: 'events',
        count,
        from: arrived,
        to: arrived + 50,
        raw: raw.length,
        codec,
        position: {
          kind: 'file',
          generation: 1,
          fingerprint,
          name: 'eve.json',
          begin: rawBytes,
          end: rawBytes + raw.length + 1,
        },
      },
      payload,
    )
    blocks.push(last)
    made += count
    rawBytes += raw.length + 1
  }
  return { blocks, events, rawBytes }
}
