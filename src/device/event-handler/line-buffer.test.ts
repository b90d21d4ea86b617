import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LineBuffer } from './line-buffer.ts'

test('delivery N1: however its bytes arrive, a file is cut at LF alone, and every line knows its offset', () => {
  const byte = fc.constantFrom(10, 13, 0, 65, 255)
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(byte, { maxLength: 300 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 70 })),
      (noise, ends, sizes) => {
        const bytes = Buffer.concat([Buffer.from(noise), Buffer.from(ends)])
        const buffer = new LineBuffer(1_000)
        const lines: Buffer[] = []
        const taker = {
          line(line: Buffer, offset: number) {
            assert(bytes.subarray(offset - 1_000, offset - 1_000 + line.length).equals(line))
            lines.push(Buffer.from(line))
          },
          tooLong: () => assert.fail('no line is too long'),
        }
        for (let at = 0; at < bytes.length; ) {
          assert.equal(buffer.readOffset, 1_000 + at)
          const got = bytes.copy(buffer.room, 0, at, at + (sizes.next().value ?? 1))
          buffer.take(got, taker)
          at += got
        }
        const unterminated = buffer.takeRest(taker)
        assert.equal(buffer.offset, 1_000 + bytes.length)
        const joined = lines.map((line) => line.toString('latin1')).join('\n')
        assert.equal(unterminated ? joined : lines.length > 0 ? `${joined}\n` : '', bytes.toString('latin1'))
      },
    ),
  )
})
