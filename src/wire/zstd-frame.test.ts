import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { zstdCompressSync, constants as zlib } from 'node:zlib'
import fc from 'fast-check'
import { frameLength } from './zstd-frame.ts'

const contents = [0, 1, 255, 256, 300, 65_791, 65_792, 400_000].flatMap((length) => [
  Buffer.alloc(length, 'a'),
  randomBytes(length),
])

test('delivery J5: the length of a frame is told, whatever stands behind it', () => {
  for (const content of contents)
    for (const checksum of [0, 1]) {
      const frame = zstdCompressSync(content, { params: { [zlib.ZSTD_c_checksumFlag]: checksum } })
      assert.equal(frameLength(frame), frame.length)
      assert.equal(frameLength(Buffer.concat([frame, frame])), frame.length)
      assert.equal(frameLength(frame.subarray(0, frame.length - 1)), 0)
    }
})

test('delivery D25: random bytes are no frame, and cost no more than themselves', () => {
  const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const each of [Buffer.from(bytes), Buffer.concat([head, bytes])]) assert(frameLength(each) <= each.length)
    }),
  )
})
