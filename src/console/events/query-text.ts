// Edits the text of a query as a facet, a pivot or a brush asks: the text stays the one truth and is what a person
// would have typed (docs/query.md). It is never evaluated here; the journal does that.

/** @returns `field:value`, quoted where the value would not be one word of the language. */
export function term(field: string, value: string): string {
  return `${field}:${bare.test(value) && value !== 'OR' && value !== 'AND' && value !== 'NOT' ? value : quoted(value)}`
}

const bare = /^[^\s"()*\\-][^\s"()*\\]*$/

function quoted(value: string): string {
  return `"${value.replaceAll(/["\\]/g, '\\$&')}"`
}

/**
 * @param value as a facet says it: with `…` behind where only its beginning is known
 * @returns the term that finds it
 */
export function facetTerm(field: string, value: string): string {
  return value.endsWith('…') ? `${term(field, value.slice(0, -1))}*` : term(field, value)
}

/** @returns whether the term stands at the top of the query, wanted or (`-`) not wanted. */
export function hasTerm(query: string, wanted: string): boolean {
  return pieces(query).some((piece) => piece.depth === 0 && piece.text === wanted)
}

/** @returns the query with the term added; its opposite goes, and alternatives at the top are put in brackets first. */
export function addTerm(query: string, added: string): string {
  const opposite = added.startsWith('-') ? added.slice(1) : `-${added}`
  const rest = removeTerm(query, opposite)
  if (hasTerm(rest, added)) return rest
  const alternatives = pieces(rest).some((piece) => piece.depth === 0 && piece.text === 'OR')
  return rest === '' ? added : `${alternatives ? `(${rest})` : rest} ${added}`
}

/** @returns the query without the term where it stands at the top; inside brackets it is part of something else. */
export function removeTerm(query: string, removed: string): string {
  const all = pieces(query)
  // Without what stands on one side of it, an OR says something else: such a query is left to the person.
  if (all.some((piece) => piece.depth === 0 && piece.text === 'OR')) return query.trim()
  return all
    .reduce((text, piece) => {
      if (piece.depth === 0 && piece.text === removed) return text
      const glued = text === '' || text.endsWith('(') || text.endsWith('-') || piece.text === ')'
      return text + (glued ? '' : ' ') + piece.text
    }, '')
    .trim()
}

/** @returns one query for events that hold any of these values. */
export function anyOf(observables: readonly { readonly type: string; readonly value: string }[]): string {
  const terms = observables.map(({ type, value }) => term(type, value))
  return terms.length > 1 ? `(${terms.join(' OR ')})` : (terms[0] ?? '')
}

type Piece = { readonly text: string; readonly depth: number }

/** Words, quoted words and brackets in order; what a `NOT` or `-` stands before counts as within brackets. */
function pieces(query: string): Piece[] {
  const found: Piece[] = []
  let depth = 0
  for (const [text] of query.matchAll(/-(?=\()|[()]|(?:"(?:\\.|[^"\\])*"?|[^\s()"])+/gs)) {
    if (text === ')') depth = Math.max(0, depth - 1)
    const not = text === 'NOT' || found.at(-1)?.text === 'NOT'
    found.push({ text, depth: not || text === '(' || text === ')' || text === '-' ? depth + 1 : depth })
    if (text === '(') depth += 1
  }
  return found
}
