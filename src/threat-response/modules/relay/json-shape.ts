// Looks over a JSON text before it is parsed: how deep it nests and how many values it holds, for a small text can
// become a large heap and recursion is what falls (security S6; threat-response-contract 2.5).

export type Shape = 'fits' | 'too deep' | 'too many values'

/** CTIM nests a dozen levels; 5,000 documents of a hundred members each fit. */
const depthMax = 64
const valuesMax = 1_000_000

/** One pass over the bytes; says nothing of whether it is JSON. */
export function shapeOf(text: Buffer): Shape {
  let depth = 0
  let values = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const byte = text[at] ?? 0
    if (quoted) {
      if (byte === 0x5c) at++
      else if (byte === 0x22) quoted = false
      continue
    }
    switch (byte) {
      case 0x22:
        quoted = true
        break
      case 0x5b:
      case 0x7b:
        values++
        if (++depth > depthMax) return 'too deep'
        break
      case 0x5d:
      case 0x7d:
        depth--
        break
      case 0x2c:
        if (++values > valuesMax) return 'too many values'
        break
    }
  }
  return values > valuesMax ? 'too many values' : 'fits'
}
