// JSON lines out of the bytes of an answer, each whole; memory is bound by the longest line.

/** @returns each line's value, in order; what follows the last line end is no line */
export async function* jsonLines<T>(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<T> {
  let rest: Buffer[] = []
  for await (const piece of pieces) {
    let data = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength)
    for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10)) {
      const line = Buffer.concat([...rest, data.subarray(0, end)])
      rest = []
      data = data.subarray(end + 1)
      // Our own server of the same version: its suite holds answers against the schemas of these types.
      if (line.length > 0) yield JSON.parse(line.toString('utf8')) as T
    }
    if (data.length > 0) rest.push(data)
  }
}
