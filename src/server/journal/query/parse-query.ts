// Reads the query language of docs/query.md into a plan: words side by side must all hold, OR binds weaker than that,
// `-` or NOT takes away. Whatever it is given, it answers with a plan or with query.malformed and the place (security S15).
import { bareWord, fields } from './fields.ts'
import { timesOf } from './moments.ts'
import { anyTime, bothTimes, type Expression, type Plan, type Times } from './plan.ts'
import { malformed, type Token, type Word, wordsOf } from './words.ts'

/** More words, or deeper parentheses, are no question of a person; both bound what the index is asked. */
const wordsMax = 256
const depthMax = 32

/** @param now what relative times count from, Unix ms. @throws Fault query.malformed */
export function parseQuery(query: string, now: number): Plan {
  const tokens = wordsOf(query)
  if (tokens.length === 0) return { where: { kind: 'all' }, times: anyTime }
  if (tokens.filter((token) => token.kind === 'word').length > wordsMax)
    throw malformed(`more than ${wordsMax} words`, tokens[wordsMax]?.at ?? 0)
  return new Parser(tokens, now, query.length).plan()
}

/** What a word of time is replaced with: it holds for all events, and is kept in `times`. */
const everything: Expression = { kind: 'all' }

class Parser {
  readonly #tokens: readonly Token[]
  readonly #now: number
  readonly #length: number
  #next = 0
  #depth = 0
  #times: Times = anyTime
  /** Where a word of time stands that is not alone in saying when: under OR or NOT. */
  #choices = 0

  constructor(tokens: readonly Token[], now: number, length: number) {
    this.#tokens = tokens
    this.#now = now
    this.#length = length
  }

  plan(): Plan {
    const where = this.#either()
    const rest = this.#tokens[this.#next]
    if (rest !== undefined) throw malformed('a ) that nothing opened', rest.at)
    return { where, times: this.#times }
  }

  #either(): Expression {
    // Whether an OR follows is only known behind its first part, so the times of the part are looked at afterwards.
    const before = this.#times
    const parts = [this.#together()]
    while (this.#tokens[this.#next]?.kind === 'or') {
      const { at } = this.#tokens[this.#next] ?? { at: 0 }
      if (this.#times !== before) throw malformed('since, until and arrived cannot stand beside OR', at)
      this.#next++
      this.#choices++
      parts.push(this.#together())
      this.#choices--
    }
    return parts.length === 1 ? (parts[0] ?? everything) : { kind: 'or', parts }
  }

  #together(): Expression {
    const parts: Expression[] = []
    for (;;) {
      const token = this.#tokens[this.#next]
      if (token === undefined || token.kind === ')' || token.kind === 'or') break
      if (token.kind === 'and') {
        const behind = this.#tokens[this.#next + 1]
        if (
          parts.length === 0 ||
          behind === undefined ||
          behind.kind === ')' ||
          behind.kind === 'or' ||
          behind.kind === 'and'
        )
          throw malformed('an AND without a word on both sides', token.at)
        this.#next++
        continue
      }
      parts.push(this.#one(token))
    }
    if (parts.length === 0) throw malformed('a word is missing', this.#tokens[this.#next]?.at ?? this.#length)
    return parts.length === 1 ? (parts[0] ?? everything) : { kind: 'and', parts }
  }

  #one(token: Token): Expression {
    this.#next++
    switch (token.kind) {
      case 'not': {
        const behind = this.#tokens[this.#next]
        if (behind === undefined || behind.kind === ')' || behind.kind === 'or' || behind.kind === 'and')
          throw malformed('nothing behind a NOT', token.at)
        return this.#deeper(token.at, () => {
          this.#choices++
          const part = this.#one(behind)
          this.#choices--
          return { kind: 'not', part }
        })
      }
      case '(':
        return this.#deeper(token.at, () => {
          const inner = this.#either()
          if (this.#tokens[this.#next]?.kind !== ')') throw malformed('a ( that is not closed', token.at)
          this.#next++
          return inner
        })
      case 'word':
        return this.#word(token)
      case ')':
      case 'or':
      case 'and':
        throw malformed('a word is missing', token.at)
      default:
        return token satisfies never
    }
  }

  #word(word: Word): Expression {
    const field = word.quoted && word.field === null ? null : (word.field?.toLowerCase() ?? null)
    if (field === null) return bareWord(word)
    if (field === 'since' || field === 'until' || field === 'arrived') {
      if (this.#choices > 0) throw malformed(`${field} cannot stand beside OR or behind NOT`, word.at)
      this.#times = bothTimes(this.#times, timesOf(word, field, this.#now))
      return everything
    }
    const meaning = fields.get(field)
    if (meaning !== undefined) return meaning(word)
    // A URL, an IPv6 or a MAC address has a colon too: it is the value itself.
    const whole = word.prefix ? word.text.slice(0, -1) : word.text
    if (!word.quoted && isValue(whole)) return bareWord({ ...word, field: null, value: whole })
    throw malformed(`there is no field "${word.field ?? ''}"`, word.at)
  }

  #deeper(at: number, inner: () => Expression): Expression {
    this.#depth++
    if (this.#depth > depthMax) throw malformed(`more than ${depthMax} parentheses deep`, at)
    const expression = inner()
    this.#depth--
    return expression
  }
}

function isValue(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) || /^[0-9a-f:.]+(?:\/\d{1,3})?$/i.test(text)
}
