// A read block as it crosses threads: the terms of all its events as one string, which costs a sixth of an array
// (performance 4).
import type { IndexedBlock } from './event-index.ts'

export type PackedRead = Omit<IndexedBlock, 'terms'> & { readonly terms: string; readonly events: number }

/** No term holds a control character (terms.ts), so this is none of theirs. */
const between = '\x1e'

export function packRead(block: IndexedBlock): PackedRead {
  return { ...block, terms: block.terms.join(between), events: block.terms.length }
}

export function unpackRead(packed: PackedRead): IndexedBlock {
  const { events, terms, ...block } = packed
  return { ...block, terms: events === 0 ? [] : terms.split(between) }
}
