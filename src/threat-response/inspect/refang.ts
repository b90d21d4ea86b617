// Gives a text its plain form back: `[.]` `(dot)` `[:]` `[://]` `[@]` `[at]` `[/]`, also half-open (`evil[.com`), and
// `\/` as JSON writes it. Remembers which dots were defanged: a defanged dot proves a name, where `invoice.zip` does not.
import { LETTER_OR_DIGIT, characterClass } from './character-class.ts'

export type Refanged = {
  readonly text: string
  /** Places in `text` of dots that were defanged, ascending. */
  readonly provenDots: readonly number[]
}

type Token = { readonly plain: string; readonly length: number; readonly spaced: boolean }

/** One character, so that finding the next place worth a look is linear and native. */
const candidates = /[[({\\]|\.(?=[\])}])/g

/** One pass; what is no defanged form stays as it is. */
export function refang(text: string): Refanged {
  const pieces: string[] = []
  const provenDots: number[] = []
  let written = 0 // length of the plain text so far
  let copied = 0 // of `text`, already in `pieces`
  candidates.lastIndex = 0
  while (candidates.test(text)) {
    const at = candidates.lastIndex - 1
    const token = readToken(text, at)
    if (token === undefined) continue
    const from = token.spaced ? at - 1 : at
    pieces.push(text.slice(copied, from), token.plain)
    written += from - copied
    if (token.plain === '.') provenDots.push(written)
    written += token.plain.length
    copied = at + token.length
    candidates.lastIndex = copied
  }
  if (pieces.length === 0) return { text, provenDots }
  pieces.push(text.slice(copied))
  return { text: pieces.join(''), provenDots }
}

function readToken(text: string, at: number): Token | undefined {
  switch (text.charCodeAt(at)) {
    case 0x5b: // [
    case 0x28: // (
    case 0x7b: // {
      return bracketed(text, at) ?? halfOpen(text, at, 1)
    case 0x2e: // .
      return isCloser(text.charCodeAt(at + 1)) ? halfOpen(text, at, 0) : undefined
    case 0x5c: // \
      return text.charCodeAt(at + 1) === 0x2f ? { plain: '/', length: 2, spaced: false } : undefined
    default:
      return undefined
  }
}

/** The longest first: `://` before `:`. */
const insides = ['://', ':/', ':', '.', 'dot', '@', 'at', '//', '/'] as const
const words = new Set<string>(['dot', 'at'])

function bracketed(text: string, at: number): Token | undefined {
  const from = text.charCodeAt(at + 1) === SPACE ? at + 2 : at + 1
  for (const inside of insides) {
    if (text.charCodeAt(from) !== inside.charCodeAt(0) && !words.has(inside)) continue
    if (text.slice(from, from + inside.length).toLowerCase() !== inside) continue
    let end = from + inside.length
    if (text.charCodeAt(end) === SPACE) end++
    if (!isCloser(text.charCodeAt(end))) continue
    end++
    const plain = inside === 'dot' ? '.' : inside === 'at' ? '@' : inside
    if (plain !== '.' && plain !== '@') return { plain, length: end - at, spaced: false }
    // `evil [.] com`: the spaces belong to the form, where a word stands on either side. `(at)` needs the words.
    const before = text.charCodeAt(at - 1) === SPACE && isWord(text, at - 2)
    const after = text.charCodeAt(end) === SPACE && isWord(text, end + 1)
    if (before && after) return { plain, length: end + 1 - at, spaced: true }
    if (inside === 'at' && !(isWord(text, at - 1) && isWord(text, end))) return undefined
    return { plain, length: end - at, spaced: false }
  }
  return undefined
}

/** `evil[.com` (`bracket` 1: it stands before the dot) or `evil.]com`, between words only. */
function halfOpen(text: string, at: number, bracket: 0 | 1): Token | undefined {
  if (text.charCodeAt(at + bracket) !== 0x2e) return undefined
  return isWord(text, at - 1) && isWord(text, at + 2) ? { plain: '.', length: 2, spaced: false } : undefined
}

const SPACE = 0x20

function isCloser(code: number): boolean {
  return code === 0x5d || code === 0x29 || code === 0x7d
}

function isWord(text: string, at: number): boolean {
  return at >= 0 && at < text.length && (characterClass(text.charCodeAt(at)) & LETTER_OR_DIGIT) !== 0
}
