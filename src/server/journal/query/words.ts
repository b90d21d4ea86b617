// Cuts a query into words and signs, each with its place, so that an error can point at it (docs/query.md).
import { Fault } from '../../../core/fault.ts'

export type Word = {
  readonly kind: 'word'
  /** Field before the first `:` or `=`, where one stands before it; not yet checked. */
  readonly field: string | null
  readonly exact: boolean
  readonly value: string
  /** Ends in `*` outside quotes. */
  readonly prefix: boolean
  readonly quoted: boolean
  /** As written, for errors and for words that only look like field and value. */
  readonly text: string
  readonly at: number
}
export type Sign = { readonly kind: '(' | ')' | 'or' | 'and' | 'not'; readonly at: number }
export type Token = Word | Sign

/** A query is typed or pasted; what is longer is no question. */
const queryCharactersMax = 8_192

export function malformed(what: string, at: number): Fault {
  return new Fault('query.malformed', { what: `${what} (at character ${at + 1})` })
}

/** @throws Fault query.malformed */
export function wordsOf(query: string): Token[] {
  if (query.length > queryCharactersMax)
    throw malformed(`a query of more than ${queryCharactersMax} characters`, queryCharactersMax)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  const control = /[\x00-\x08\x0e-\x1f\x7f]/.exec(query)
  if (control !== null) throw malformed('a control character', control.index)
  const tokens: Token[] = []
  for (let at = skipBlanks(query, 0); at < query.length; at = skipBlanks(query, at)) {
    const character = query[at]
    if (character === '(' || character === ')') {
      tokens.push({ kind: character, at })
      at++
      continue
    }
    if (character === '-') {
      if (at + 1 >= query.length || /[\s)]/.test(query[at + 1] ?? '')) throw malformed('a - with nothing behind it', at)
      tokens.push({ kind: 'not', at })
      at++
      continue
    }
    const { word, end } = readWord(query, at)
    tokens.push(word)
    at = end
  }
  return tokens
}

function skipBlanks(query: string, at: number): number {
  while (at < query.length && /\s/.test(query[at] ?? '')) at++
  return at
}

/** A word ends at a blank, or at a `)` that it did not open; quotes keep both in. */
function readWord(query: string, begin: number): { word: Token; end: number } {
  let field: string | null = null
  let exact = false
  let value = ''
  let quoted = false
  /** Where each ( of the word stands that is still open. */
  const open: number[] = []
  let at = begin
  let lastUnquoted = false
  while (at < query.length) {
    const character = query[at] ?? ''
    if (/\s/.test(character) || (character === ')' && open.length === 0)) break
    if (character === '"') {
      if (value !== '') throw malformed('a quote inside a word', at)
      const string = readQuoted(query, at)
      value = string.value
      at = string.end
      quoted = true
      lastUnquoted = false
      if (query[at] === '*') {
        at++
        value += '*'
        lastUnquoted = true
      }
      if (at < query.length && !/[\s)]/.test(query[at] ?? '')) throw malformed('a word goes on behind its quotes', at)
      break
    }
    if (character === '(') open.push(at)
    if (character === ')') open.pop()
    if (field === null && (character === ':' || character === '=') && /^[a-z][a-z0-9_]*$/i.test(value)) {
      field = value
      exact = character === '='
      value = ''
    } else value += character
    lastUnquoted = true
    at++
  }
  const [unclosed] = open
  if (unclosed !== undefined)
    throw malformed('a ( in a word that is not closed: put a value that holds one in quotes', unclosed)
  const text = query.slice(begin, at)
  if (!quoted && field === null && (value === 'OR' || value === 'AND' || value === 'NOT'))
    return { word: { kind: value === 'OR' ? 'or' : value === 'AND' ? 'and' : 'not', at: begin }, end: at }
  const prefix = lastUnquoted && value.endsWith('*')
  if (prefix) value = value.slice(0, -1)
  return { word: { kind: 'word', field, exact, value, prefix, quoted, text, at: begin }, end: at }
}

/** Between quotes `\"` and `\\` stand for themselves; everything else is what it is. */
function readQuoted(query: string, begin: number): { value: string; end: number } {
  let value = ''
  for (let at = begin + 1; at < query.length; at++) {
    const character = query[at] ?? ''
    if (character === '"') return { value, end: at + 1 }
    if (character === '\\' && (query[at + 1] === '"' || query[at + 1] === '\\')) at++
    value += query[at] ?? ''
  }
  throw malformed('a quote that is not closed', begin)
}
