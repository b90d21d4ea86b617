// What a character may be part of, by table: the scanner asks this once per character and never a regular expression.

export const LETTER_OR_DIGIT = 1
/** Letters, digits, `.`, `_`, `-`: what names, addresses with dots, hashes and schemes are made of. */
export const NAME = 2
/** Digits of IPv6, with `:` and `.`. */
export const ADDRESS = 4
/** What may stand in a URL after its host. Quotes, commas, `|`, `<>`, `{}`, `\` and space end a value (3.2). */
export const URL_REST = 8
/** What may stand in the part before the `@` of a mail address or a URL. */
export const LOCAL = 16
export const DIGIT = 32
export const HEX = 64

const ascii = new Uint8Array(128)

function mark(characters: string, bits: number): void {
  for (const character of characters) {
    const code = character.charCodeAt(0)
    ascii[code] = (ascii[code] ?? 0) | bits
  }
}

mark('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789', LETTER_OR_DIGIT | NAME | URL_REST | LOCAL)
mark('._-', NAME | LOCAL)
mark('0123456789', DIGIT | HEX)
mark('0123456789abcdefABCDEF', HEX)
mark('0123456789abcdefABCDEF:.', ADDRESS)
mark('-._~:/?#@!$&()*+;=%', URL_REST)
mark('+%', LOCAL)

/** @returns the classes of the UTF-16 unit as bits; letters, digits and marks beyond ASCII count as letters. */
export function characterClass(code: number): number {
  if (code < 128) return ascii[code] ?? 0
  const known = beyond[code]
  if (known !== undefined && known !== UNKNOWN) return known
  const bits = /[\p{L}\p{N}\p{M}]/u.test(String.fromCharCode(code)) ? LETTER_OR_DIGIT | NAME | URL_REST | LOCAL : 0
  beyond[code] = bits
  return bits
}

const UNKNOWN = 255
/** Filled as units are met: asking Unicode for one costs 100 ns, this 2 ns. */
const beyond = new Uint8Array(65_536).fill(UNKNOWN)

/** @returns the end of the run of characters of class `bits` that begins at `from`, at most `limit` further. */
export function runEnd(text: string, from: number, bits: number, limit = Number.POSITIVE_INFINITY): number {
  const last = Math.min(text.length, from + limit)
  let at = from
  while (at < last && (characterClass(text.charCodeAt(at)) & bits) !== 0) at++
  return at
}
