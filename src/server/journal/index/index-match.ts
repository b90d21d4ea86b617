// Writes an expression as FTS5 reads it. Every term stands in quotes with its own quotes doubled, so nothing a query
// holds is ever syntax (security S15).
import { Fault } from '../../../core/fault.ts'
import type { OpenFile } from '../database-cache.ts'
import type { Expression } from '../query/plan.ts'
import { quarantinedTerm, signatureTerm } from './terms.ts'

/** An FTS5 expression, or that there is nothing to ask. */
export type Match =
  | { readonly kind: 'match'; readonly text: string }
  | { readonly kind: 'all' }
  | { readonly kind: 'none' }

/** Rules whose name may match a word; more, and the question is too wide to be one. */
const signaturesMax = 2_000

const all: Match = { kind: 'all' }
const none: Match = { kind: 'none' }
/** Every event has a severity or is quarantined: what `not` is taken from. */
const everything = `(${['high', 'medium', 'low', 'unknown'].map((each) => `"severity:${each}"`).join(' OR ')} OR "${quarantinedTerm}")`

/** @param file the day asked: names of rules are looked up there */
export function matchOf(expression: Expression, file: OpenFile): Match {
  switch (expression.kind) {
    case 'all':
      return all
    case 'term':
      return { kind: 'match', text: quoted(expression.term) }
    case 'prefix':
      return { kind: 'match', text: `${quoted(expression.prefix)} *` }
    case 'signature':
      return signatures(file, expression.text, expression.whole)
    case 'or':
      return anyOf(expression.parts.map((part) => matchOf(part, file)))
    case 'and':
      return allOf(expression.parts, file)
    case 'not':
      return without(all, matchOf(expression.part, file))
    default:
      return expression satisfies never
  }
}

function anyOf(matches: readonly Match[]): Match {
  const texts: string[] = []
  for (const match of matches) {
    if (match.kind === 'all') return all
    if (match.kind === 'match') texts.push(match.text)
  }
  if (texts.length === 0) return none
  return { kind: 'match', text: texts.length === 1 ? String(texts[0]) : `(${texts.join(' OR ')})` }
}

function allOf(parts: readonly Expression[], file: OpenFile): Match {
  const texts: string[] = []
  const excluded: Match[] = []
  for (const part of parts) {
    if (part.kind === 'not') {
      excluded.push(matchOf(part.part, file))
      continue
    }
    const match = matchOf(part, file)
    if (match.kind === 'none') return none
    if (match.kind === 'match') texts.push(match.text)
  }
  const included: Match = texts.length === 0 ? all : { kind: 'match', text: `(${texts.join(' AND ')})` }
  return without(included, anyOf(excluded))
}

function without(included: Match, excluded: Match): Match {
  if (excluded.kind === 'none' || included.kind === 'none') return included
  if (excluded.kind === 'all') return none
  return { kind: 'match', text: `(${included.kind === 'all' ? everything : included.text} NOT ${excluded.text})` }
}

function signatures(file: OpenFile, text: string, whole: boolean): Match {
  const where = whole ? 'lower(name) = lower(?)' : 'instr(lower(name), lower(?)) > 0'
  const rows = file.statement(`select distinct id from signatures where ${where} limit ${signaturesMax + 1}`).all(text)
  if (rows.length > signaturesMax)
    throw new Fault('query.malformed', {
      what: `more than ${signaturesMax} rules have "${text}" in their name`,
      remedy: 'Use a longer part of the name, or sid: with the number.',
    })
  return anyOf(rows.map((row) => ({ kind: 'match', text: quoted(signatureTerm(String(row['id']))) })))
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`
}
